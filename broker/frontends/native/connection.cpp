#include "broker/frontends/native/connection.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <limits>
#include <utility>

#include "broker/runtime/log.hpp"
#include "broker/runtime/metrics.hpp"
#include "protocol/status.hpp"

namespace tern::native {

namespace {

namespace asio = boost::asio;

constexpr auto token = asio::as_tuple(asio::use_awaitable);

constexpr int hello_seconds_max = 10;
/// A peer that reads nothing for so long is taken for dead; the messages on their way to it are given back.
constexpr int unread_seconds_max = 60;
/// After its last reply a connection waits a moment for the peer to hang up, since closing it with bytes unread could
/// take the reply away from the peer.
constexpr int end_seconds_max = 2;
/// One write takes so much, or one message that is longer.
constexpr std::size_t write_bytes_max = 256u << 10;
/// While others are at work on the thread one write takes no more than this, some 30 microseconds: what they send next
/// is looked for between two writes of a long answer. Alone that would cost half the pace.
constexpr std::size_t shared_write_bytes_max = 64u << 10;

std::string name_of_peer(const Connection::Socket& socket) {
    boost::system::error_code error;
    const auto endpoint = socket.remote_endpoint(error);
    return error ? "unknown" : runtime::to_string(endpoint);
}

/// A coroutine that ends by an exception is our own bug: nothing on a connection throws on purpose.
void rethrow(std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
}

}  // namespace

void Connection::begin(std::shared_ptr<SharedContext> context, std::shared_ptr<Connections> room,
                       runtime::IoThread& thread, Socket&& socket, runtime::ConnectionPlace&& place) {
    const std::shared_ptr<Connection> self(
        new Connection(std::move(context), std::move(room), thread, std::move(socket), std::move(place)));
    asio::co_spawn(thread.context(), self->read_requests(self), rethrow);
    asio::co_spawn(thread.context(), self->write_answers(self), rethrow);
}

Connection::Connection(std::shared_ptr<SharedContext> context, std::shared_ptr<Connections> room,
                       runtime::IoThread& thread, Socket&& socket, runtime::ConnectionPlace&& place)
    : SessionHost(std::move(context), thread, room->codec()),
      room_(std::move(room)),
      place_(std::move(place)),
      socket_(std::move(socket)),
      peer_(name_of_peer(socket_)),
      intake_(core(), &this->context().unfinished_requests),
      output_(thread.context(), asio::steady_timer::time_point::max()),
      room_for_requests_(thread.context(), asio::steady_timer::time_point::max()) {
    boost::system::error_code ignored;
    socket_.non_blocking(true, ignored);
    room_->add(*this);
}

Connection::~Connection() {
    close();
}

asio::awaitable<void> Connection::read_requests(std::shared_ptr<Connection>) {
    while (!closed_ && !core().ending()) {
        if (!core().wants_requests()) {
            co_await room_for_requests_.async_wait(token);
            continue;
        }
        if (idle_) {
            intake_.release_idle();
            const auto [error] = co_await socket_.async_wait(Socket::wait_read, token);
            if (closed_) co_return;
            idle_ = false;
            if (error) break;
        }
        const auto space = intake_.space();
        const auto buffer = asio::buffer(space.bytes, space.size);
        const auto [error, bytes] = co_await socket_.async_read_some(buffer, token);
        if (closed_) co_return;
        if (error == asio::error::operation_aborted && idle_) continue;
        // The peer hung up: what it waited for is forgotten at once.
        if (error) break;
        on_bytes(bytes);
    }
    // After our last reply: what still comes is thrown away, until the peer hangs up or the sweep comes by.
    while (!closed_ && core().ending()) {
        char unread[512];
        const auto buffer = asio::buffer(unread);
        const auto [error, bytes] = co_await socket_.async_read_some(buffer, token);
        if (error) break;
    }
    close();
}

asio::awaitable<void> Connection::write_answers(std::shared_ptr<Connection>) {
    while (!closed_) {
        const auto buffers = next_buffers();
        if (buffers.empty()) {
            if (core().ending()) break;
            co_await output_.async_wait(token);
            continue;
        }
        writing_ = true;
        const auto [error, bytes] = co_await socket_.async_write_some(buffers, token);
        writing_ = false;
        if (closed_) co_return;
        if (error) co_return close();
        on_written(bytes);
    }
    leave();
}

/// Ten thousand connections that only listen shall not keep a buffer each for what they might say.
void Connection::rest_if_idle() {
    const bool nothing_came = read_ == std::exchange(read_before_, read_);
    if (!nothing_came || idle_ || writing_ || !core().greeted() || !core().wants_requests()) return;
    idle_ = true;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
}

void Connection::on_bytes(std::size_t bytes) {
    read_ += bytes;
    auto& metrics = context().broker.metrics().native;
    const auto requests = core().requests();
    intake_.arrived(bytes);
    metrics.bytes_in.add(bytes);
    metrics.requests.add(core().requests() - requests);
    if (core().has_output() || core().ending()) output_.cancel();
}

void Connection::on_written(std::size_t bytes) {
    const bool waited = !core().wants_requests();
    core().written(bytes);
    written_ += bytes;
    context().broker.metrics().native.bytes_out.add(bytes);
    proceed();
    if (waited && core().wants_requests()) room_for_requests_.cancel();
}

void Connection::on_turn() {
    if (closed_) return;
    proceed();
    room_for_requests_.cancel();
    output_.cancel();
}

/// Goes on with requests that had to wait.
void Connection::proceed() {
    const auto requests = core().requests();
    intake_.proceed();
    context().broker.metrics().native.requests.add(core().requests() - requests);
}

std::span<const asio::const_buffer> Connection::next_buffers() {
    const auto commands = thread().commands();
    const bool alone = std::exchange(commands_before_, commands) == commands;
    auto room = alone ? std::numeric_limits<std::size_t>::max() : shared_write_bytes_max;
    buffers_.clear();
    for (const auto piece : core().next_pieces(write_bytes_max)) {
        if (room == 0) break;
        buffers_.emplace_back(piece.data(), std::min(piece.size(), room));
        room -= buffers_.back().size();
    }
    return buffers_;
}

/// Writes at once what the socket takes, which is nearly always everything: that saves waking the coroutine, which does
/// the rest, and finds out about errors.
void Connection::on_answers_told() {
    SessionHost::on_answers_told();
    if (writing_ || closed_) return;
    const auto buffers = next_buffers();
    boost::system::error_code error;
    const auto bytes = buffers.empty() ? 0 : socket_.write_some(buffers, error);
    if (bytes > 0) on_written(bytes);
    if (error || core().has_output() || core().ending()) output_.cancel();
}

void Connection::on_shutdown() {
    shutting_down_ = true;
    core().end();
    output_.cancel();
}

void Connection::on_second_passed() {
    second_passed();
    rest_if_idle();
    const bool waiting_for_peer = core().has_output() && written_ == waits_.written_before;
    waits_.written_before = written_;
    waits_.for_hello = core().greeted() ? 0 : waits_.for_hello + 1;
    waits_.for_reading_peer = waiting_for_peer ? waits_.for_reading_peer + 1 : 0;
    waits_.for_end = core().ending() ? waits_.for_end + 1 : 0;

    if (waits_.for_end >= end_seconds_max) return close();
    if (waits_.for_hello >= hello_seconds_max)
        log_end("no hello within 10 s");
    else if (waits_.for_reading_peer >= unread_seconds_max)
        log_end("the peer reads nothing for 60 s");
    else
        return;
    close();
}

/// The last reply is written.
void Connection::leave() {
    if (closed_) return;
    if (shutting_down_) return close();
    if (core().fault() != Errc::ok) log_end(protocol::name_of(core().fault()));
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    // A reader that waited for room goes on to throw away what still comes.
    room_for_requests_.cancel();
}

void Connection::close() {
    if (closed_) return;
    closed_ = true;
    room_->remove(*this);
    leave_broker();
    boost::system::error_code ignored;
    socket_.close(ignored);
    output_.cancel();
    room_for_requests_.cancel();
    place_ = {};
}

void Connection::log_end(std::string_view why) {
    context().broker.metrics().native.ended_for_fault.add();
    const auto held_back = context().log_gate.pass();
    if (!held_back) return;
    context().broker.log().warning(
        "native connection ended",
        {{"peer", peer_}, {"client", core().client()}, {"reason", why}, {"similar_lines_held_back", *held_back}});
}

}  // namespace tern::native
