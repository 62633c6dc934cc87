#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <utility>

#include "broker/frontends/admin/http_session.hpp"
#include "broker/runtime/io_threads.hpp"
#include "broker/runtime/listener.hpp"
#include "broker/runtime/log.hpp"
#include "broker/runtime/log_gate.hpp"
#include "broker/runtime/metrics.hpp"

namespace tern::admin {

/// What all connections of the port share. Each of them keeps it alive.
struct HttpContext {
    HttpContext(HttpSession::Handler handler, runtime::ConnectionMetrics& metrics, runtime::Log& log)
        : handler(std::move(handler)),
          metrics(metrics),
          log(log) {}

    HttpSession::Handler handler;
    runtime::ConnectionMetrics& metrics;
    runtime::Log& log;
    runtime::LogGate log_gate;
};

/// One HTTP connection: carries bytes between its socket and its HttpSession. Lives on its I/O thread.
class HttpConnection final : public runtime::AnswerReceiver, public std::enable_shared_from_this<HttpConnection> {
public:
    using Socket = boost::asio::ip::tcp::socket;

    static void begin(std::shared_ptr<HttpContext> context, runtime::IoThread& thread, Socket&& socket,
                      runtime::ConnectionPlace&& place);
    ~HttpConnection() override;

    /// Never called: this front end submits no commands.
    void on_answer(std::uint64_t request, engine::Answer&& answer) override;
    void on_shutdown() override { close(); }

private:
    HttpConnection(std::shared_ptr<HttpContext> context, runtime::IoThread& thread, Socket&& socket,
                   runtime::ConnectionPlace&& place);

    boost::asio::awaitable<void> serve(std::shared_ptr<HttpConnection> self);
    void leave();
    void watch();
    void watch_closer();
    void receive(std::string_view bytes);
    void wrote(std::size_t bytes);
    void log_end(std::string_view reason);
    void close();

    const std::shared_ptr<HttpContext> context_;
    runtime::IoThread& thread_;
    runtime::ConnectionPlace place_;
    Socket socket_;
    boost::asio::steady_timer timer_;
    HttpSession session_;
    const std::uint64_t receiver_;
    bool left_ = false;
    bool closed_ = false;
};

}  // namespace tern::admin
