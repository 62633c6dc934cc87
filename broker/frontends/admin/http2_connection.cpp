#include "broker/frontends/admin/http2_connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

#include "broker/frontends/admin/http2_exchange.hpp"
#include "broker/runtime/listener.hpp"
#include "broker/runtime/log.hpp"
#include "broker/runtime/metrics.hpp"

namespace tern::admin {

namespace asio = boost::asio;

namespace {

using Http2Clock = std::chrono::steady_clock;

constexpr auto http2_token = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t http2_read_bytes = 8u << 10;

void rethrow_of_http2(std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
}

}  // namespace

void Http2Connection::begin(std::shared_ptr<HttpContext> context, runtime::IoThread& thread, Socket&& socket,
                            runtime::ConnectionPlace&& place, std::string&& first_bytes) {
    const std::shared_ptr<Http2Connection> self(
        new Http2Connection(std::move(context), thread, std::move(socket), std::move(place)));
    self->watch();
    self->receive(first_bytes);
    asio::co_spawn(thread.context(), self->read(self), rethrow_of_http2);
    asio::co_spawn(thread.context(), self->write(self), rethrow_of_http2);
}

Http2Connection::Http2Connection(std::shared_ptr<HttpContext> context, runtime::IoThread& thread, Socket&& socket,
                                 runtime::ConnectionPlace&& place)
    : context_(std::move(context)),
      thread_(thread),
      place_(std::move(place)),
      socket_(std::move(socket)),
      timer_(thread.context()),
      output_(thread.context(), Http2Clock::time_point::max()),
      room_(thread.context(), Http2Clock::time_point::max()),
      session_(Http2Clock::now(), {}, {}, {}, &context_->bodies),
      receiver_(thread.add(*this)) {}

Http2Connection::~Http2Connection() {
    close();
}

void Http2Connection::on_answer(std::uint64_t, engine::Answer&&) {}

/// Says goodbye, and what is there to be written goes, as far as the socket takes it.
void Http2Connection::on_shutdown() {
    session_.shut_down();
    writing_.erase(0, std::exchange(written_, 0));
    writing_ += session_.take_output();
    boost::system::error_code ignored;
    if (!writing_.empty()) socket_.write_some(asio::buffer(writing_), ignored);
    close();
}

asio::awaitable<void> Http2Connection::read(std::shared_ptr<Http2Connection> self) {
    std::array<char, http2_read_bytes> bytes;
    while (!self->closed_) {
        if (!session_.wants_bytes() && !session_.ending()) {
            co_await room_.async_wait(http2_token);
            continue;
        }
        const auto buffer = asio::buffer(bytes);
        const auto [error, count] = co_await socket_.async_read_some(buffer, http2_token);
        if (error || closed_) break;
        context_->broker.metrics().http.bytes_in.add(count);
        // Of a session that ends, what still comes is thrown away until the peer hangs up or the timer ends it.
        if (!session_.ending()) receive({bytes.data(), count});
    }
    close();
}

asio::awaitable<void> Http2Connection::write(std::shared_ptr<Http2Connection> self) {
    while (!self->closed_) {
        if (written_ == writing_.size()) {
            writing_ = session_.take_output();
            written_ = 0;
        }
        if (writing_.empty()) {
            if (session_.ending()) break;
            co_await output_.async_wait(http2_token);
            continue;
        }
        const auto buffer = asio::buffer(writing_.data() + written_, writing_.size() - written_);
        const auto [error, count] = co_await socket_.async_write_some(buffer, http2_token);
        if (closed_) co_return;
        if (error) co_return close();
        wrote(count);
    }
    leave();
}

void Http2Connection::receive(std::string_view bytes) {
    session_.receive(bytes, Http2Clock::now());
    for (const auto stream : session_.take_given_up()) exchanges_.erase(stream);
    begin_requests();
    wake();
}

void Http2Connection::wrote(std::size_t bytes) {
    context_->broker.metrics().http.bytes_out.add(bytes);
    written_ += bytes;
    session_.written(bytes, Http2Clock::now());
    // Answers that were read make room for further requests.
    begin_requests();
    wake();
}

void Http2Connection::begin_requests() {
    while (!closed_) {
        auto request = session_.next_request();
        if (!request) break;
        context_->broker.metrics().http.requests.add();
        begin_request(std::move(*request));
    }
}

void Http2Connection::begin_request(Http2Session::Request&& request) {
    auto step = context_->site.begin(std::move(request.request));
    if (!std::holds_alternative<std::unique_ptr<Submission>>(step)) return respond(request.stream, std::move(step));
    auto exchange = std::make_unique<Exchange>(*this, request.stream);
    auto& entered = *exchange;
    exchanges_[request.stream] = std::move(exchange);
    entered.go_on(std::move(step));
}

void Http2Connection::respond(std::int32_t stream, HttpStep&& step) {
    HttpResponse refusal;
    refusal.status = 501;
    refusal.body = "WebSockets are opened over HTTP/1.1 here\n";
    auto* const response = std::get_if<HttpResponse>(&step);
    session_.respond(stream, response ? std::move(*response) : std::move(refusal), Http2Clock::now());
    wake();
}

/// The last answer is written.
void Http2Connection::leave() {
    if (!session_.fault().empty()) log_end(session_.fault());
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
}

/// Both coroutines look again, and so does the timer if the deadline has come nearer.
void Http2Connection::wake() {
    output_.cancel();
    if (session_.wants_bytes() || session_.ending()) room_.cancel();
    if (session_.deadline() < timer_.expiry()) timer_.cancel();
}

void Http2Connection::watch() {
    timer_.expires_at(session_.deadline());
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code&) {
        if (self->closed_) return;
        if (Http2Clock::now() < self->session_.deadline()) return self->watch();
        if (!self->session_.ending()) self->log_end("too slow");
        self->close();
    });
}

void Http2Connection::log_end(std::string_view reason) {
    context_->broker.metrics().http.ended_for_fault.add();
    const auto held_back = context_->log_gate.pass();
    if (!held_back) return;
    boost::system::error_code error;
    const auto peer = socket_.remote_endpoint(error);
    context_->broker.log().warning("http connection ended", {{"peer", error ? "unknown" : runtime::to_string(peer)},
                                                             {"reason", reason},
                                                             {"similar_lines_held_back", *held_back}});
}

void Http2Connection::close() {
    if (std::exchange(closed_, true)) return;
    exchanges_.clear();
    thread_.remove(receiver_);
    boost::system::error_code ignored;
    socket_.close(ignored);
    timer_.cancel();
    output_.cancel();
    room_.cancel();
    place_ = {};
}

Http2Connection::Exchange::Exchange(Http2Connection& connection, std::int32_t stream)
    : connection_(connection),
      stream_(stream),
      receiver_(connection.thread_.add(*this)) {}

Http2Connection::Exchange::~Exchange() {
    connection_.thread_.remove(receiver_);
}

/// Takes steps until one must wait, or is the last; after the last this exchange is no more.
void Http2Connection::Exchange::go_on(HttpStep&& step) {
    while (auto* const next = std::get_if<std::unique_ptr<Submission>>(&step)) {
        const auto submission = std::move(*next);
        const engine::Ticket ticket{connection_.thread_.io_thread(), receiver_, ++submissions_};
        const auto submitted = connection_.context_->broker.submit(ticket, std::move(submission->command),
                                                                   std::move(submission->frame), submission->bytes);
        if (submitted.has_value()) {
            then_ = std::move(submission->then);
            return;
        }
        step = submission->then(engine::Answer{submitted.error(), {}, {}});
    }
    auto& connection = connection_;
    const auto stream = stream_;
    connection.exchanges_.erase(stream);
    connection.respond(stream, std::move(step));
}

void Http2Connection::Exchange::on_answer(std::uint64_t, engine::Answer&& answer) {
    go_on(std::exchange(then_, nullptr)(std::move(answer)));
}

}  // namespace tern::admin
