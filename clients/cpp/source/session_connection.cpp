#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <exception>

#include "clients/cpp/source/decode.hpp"
#include "clients/cpp/source/encode.hpp"
#include "clients/cpp/source/session.hpp"
#include "protocol/framing.hpp"

namespace tern::detail {

namespace {

namespace asio = boost::asio;

constexpr auto token = asio::as_tuple(asio::use_awaitable);

// Requests are joined up to this much in one write.
constexpr std::size_t piece_bytes_max = 256u << 10;

// A subscriber sends nothing for hours: only probes tell it that the broker's machine is gone.
constexpr int probe_after_s = 15;
constexpr int probe_every_s = 5;
constexpr int probes_max = 3;

template <int Name>
using TcpOption = asio::detail::socket_option::integer<IPPROTO_TCP, Name>;

void notice_dead_peers(asio::ip::tcp::socket& socket) {
    boost::system::error_code ignored;
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    socket.set_option(TcpOption<TCP_KEEPIDLE>(probe_after_s), ignored);
    socket.set_option(TcpOption<TCP_KEEPINTVL>(probe_every_s), ignored);
    socket.set_option(TcpOption<TCP_KEEPCNT>(probes_max), ignored);
}

std::string hello_frame(const std::string& application) {
    Builder builder(128);
    const auto client = text(builder, application.empty() ? "tern-cpp " TERN_VERSION : application);
    const auto body = wire::CreateHello(builder, protocol::version_min, protocol::version_max, client);
    return frame_of(builder, 0, body);
}

}  // namespace

void Session::ensure_running() {
    if (running_ || closed_) return;
    running_ = true;
    asio::co_spawn(strand_, run(shared_from_this()), [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
    });
}

/// Connects when there is something to send, serves the connection until it is lost, and so on. Ends when nothing is
/// left to send; the next request begins it anew.
asio::awaitable<void> Session::run(std::shared_ptr<Session> self) {
    while (!closed_ && !unsent_.empty()) {
        auto failure = co_await connect();
        if (!failure) {
            connected_ = true;
            backoff_ = options_.backoff_first;
            writing_ = true;
            asio::co_spawn(strand_, write(self), [](std::exception_ptr thrown) {
                if (thrown) std::rethrow_exception(thrown);
            });
            const auto why = co_await read();
            disconnect();
            // Only when the writer has left is it known what was handed over.
            while (writing_) co_await writer_left_.async_wait(token);
            settle_unanswered(ConnectionErrc::connection_lost, why);
            continue;
        }
        disconnect();
        timed_out_ = false;
        const auto& [errc, why] = *failure;
        const bool hopeless = errc == ConnectionErrc::version_refused || options_.give_up_after.count() == 0;
        if (hopeless) fail_unsent(errc, why);
        if (!closed_ && !unsent_.empty()) co_await pause();
    }
    running_ = false;
}

asio::awaitable<Session::MaybeError> Session::connect() {
    connecting_since_ = std::chrono::steady_clock::now();
    const auto port = std::to_string(options_.server.port);
    const auto failed = [this](const boost::system::error_code& error) {
        auto why = timed_out_ ? std::string("no connection in time") : error.message();
        return MaybeError(std::in_place, ConnectionErrc::connection_failed, options_.server.text() + ": " + why);
    };
    const auto [resolve_error, endpoints] = co_await resolver_.async_resolve(options_.server.host, port, token);
    // A close in the meantime had no socket to close.
    if (resolve_error || closed_) {
        connecting_since_.reset();
        co_return failed(resolve_error);
    }
    const auto [connect_error, endpoint] = co_await asio::async_connect(socket_, endpoints, token);
    if (connect_error || closed_) {
        connecting_since_.reset();
        co_return failed(connect_error);
    }
    boost::system::error_code ignored;
    socket_.set_option(Tcp::no_delay(true), ignored);
    notice_dead_peers(socket_);
    auto greeted = co_await greet();
    connecting_since_.reset();
    co_return greeted;
}

asio::awaitable<Session::MaybeError> Session::greet() {
    const auto failed = [this](const boost::system::error_code& error) {
        auto why = timed_out_ ? std::string("no welcome in time") : error.message();
        return MaybeError(std::in_place, ConnectionErrc::connection_failed, options_.server.text() + ": " + why);
    };
    const auto hello = hello_frame(options_.application);
    const auto hello_buffer = asio::buffer(hello);
    const auto [write_error, written] = co_await asio::async_write(socket_, hello_buffer, token);
    if (write_error) co_return failed(write_error);

    char header[protocol::frame_header_bytes];
    const auto header_buffer = asio::buffer(header);
    const auto [header_error, header_bytes] = co_await asio::async_read(socket_, header_buffer, token);
    if (header_error) co_return failed(header_error);
    const auto length = protocol::frame_length(header);
    if (length > protocol::hello_frame_bytes_max) {
        co_return MaybeError(std::in_place, ConnectionErrc::connection_failed,
                             options_.server.text() + ": what answers there is not a Tern broker");
    }
    std::string frame(length, '\0');
    const auto frame_buffer = asio::buffer(frame);
    const auto [frame_error, frame_bytes] = co_await asio::async_read(socket_, frame_buffer, token);
    if (frame_error) co_return failed(frame_error);
    co_return on_welcome(frame);
}

Session::MaybeError Session::on_welcome(std::string_view frame) {
    const auto* reply = verified_reply(frame);
    if (!reply) {
        return MaybeError(std::in_place, ConnectionErrc::connection_failed,
                          options_.server.text() + ": what answers there is not a Tern broker");
    }
    const auto status = static_cast<Status>(reply->status());
    if (status == Status::unsupported_version) {
        return MaybeError(std::in_place, ConnectionErrc::version_refused, text_of(reply->message()));
    }
    const auto* welcome = reply->body_as_Welcome();
    if (status != Status::ok || !welcome) {
        return MaybeError(std::in_place, ConnectionErrc::connection_failed, text_of(reply->message()));
    }
    requests_in_flight_max_ = std::max<std::size_t>(1, welcome->requests_in_flight_max());
    return std::nullopt;
}

/// Joins what is unsent into one piece and counts it as unanswered.
std::string Session::next_piece() {
    std::string piece = std::exchange(cancellations_, {});
    const auto now = std::chrono::steady_clock::now();
    while (!unsent_.empty() && unanswered_.size() < requests_in_flight_max_ && piece.size() < piece_bytes_max) {
        auto pending = std::move(unsent_.front());
        unsent_.pop_front();
        pending.since = now;
        piece += pending.request->frame;
        leaving_.push_back({pending.request->id, piece.size()});
        unanswered_.insert_or_assign(pending.request->id, std::move(pending));
    }
    return piece;
}

asio::awaitable<void> Session::write(std::shared_ptr<Session>) {
    while (connected_) {
        const auto piece = next_piece();
        if (piece.empty()) {
            co_await output_.async_wait(token);
            continue;
        }
        const auto buffer = asio::buffer(piece);
        const auto [error, bytes] = co_await asio::async_write(socket_, buffer, token);
        requeue_unwritten(bytes);
        if (error) {
            disconnect();
            break;
        }
    }
    writing_ = false;
    writer_left_.cancel();
}

/// Reads replies until the connection is lost; tells why.
asio::awaitable<std::string> Session::read() {
    protocol::FrameReader reader(protocol::frame_bytes_max);
    while (connected_) {
        const auto space = reader.space();
        const auto buffer = asio::buffer(space.bytes, space.size);
        const auto [error, bytes] = co_await socket_.async_read_some(buffer, token);
        if (error) co_return error.message();
        reader.arrived(bytes);
        while (const auto frame = reader.next()) {
            on_reply(frame->view());
            if (!connected_) co_return "the broker's answer is not a valid Tern message";
        }
        if (reader.too_large()) co_return "the broker's answer is longer than a frame may be";
    }
    co_return "disconnected";
}

/// Full jitter: from zero to a bound that doubles, so that many clients do not come back all at once.
std::chrono::milliseconds Session::next_pause() {
    std::uniform_int_distribution<std::int64_t> any(0, backoff_.count());
    backoff_ = std::min(backoff_ * 2, options_.backoff_max);
    return std::chrono::milliseconds(any(random_));
}

asio::awaitable<void> Session::pause() {
    pause_.expires_after(next_pause());
    co_await pause_.async_wait(token);
}

void Session::disconnect() {
    connected_ = false;
    cancellations_.clear();
    boost::system::error_code ignored;
    socket_.close(ignored);
    output_.cancel();
}

}  // namespace tern::detail
