#include "broker/frontends/native/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "broker/frontends/native/queries.hpp"
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
    asio::co_spawn(thread.context(), self->read(self), rethrow);
    asio::co_spawn(thread.context(), self->write(self), rethrow);
}

Connection::Connection(std::shared_ptr<SharedContext> context, std::shared_ptr<Connections> room,
                       runtime::IoThread& thread, Socket&& socket, runtime::ConnectionPlace&& place)
    : context_(std::move(context)),
      room_(std::move(room)),
      thread_(thread),
      place_(std::move(place)),
      socket_(std::move(socket)),
      peer_(name_of_peer(socket_)),
      core_(*this, room_->writer(), context_->limits),
      session_(thread.add(*this)),
      output_(thread.context(), asio::steady_timer::time_point::max()),
      room_for_requests_(thread.context(), asio::steady_timer::time_point::max()) {
    boost::system::error_code ignored;
    socket_.non_blocking(true, ignored);
    room_->add(*this);
}

Connection::~Connection() {
    close();
}

asio::awaitable<void> Connection::read(std::shared_ptr<Connection>) {
    while (!closed_ && !core_.ending()) {
        if (!core_.wants_bytes()) {
            co_await room_for_requests_.async_wait(token);
            continue;
        }
        const auto space = core_.space();
        const auto buffer = asio::buffer(space.bytes, space.size);
        const auto [error, bytes] = co_await socket_.async_read_some(buffer, token);
        if (closed_) co_return;
        // The peer hung up: what it waited for is forgotten at once.
        if (error) break;
        on_bytes(bytes);
    }
    // After our last reply: what still comes is thrown away, until the peer hangs up or the sweep comes by.
    while (!closed_ && core_.ending()) {
        char unread[512];
        const auto buffer = asio::buffer(unread);
        const auto [error, bytes] = co_await socket_.async_read_some(buffer, token);
        if (error) break;
    }
    close();
}

asio::awaitable<void> Connection::write(std::shared_ptr<Connection>) {
    while (!closed_) {
        const auto piece = core_.next_piece();
        if (piece.empty()) {
            if (core_.ending()) break;
            co_await output_.async_wait(token);
            continue;
        }
        const auto buffer = asio::buffer(piece.data(), piece.size());
        writing_ = true;
        const auto [error, bytes] = co_await socket_.async_write_some(buffer, token);
        writing_ = false;
        if (closed_) co_return;
        if (error) co_return close();
        on_written(bytes);
    }
    leave();
}

void Connection::on_bytes(std::size_t bytes) {
    auto& metrics = context_->broker.metrics().native;
    const auto requests = core_.requests();
    core_.arrived(bytes);
    metrics.bytes_in.add(bytes);
    metrics.requests.add(core_.requests() - requests);
    if (core_.has_output() || core_.ending()) output_.cancel();
}

void Connection::on_written(std::size_t bytes) {
    auto& metrics = context_->broker.metrics().native;
    const auto requests = core_.requests();
    const bool waited = !core_.wants_bytes();
    core_.written(bytes);
    written_ += bytes;
    metrics.bytes_out.add(bytes);
    metrics.requests.add(core_.requests() - requests);
    if (waited && core_.wants_bytes()) room_for_requests_.cancel();
}

void Connection::on_answer(std::uint64_t request, engine::Answer&& answer) {
    core_.on_answer(request, std::move(answer));
}

void Connection::on_fetch_due(std::uint64_t id, bool over) {
    core_.on_fetch_due(id, over);
}

/// Writes at once what the socket takes, which is nearly always everything: that saves waking the coroutine, which does
/// the rest, and finds out about errors.
void Connection::on_answers_told() {
    if (writing_ || closed_) return;
    const auto piece = core_.next_piece();
    boost::system::error_code error;
    const auto bytes = piece.empty() ? 0 : socket_.write_some(asio::buffer(piece.data(), piece.size()), error);
    if (bytes > 0) on_written(bytes);
    if (error || core_.has_output() || core_.ending()) output_.cancel();
}

void Connection::on_shutdown() {
    shutting_down_ = true;
    core_.end();
    output_.cancel();
}

void Connection::on_second_passed() {
    const bool waiting_for_peer = core_.has_output() && written_ == waits_.written_before;
    waits_.written_before = written_;
    waits_.for_hello = core_.greeted() ? 0 : waits_.for_hello + 1;
    waits_.for_reading_peer = waiting_for_peer ? waits_.for_reading_peer + 1 : 0;
    waits_.for_end = core_.ending() ? waits_.for_end + 1 : 0;

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
    if (core_.fault() != Errc::ok) log_end(protocol::name_of(core_.fault()));
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    // A reader that waited for room goes on to throw away what still comes.
    room_for_requests_.cancel();
}

void Connection::close() {
    if (closed_) return;
    closed_ = true;
    room_->remove(*this);
    thread_.remove(session_);
    core_.abandon();
    for (auto& answer : core_.take_unwritten()) thread_.give_back(std::move(answer));
    boost::system::error_code ignored;
    socket_.close(ignored);
    output_.cancel();
    room_for_requests_.cancel();
    place_ = {};
}

void Connection::log_end(std::string_view why) {
    context_->broker.metrics().native.ended_for_fault.add();
    const auto held_back = context_->log_gate.pass();
    if (!held_back) return;
    context_->broker.log().warning(
        "native connection ended",
        {{"peer", peer_}, {"client", core_.client()}, {"reason", why}, {"similar_lines_held_back", *held_back}});
}

Result<void> Connection::submit(std::uint64_t request, engine::Command&& command, runtime::Frame&& frame,
                                std::size_t frame_bytes) {
    const engine::Ticket ticket{thread_.io_thread(), session_, request};
    return context_->broker.submit(ticket, std::move(command), std::move(frame), frame_bytes);
}

void Connection::answer(ReplyTo to, const Query& query) {
    answer_query(context_->broker, context_->started_at, room_->writer(), to, query);
}

engine::Fetched Connection::read(const Fetch& fetch) {
    return read_streams(context_->broker, fetch);
}

Result<void> Connection::begin_backup(std::uint64_t request, const std::string& path) {
    auto done = [weak = weak_from_this(), request, executor = socket_.get_executor()](BackupEnd&& end) {
        asio::post(executor, [weak, request, end = std::move(end)] {
            const auto self = weak.lock();
            if (!self || self->closed_) return;
            self->core_.on_backup_done(request, end.bytes, end.failure);
            self->output_.cancel();
        });
    };
    return context_->backups.begin(context_->broker.store(), path, std::move(done));
}

void Connection::give_back(engine::Answer&& answer) {
    thread_.give_back(std::move(answer));
}

}  // namespace tern::native
