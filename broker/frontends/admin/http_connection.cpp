#include "broker/frontends/admin/http_connection.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "broker/base/check.hpp"
#include "broker/frontends/admin/http2_connection.hpp"
#include "broker/runtime/listener.hpp"
#include "broker/runtime/log.hpp"
#include "broker/runtime/metrics.hpp"

namespace tern::admin {

namespace asio = boost::asio;

namespace {

using SteadyClock = std::chrono::steady_clock;

/// As much as is read at once. Of a buffer that is never filled the rest costs address space only.
constexpr std::size_t read_bytes_max = 16u << 10;
/// What a peer may send behind a request that is not answered yet. Behind more its hanging up is not noticed.
constexpr std::size_t pipelined_bytes_max = 64u << 10;

constexpr auto token = asio::as_tuple(asio::use_awaitable);

/// A coroutine that ends by an exception is our own bug: nothing on a connection throws on purpose.
void rethrow(std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
}

}  // namespace

void HttpConnection::begin(std::shared_ptr<HttpContext> context, runtime::IoThread& thread, Socket&& socket,
                           runtime::ConnectionPlace&& place) {
    const std::shared_ptr<HttpConnection> self(
        new HttpConnection(std::move(context), thread, std::move(socket), std::move(place)));
    self->watch();
    asio::co_spawn(thread.context(), self->serve(self), rethrow);
}

HttpConnection::HttpConnection(std::shared_ptr<HttpContext> context, runtime::IoThread& thread, Socket&& socket,
                               runtime::ConnectionPlace&& place)
    : context_(std::move(context)),
      thread_(thread),
      place_(std::move(place)),
      socket_(std::move(socket)),
      timer_(thread.context()),
      answered_(thread.context(), SteadyClock::time_point::max()),
      session_([this](HttpRequest&& request) { return begin(std::move(request)); }, SteadyClock::now(), {}, {},
               &context_->bodies),
      receiver_(thread.add(*this)) {
    boost::system::error_code ignored;
    socket_.non_blocking(true, ignored);
}

HttpConnection::~HttpConnection() {
    close();
}

HttpOutcome HttpConnection::begin(HttpRequest&& request) {
    return go_on(context_->site.begin(std::move(request)));
}

/// Takes steps until one must wait, or is the last.
HttpOutcome HttpConnection::go_on(HttpStep step) {
    while (auto* const next = std::get_if<std::unique_ptr<Submission>>(&step)) {
        const auto submission = std::move(*next);
        const engine::Ticket ticket{thread_.io_thread(), receiver_, ++submissions_};
        const auto submitted = context_->broker.submit(ticket, std::move(submission->command),
                                                       std::move(submission->frame), submission->bytes);
        if (submitted.has_value()) {
            then_ = std::move(submission->then);
            polling_ = submission->ends_with_client;
            return AnsweredLater{};
        }
        step = submission->then(engine::Answer{submitted.error(), {}, {}});
    }
    if (auto* const response = std::get_if<HttpResponse>(&step)) return std::move(*response);
    return upgrade(std::get<Upgrade>(std::move(step)));
}

HttpOutcome HttpConnection::upgrade(Upgrade&& upgrade) {
    HttpResponse refusal;
    boost::system::error_code error;
    const auto peer = socket_.remote_endpoint(error);
    auto place = context_->door && !error ? context_->door->take_place(peer.address()) : std::nullopt;
    if (!place) {
        refusal.status = 503;
        refusal.body = "there are as many WebSockets as the limit allows\n";
        refusal.further_fields.emplace_back("Retry-After", "5");
        return refusal;
    }
    place_after_ = std::move(*place);
    upgrade_ = std::move(upgrade);
    return SwitchesProtocol{};
}

void HttpConnection::hand_over() {
    auto socket = std::move(socket_);
    auto rest = session_.take_rest();
    auto place = std::move(place_after_);
    close();
    context_->door->enter(thread_, std::move(socket), std::move(place), std::move(*upgrade_), std::move(rest));
}

void HttpConnection::hand_over_to_http2() {
    auto socket = std::move(socket_);
    auto place = std::move(place_);
    close();
    Http2Connection::begin(context_, thread_, std::move(socket), std::move(place), std::move(first_bytes_));
}

void HttpConnection::on_answer(std::uint64_t, engine::Answer&& answer) {
    const auto requests = session_.requests();
    polling_ = false;
    const auto outcome = go_on(std::exchange(then_, nullptr)(std::move(answer)));
    if (std::holds_alternative<AnsweredLater>(outcome)) return;
    TERN_CHECK(std::holds_alternative<HttpResponse>(outcome));
    session_.respond(std::get<HttpResponse>(outcome), SteadyClock::now());
    metrics().requests.add(session_.requests() - requests);
    if (!writing_ && !write_at_once()) return close();
    if (session_.ending() && session_.output().empty()) leave();
    // Usually the coroutine reads already, and there is nothing else to do.
    if (!session_.output().empty() || session_.switched() || only_waits_) wake();
    watch_closer();
}

bool HttpConnection::write_at_once() {
    const auto output = session_.output();
    boost::system::error_code error;
    const auto count = socket_.write_some(asio::buffer(output.data(), output.size()), error);
    if (error == asio::error::would_block) return true;
    if (!error) wrote(count);
    return !error;
}

/// Ends whatever the coroutine waits for, unless it writes: then it looks around by itself.
void HttpConnection::wake() {
    boost::system::error_code ignored;
    if (only_waits_)
        answered_.cancel();
    else if (!writing_)
        socket_.cancel(ignored);
}

/// What is there to be written goes, as far as the socket takes it.
void HttpConnection::on_shutdown() {
    boost::system::error_code ignored;
    const auto output = session_.output();
    if (!output.empty()) socket_.write_some(asio::buffer(output.data(), output.size()), ignored);
    close();
}

runtime::ConnectionMetrics& HttpConnection::metrics() {
    return context_->broker.metrics().http;
}

asio::awaitable<void> HttpConnection::serve(std::shared_ptr<HttpConnection> self) {
    std::array<char, read_bytes_max> bytes;
    while (!self->closed_) {
        if (!session_.output().empty()) {
            const auto output = session_.output();
            const auto buffer = asio::buffer(output.data(), output.size());
            writing_ = true;
            const auto [error, count] = co_await socket_.async_write_some(buffer, token);
            writing_ = false;
            if (error || closed_) break;
            wrote(count);
            continue;
        }
        if (session_.switched()) co_return hand_over();
        if (speaks_ == Speaks::http2) co_return hand_over_to_http2();
        // Its end is told once. What the peer still waits for it gets, but no poll's answer.
        if (peer_done_ && (polling_ || !session_.waiting())) break;
        if (session_.waiting() && (peer_done_ || session_.bytes_pending() >= pipelined_bytes_max)) {
            only_waits_ = true;
            co_await answered_.async_wait(token);
            only_waits_ = false;
            continue;
        }
        if (session_.ending()) leave();
        const auto buffer = asio::buffer(bytes);
        const auto [error, count] = co_await socket_.async_read_some(buffer, token);
        if (closed_) break;
        if (error == asio::error::operation_aborted) continue;
        if (error == asio::error::eof && session_.waiting() && !polling_) {
            peer_done_ = true;
            continue;
        }
        if (error) break;
        // Of a session that ends, what still comes is thrown away until the peer hangs up or the timer ends it.
        if (session_.ending()) continue;
        metrics().bytes_in.add(count);
        if (speaks_ == Speaks::unknown)
            receive_first({bytes.data(), count});
        else
            receive({bytes.data(), count});
    }
    close();
}

void HttpConnection::wrote(std::size_t bytes) {
    metrics().bytes_out.add(bytes);
    const auto requests = session_.requests();
    session_.written(bytes, SteadyClock::now());
    metrics().requests.add(session_.requests() - requests);
    watch_closer();
}

/// The last answer is written.
void HttpConnection::leave() {
    if (std::exchange(left_, true)) return;
    if (session_.refusal()) log_end(session_.refusal()->reason);
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
}

/// Which protocol it is shows in the first bytes: those of HTTP/2 are the same for everybody.
void HttpConnection::receive_first(std::string_view bytes) {
    first_bytes_ += bytes;
    if (first_bytes_.starts_with(http2_preface)) {
        speaks_ = Speaks::http2;
    } else if (!http2_preface.starts_with(first_bytes_)) {
        speaks_ = Speaks::http1;
        receive(std::exchange(first_bytes_, {}));
    }
}

void HttpConnection::receive(std::string_view bytes) {
    const auto requests = session_.requests();
    session_.receive(bytes, SteadyClock::now());
    metrics().requests.add(session_.requests() - requests);
    watch_closer();
}

/// Ends the connection when its session's deadline has come, and looks again when that has moved.
void HttpConnection::watch() {
    timer_.expires_at(session_.deadline());
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code&) {
        if (self->closed_) return;
        if (SteadyClock::now() < self->session_.deadline()) return self->watch();
        if (!self->session_.ending()) self->log_end("too slow");
        self->close();
    });
}

/// A deadline that has moved to a later moment is noticed when the timer wakes; one that has come nearer is not.
void HttpConnection::watch_closer() {
    if (session_.deadline() < timer_.expiry()) timer_.cancel();
}

void HttpConnection::log_end(std::string_view reason) {
    metrics().ended_for_fault.add();
    const auto held_back = context_->log_gate.pass();
    if (!held_back) return;
    boost::system::error_code error;
    const auto peer = socket_.remote_endpoint(error);
    context_->broker.log().warning("http connection ended", {{"peer", error ? "unknown" : runtime::to_string(peer)},
                                                             {"reason", reason},
                                                             {"similar_lines_held_back", *held_back}});
}

void HttpConnection::close() {
    if (std::exchange(closed_, true)) return;
    thread_.remove(receiver_);
    boost::system::error_code ignored;
    socket_.close(ignored);
    timer_.cancel();
    answered_.cancel();
    place_ = {};
}

}  // namespace tern::admin
