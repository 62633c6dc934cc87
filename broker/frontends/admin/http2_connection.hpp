#pragma once

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "broker/frontends/admin/http2_session.hpp"
#include "broker/frontends/admin/http_connection.hpp"

namespace tern::admin {

/// One HTTP/2 connection: carries bytes between its socket and its Http2Session, and requests to the site. Lives on its
/// I/O thread. Every request that waits for the broker is an exchange of its own, so that what a stream waits for is
/// forgotten when the peer gives it up.
class Http2Connection final : public runtime::AnswerReceiver, public std::enable_shared_from_this<Http2Connection> {
public:
    using Socket = HttpConnection::Socket;

    /// `first_bytes` were read already; they begin with the preface.
    static void begin(std::shared_ptr<HttpContext> context, runtime::IoThread& thread, Socket&& socket,
                      runtime::ConnectionPlace&& place, std::string&& first_bytes);
    ~Http2Connection() override;

    /// Answers come to the exchanges.
    void on_answer(std::uint64_t request, engine::Answer&& answer) override;
    void on_shutdown() override;

private:
    class Exchange;

    Http2Connection(std::shared_ptr<HttpContext> context, runtime::IoThread& thread, Socket&& socket,
                    runtime::ConnectionPlace&& place);

    boost::asio::awaitable<void> read(std::shared_ptr<Http2Connection> self);
    boost::asio::awaitable<void> write(std::shared_ptr<Http2Connection> self);
    void receive(std::string_view bytes);
    void wrote(std::size_t bytes);
    void begin_requests();
    void begin_request(Http2Session::Request&& request);
    void respond(std::int32_t stream, HttpStep&& step);
    void leave();
    void watch();
    void wake();
    void log_end(std::string_view reason);
    void close();

    const std::shared_ptr<HttpContext> context_;
    runtime::IoThread& thread_;
    runtime::ConnectionPlace place_;
    Socket socket_;
    boost::asio::steady_timer timer_;
    /// These never expire: cancelling them wakes the coroutine that writes, or the one that reads.
    boost::asio::steady_timer output_;
    boost::asio::steady_timer room_;
    Http2Session session_;
    std::string writing_;
    std::size_t written_ = 0;
    const std::uint64_t receiver_;
    std::map<std::int32_t, std::unique_ptr<Exchange>> exchanges_;
    bool closed_ = false;
};

}  // namespace tern::admin
