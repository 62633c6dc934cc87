#include "broker/runtime/listener.hpp"

#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <future>
#include <optional>
#include <utility>

namespace tern::runtime {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// Descriptors come back when connections end: asking again ten times a second is soon enough and costs nothing.
constexpr std::chrono::milliseconds pause_without_descriptors{100};

tcp::acceptor listen_on(asio::io_context& context, const tcp::endpoint& endpoint) {
    tcp::acceptor acceptor(context);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen();
    return acceptor;
}

}  // namespace

/// Lives as long as a handler refers to it; used on the first I/O thread once started.
struct Listener::Core : std::enable_shared_from_this<Core> {
    Core(IoThreads& threads, const ListenerOptions& options, ConnectionMetrics& metrics, Log& log,
         OnConnection on_connection)
        : threads(threads),
          name(options.name),
          metrics(metrics),
          log(log),
          on_connection(std::move(on_connection)),
          places(std::make_shared<ConnectionPlaces>(
              PlacesMax{options.connections_max, options.connections_per_address_max}, metrics)),
          acceptor(listen_on(threads[0].context(), options.endpoint)),
          pause(std::in_place, threads[0].context()),
          local(acceptor->local_endpoint()) {}

    void accept() {
        if (!acceptor) return;
        auto& thread = threads[next_thread++ % threads.size()];
        acceptor->async_accept(thread.context(), [self = shared_from_this(), &thread](error_code error, tcp::socket s) {
            self->accepted(error, std::move(s), thread);
        });
    }

    void accepted(error_code error, tcp::socket socket, IoThread& thread) {
        if (!acceptor || error == asio::error::operation_aborted) return;
        if (error == asio::error::connection_aborted) return accept();
        if (error) return accept_later(error);

        refused_for_lack_ = false;
        take_in(std::move(socket), thread);
        accept();
    }

    void accept_later(error_code error) {
        if (!std::exchange(refused_for_lack_, true)) {
            log.warning("cannot accept connections for the moment", {{"listener", name}, {"reason", error.message()}});
        }
        pause->expires_after(pause_without_descriptors);
        pause->async_wait([self = shared_from_this()](error_code stopped) {
            if (!stopped) self->accept();
        });
    }

    void take_in(tcp::socket socket, IoThread& thread) {
        error_code error;
        const auto peer = socket.remote_endpoint(error);
        if (error) return;
        auto place = places->take(peer.address());
        if (!place) return refuse(peer);

        refusing_ = false;
        metrics.accepted.add();
        socket.set_option(tcp::no_delay(true), error);
        socket.set_option(asio::socket_base::keep_alive(true), error);
        asio::dispatch(thread.context(), [self = shared_from_this(), &thread, socket = std::move(socket),
                                          place = std::move(*place)]() mutable {
            self->on_connection(std::move(socket), thread, std::move(place));
        });
    }

    void refuse(const tcp::endpoint& peer) {
        metrics.refused.add();
        if (std::exchange(refusing_, true)) return;
        log.warning("more connections than the limit allows: closing new ones at once",
                    {{"listener", name}, {"peer", to_string(peer)}});
    }

    void stop() {
        acceptor.reset();
        pause.reset();
    }

    IoThreads& threads;
    const std::string name;
    ConnectionMetrics& metrics;
    Log& log;
    const OnConnection on_connection;
    const std::shared_ptr<ConnectionPlaces> places;
    std::optional<tcp::acceptor> acceptor;
    std::optional<asio::steady_timer> pause;
    const tcp::endpoint local;
    std::uint32_t next_thread = 0;
    // One log line for each row of refusals.
    bool refusing_ = false;
    bool refused_for_lack_ = false;
};

Listener::Listener(IoThreads& threads, const ListenerOptions& options, ConnectionMetrics& metrics, Log& log,
                   OnConnection on_connection)
    : core_(std::make_shared<Core>(threads, options, metrics, log, std::move(on_connection))) {}

Listener::~Listener() {
    stop();
}

tcp::endpoint Listener::local_endpoint() const {
    return core_->local;
}

void Listener::start() {
    asio::post(core_->threads[0].context(), [core = core_] { core->accept(); });
}

void Listener::stop() {
    if (!core_->acceptor) return;
    if (!core_->threads.running()) return core_->stop();

    std::promise<void> stopped;
    asio::post(core_->threads[0].context(), [this, &stopped] {
        core_->stop();
        stopped.set_value();
    });
    stopped.get_future().wait();
}

std::string to_string(const tcp::endpoint& endpoint) {
    const auto host = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

}  // namespace tern::runtime
