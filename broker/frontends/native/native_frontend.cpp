#include "broker/frontends/native/native_frontend.hpp"

#include <utility>
#include <vector>

#include "broker/frontends/native/connection.hpp"
#include "broker/frontends/native/connections.hpp"
#include "broker/frontends/native/shared_context.hpp"
#include "broker/runtime/listener.hpp"
#include "broker/runtime/metrics.hpp"

namespace tern::native {

namespace {

using Rooms = std::vector<std::shared_ptr<Connections>>;

Rooms rooms_of(runtime::IoThreads& threads) {
    Rooms rooms;
    for (std::uint32_t number = 0; number < threads.size(); ++number) {
        rooms.push_back(std::make_shared<Connections>(threads[number].context()));
    }
    return rooms;
}

}  // namespace

struct NativeFrontend::Parts {
    Parts(runtime::Broker& broker, runtime::IoThreads& threads, const NativeOptions& options)
        : context(std::make_shared<SharedContext>(broker, options.limits)),
          rooms(rooms_of(threads)),
          listener(threads, {"native", options.endpoint, options.connections_max, options.connections_per_address_max},
                   broker.metrics().native, broker.log(),
                   [context = context, rooms = rooms](boost::asio::ip::tcp::socket socket, runtime::IoThread& thread,
                                                      runtime::ConnectionPlace place) {
                       Connection::begin(context, rooms[thread.io_thread()], thread, std::move(socket),
                                         std::move(place));
                   }) {}

    std::shared_ptr<SharedContext> context;
    Rooms rooms;
    runtime::Listener listener;
};

NativeFrontend::NativeFrontend(runtime::Broker& broker, runtime::IoThreads& threads, const NativeOptions& options)
    : parts_(std::make_unique<Parts>(broker, threads, options)) {}

NativeFrontend::~NativeFrontend() {
    parts_->listener.stop();
    parts_->context->backups.finish();
}

void NativeFrontend::start() {
    parts_->listener.start();
}

void NativeFrontend::stop_accepting() {
    parts_->listener.stop();
}

boost::asio::ip::tcp::endpoint NativeFrontend::local_endpoint() const {
    return parts_->listener.local_endpoint();
}

std::size_t NativeFrontend::connections() const {
    return parts_->context->broker.metrics().native.open.value();
}

}  // namespace tern::native
