#include "broker/frontends/websocket/websocket_frontend.hpp"

#include <utility>
#include <vector>

#include "broker/frontends/native/shared_context.hpp"
#include "broker/frontends/websocket/connection.hpp"
#include "broker/frontends/websocket/room.hpp"
#include "broker/runtime/metrics.hpp"

namespace tern::websocket {

struct WebSocketFrontend::Parts {
    Parts(runtime::Broker& broker, runtime::IoThreads& threads, const WebSocketOptions& options)
        : broker(broker),
          context(std::make_shared<native::SharedContext>(broker, options.limits)),
          places(std::make_shared<runtime::ConnectionPlaces>(
              runtime::PlacesMax{options.connections_max, options.connections_per_address_max},
              broker.metrics().websocket)) {
        for (std::uint32_t number = 0; number < threads.size(); ++number) {
            rooms.push_back(
                std::make_shared<Room>(threads[number].context(), context, options.requests_per_second_max));
        }
    }

    runtime::Broker& broker;
    const std::shared_ptr<native::SharedContext> context;
    const std::shared_ptr<runtime::ConnectionPlaces> places;
    std::vector<std::shared_ptr<Room>> rooms;
};

WebSocketFrontend::WebSocketFrontend(runtime::Broker& broker, runtime::IoThreads& threads,
                                     const WebSocketOptions& options)
    : parts_(std::make_unique<Parts>(broker, threads, options)) {}

WebSocketFrontend::~WebSocketFrontend() {
    parts_->context->backups.finish();
}

std::optional<runtime::ConnectionPlace> WebSocketFrontend::take_place(const boost::asio::ip::address& address) {
    auto place = parts_->places->take(address);
    auto& metrics = parts_->broker.metrics().websocket;
    (place ? metrics.accepted : metrics.refused).add();
    return place;
}

void WebSocketFrontend::enter(runtime::IoThread& thread, boost::asio::ip::tcp::socket&& socket,
                              runtime::ConnectionPlace&& place, admin::Upgrade&& upgrade, std::string&& leftover) {
    Connection::begin(parts_->rooms[thread.io_thread()], thread, std::move(socket), std::move(place),
                      std::move(upgrade), std::move(leftover));
}

}  // namespace tern::websocket
