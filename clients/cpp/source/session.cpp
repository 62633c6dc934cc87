#include "clients/cpp/source/session.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "clients/cpp/source/decode.hpp"
#include "clients/cpp/source/encode.hpp"

namespace tern::detail {

namespace {

namespace asio = boost::asio;

// How exactly deadlines are kept.
constexpr std::chrono::milliseconds clock_step{50};

std::string cancellation_of(std::uint64_t id, std::uint64_t request) {
    Builder builder(64);
    return frame_of(builder, id, wire::CreateCancel(builder, request));
}

}  // namespace

boost::asio::any_io_executor executor_of(const Session& session) {
    return session.executor();
}

void submit(const std::shared_ptr<Session>& session, std::unique_ptr<Request> request) {
    session->submit(std::move(request));
}

void cancel(const std::weak_ptr<Session>& session, std::uint64_t request) {
    if (const auto strong = session.lock()) strong->cancel(request);
}

Session::Session(const asio::any_io_executor& executor, ClientOptions options)
    : executor_(executor),
      strand_(asio::make_strand(executor)),
      options_(std::move(options)),
      resolver_(strand_),
      socket_(strand_),
      output_(strand_, SteadyPoint::max()),
      writer_left_(strand_, SteadyPoint::max()),
      pause_(strand_),
      clock_(strand_),
      backoff_(options_.backoff_first),
      random_(std::random_device()()) {}

void Session::submit(std::unique_ptr<Request> request) {
    bool first = false;
    {
        const std::lock_guard lock(inbox_mutex_);
        first = inbox_.empty();
        inbox_.push_back(std::move(request));
    }
    // One hand-over for all that comes until the strand gets to it.
    if (first) asio::post(strand_, [self = shared_from_this()] { self->take_inbox(); });
}

void Session::cancel(std::uint64_t request) {
    asio::post(strand_, [self = shared_from_this(), request] { self->cancel_here(request); });
}

void Session::forget_subscription(std::uint64_t request) {
    asio::post(strand_, [self = shared_from_this(), request] { self->subscriptions_.erase(request); });
}

void Session::close() {
    asio::post(strand_, [self = shared_from_this()] { self->close_here(); });
}

void Session::take_inbox() {
    std::vector<std::unique_ptr<Request>> requests;
    {
        const std::lock_guard lock(inbox_mutex_);
        std::swap(requests, inbox_);
    }
    for (auto& request : requests) accept(std::move(request));
    if (unsent_.empty()) return;
    ensure_running();
    look_at_clock_later();
    output_.cancel();
}

void Session::accept(std::unique_ptr<Request> request) {
    const auto refuse = [&request](ConnectionErrc errc) { request->fail(Error(errc, {}, Execution::surely_not)); };
    if (closed_) return refuse(ConnectionErrc::closed);
    if (request->frame.size() > protocol::frame_bytes_max + protocol::frame_header_bytes) {
        return refuse(ConnectionErrc::request_too_large);
    }
    const bool full = unsent_.size() + unanswered_.size() >= options_.requests_waiting_max ||
                      bytes_waiting_ + request->frame.size() > options_.bytes_waiting_max;
    if (full) return refuse(ConnectionErrc::too_much_waiting);

    bytes_waiting_ += request->frame.size();
    unsent_.push_back({std::move(request), std::chrono::steady_clock::now()});
}

void Session::cancel_here(std::uint64_t id) {
    take_inbox();
    const auto unsent = std::find_if(unsent_.begin(), unsent_.end(),
                                     [id](const Pending& pending) { return pending.request->id == id; });
    if (unsent != unsent_.end()) {
        unsent->request->fail(Error(ConnectionErrc::cancelled, {}, Execution::surely_not));
        forget(*unsent->request);
        unsent_.erase(unsent);
        return;
    }
    if (!unanswered_.contains(id)) return;
    cancellations_ += cancellation_of(next_id(), id);
    output_.cancel();
}

void Session::close_here() {
    closed_ = true;
    take_inbox();
    disconnect();
    settle_unanswered(ConnectionErrc::closed, {});
    fail_unsent(ConnectionErrc::closed, {});
    resolver_.cancel();
    pause_.cancel();
    clock_.cancel();
}

void Session::on_reply(std::string_view frame) {
    const auto* reply = verified_reply(frame);
    // What we cannot read, we cannot match: the connection is of no use any more.
    if (!reply) return disconnect();
    const auto found = unanswered_.find(reply->id());
    if (found == unanswered_.end()) return on_push(reply->id(), frame);
    auto pending = std::move(found->second);
    unanswered_.erase(found);
    forget(*pending.request);
    pending.request->succeed(frame);
    if (pending.request->lasts(frame)) {
        pending.request->frame = {};
        subscriptions_.insert_or_assign(pending.request->id, std::move(pending.request));
    }
    // There is room for one more on the connection.
    if (!unsent_.empty()) output_.cancel();
}

void Session::on_push(std::uint64_t request, std::string_view frame) {
    const auto found = subscriptions_.find(request);
    if (found != subscriptions_.end() && !found->second->push(frame)) subscriptions_.erase(found);
}

/// The write ended early: what was not handed over whole was surely not executed.
void Session::requeue_unwritten(std::size_t written) {
    while (!leaving_.empty() && leaving_.back().ends_at > written) {
        const auto found = unanswered_.find(leaving_.back().id);
        if (found != unanswered_.end()) {
            unsent_.push_front(std::move(found->second));
            unanswered_.erase(found);
        }
        leaving_.pop_back();
    }
    leaving_.clear();
}

void Session::settle_unanswered(ConnectionErrc errc, const std::string& why) {
    auto unanswered = std::exchange(unanswered_, {});
    for (auto& [id, subscription] : std::exchange(subscriptions_, {})) {
        subscription->fail(Error(errc, why, Execution::surely));
    }
    // The time to find a new connection begins for all.
    const auto now = std::chrono::steady_clock::now();
    for (auto& pending : unsent_) pending.since = now;
    for (auto entry = unanswered.rbegin(); entry != unanswered.rend(); ++entry) {
        auto& pending = entry->second;
        if (!closed_ && errc == ConnectionErrc::connection_lost && pending.request->idempotent &&
            options_.retry_idempotent) {
            pending.since = now;
            unsent_.push_front(std::move(pending));
            continue;
        }
        forget(*pending.request);
        pending.request->fail(Error(errc, why, Execution::perhaps));
    }
}

void Session::fail_unsent(ConnectionErrc errc, const std::string& why) {
    auto unsent = std::exchange(unsent_, {});
    for (auto& pending : unsent) {
        forget(*pending.request);
        pending.request->fail(Error(errc, why, Execution::surely_not));
    }
}

void Session::forget(const Request& request) {
    bytes_waiting_ -= std::min(bytes_waiting_, request.frame.size());
}

void Session::look_at_clock_later() {
    if (looking_at_clock_ || closed_) return;
    looking_at_clock_ = true;
    clock_.expires_after(clock_step);
    clock_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        self->looking_at_clock_ = false;
        if (!error) self->look_at_clock();
    });
}

void Session::look_at_clock() {
    const auto now = std::chrono::steady_clock::now();
    if (connecting_since_ && now - *connecting_since_ > options_.connect_timeout) {
        timed_out_ = true;
        resolver_.cancel();
        disconnect();
    }
    if (!connected_ && options_.give_up_after.count() > 0) {
        while (!unsent_.empty() && now - unsent_.front().since > options_.give_up_after) {
            auto pending = std::move(unsent_.front());
            unsent_.pop_front();
            forget(*pending.request);
            pending.request->fail(Error(ConnectionErrc::connection_failed,
                                        "gave up waiting for a connection to " + options_.server.text(),
                                        Execution::surely_not));
        }
    }
    if (connected_) end_late_requests(now);
    if (has_work()) look_at_clock_later();
}

/// A request that is not answered in time means that the connection is dead: the others find out on a new one.
void Session::end_late_requests(SteadyPoint now) {
    bool any = false;
    for (auto entry = unanswered_.begin(); entry != unanswered_.end();) {
        const auto& pending = entry->second;
        if (now - pending.since <= options_.request_timeout + pending.request->wait) {
            ++entry;
            continue;
        }
        any = true;
        const auto late = std::move(entry->second.request);
        entry = unanswered_.erase(entry);
        forget(*late);
        late->fail(Error(ConnectionErrc::request_timed_out, {}, Execution::perhaps));
    }
    if (any) disconnect();
}

}  // namespace tern::detail
