#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "broker/frontends/admin/http_session.hpp"
#include "broker/frontends/admin/http_site.hpp"
#include "broker/frontends/admin/websocket_door.hpp"
#include "broker/runtime/broker.hpp"
#include "broker/runtime/connection_places.hpp"
#include "broker/runtime/io_threads.hpp"
#include "broker/runtime/log_gate.hpp"
#include "broker/runtime/metrics.hpp"

namespace tern::admin {

/// What all connections of the port share. Each of them keeps it alive.
struct HttpContext {
    HttpContext(runtime::Broker& broker, HttpSite site, WebSocketDoor* door)
        : broker(broker),
          site(std::move(site)),
          door(door) {}

    runtime::Broker& broker;
    const HttpSite site;
    /// None: there are no WebSockets.
    WebSocketDoor* const door;
    runtime::LogGate log_gate;
    runtime::BytesBudget bodies{HttpLimits{}.bodies_bytes_max};
};

/// One HTTP connection: carries bytes between its socket and its HttpSession. Lives on its I/O thread.
class HttpConnection final : public runtime::AnswerReceiver, public std::enable_shared_from_this<HttpConnection> {
public:
    using Socket = boost::asio::ip::tcp::socket;

    static void begin(std::shared_ptr<HttpContext> context, runtime::IoThread& thread, Socket&& socket,
                      runtime::ConnectionPlace&& place);
    ~HttpConnection() override;

    void on_answer(std::uint64_t request, engine::Answer&& answer) override;
    void on_shutdown() override;

private:
    HttpConnection(std::shared_ptr<HttpContext> context, runtime::IoThread& thread, Socket&& socket,
                   runtime::ConnectionPlace&& place);

    boost::asio::awaitable<void> serve(std::shared_ptr<HttpConnection> self);
    HttpOutcome begin(HttpRequest&& request);
    HttpOutcome go_on(HttpStep step);
    HttpOutcome upgrade(Upgrade&& upgrade);
    /// The rest of this connection is a WebSocket's.
    void hand_over();
    void hand_over_to_http2();
    void receive_first(std::string_view bytes);
    runtime::ConnectionMetrics& metrics();
    void leave();
    void watch();
    void watch_closer();
    /// Writes what the socket takes at once, which is mostly all there is. False: the connection is broken.
    bool write_at_once();
    void wake();
    void receive(std::string_view bytes);
    void wrote(std::size_t bytes);
    void log_end(std::string_view reason);
    void close();

    const std::shared_ptr<HttpContext> context_;
    runtime::IoThread& thread_;
    runtime::ConnectionPlace place_;
    Socket socket_;
    boost::asio::steady_timer timer_;
    /// Never expires: cancelling it wakes the coroutine that only waits.
    boost::asio::steady_timer answered_;
    HttpSession session_;
    /// The first bytes, as long as they might be the preface of HTTP/2, or when they are.
    std::string first_bytes_;
    enum class Speaks : std::uint8_t { unknown, http1, http2 } speaks_ = Speaks::unknown;
    const std::uint64_t receiver_;
    /// What follows from the answer that is waited for.
    std::function<HttpStep(engine::Answer&&)> then_;
    std::uint64_t submissions_ = 0;
    /// What is waited for is a long poll (Submission::ends_with_client).
    bool polling_ = false;
    /// What the coroutine does: neither means that it reads.
    bool writing_ = false;
    bool only_waits_ = false;
    /// It sends nothing more, and may still want its answers.
    bool peer_done_ = false;
    std::optional<Upgrade> upgrade_;
    runtime::ConnectionPlace place_after_;
    bool left_ = false;
    bool closed_ = false;
};

}  // namespace tern::admin
