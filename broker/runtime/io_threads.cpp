#include "broker/runtime/io_threads.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>
#include <variant>

#include "broker/base/check.hpp"

namespace tern::runtime {
namespace {

// The upper bits of a session's number tell its I/O thread, so that numbers are unique in the whole broker.
constexpr unsigned session_number_bits = 48;
/// So that nobody waits long for those behind.
constexpr std::uint32_t hand_overs_joined_max = 16;
/// What a publication takes beside its data and attributes, roughly, in any wire form.
constexpr std::size_t publication_overhead_bytes = 100;

std::size_t published_bytes(const StreamNews& news) {
    std::size_t bytes = 0;
    for (const auto& published : news.published) {
        const auto& publication = published.publication();
        bytes += publication.data.size() + publication_overhead_bytes;
        for (const auto& attribute : publication.attributes) bytes += attribute.name.size() + attribute.value.size();
    }
    return bytes;
}

}  // namespace

IoThread::IoThread(std::uint32_t number, const IoThreadParts& parts)
    : number_(number),
      mailbox_(parts.mailbox),
      metrics_(parts.metrics),
      clock_(parts.clock),
      waiting_fetches_(parts.metrics.waiting_fetches, parts.waiting_fetches_max, [this] { set_timer(); }),
      topic_subscribers_(parts.metrics, parts.subscriber_counts),
      presence_(parts.presence),
      context_(std::in_place, 1),
      work_(context_->get_executor()),
      timer_(*context_),
      presence_timer_(*context_) {
    presence_.add_listener([this](const std::shared_ptr<const PresenceChanges>& changes) {
        if (!topic_subscribers_.watched()) return;
        boost::asio::post(*context_, [this, changes] { deliver_presence(*changes); });
    });
}

IoThread::~IoThread() {
    stop();
    clear();
}

void IoThread::start() {
    thread_ = std::thread([this] { context_->run(); });
}

void IoThread::stop() {
    if (!thread_.joinable()) return;
    context_->stop();
    thread_.join();
}

void IoThread::clear() {
    work_.reset();
    timer_.reset();
    presence_timer_.reset();
    context_.reset();
}

void IoThread::count_sessions() {
    {
        const std::lock_guard lock(count_mutex_);
        session_count_ = sessions_.size();
    }
    emptied_.notify_all();
}

bool IoThread::wait_for_shutdown(std::chrono::steady_clock::time_point until) {
    std::unique_lock lock(count_mutex_);
    return emptied_.wait_until(lock, until, [this] { return shutdown_announced_ && session_count_ == 0; });
}

std::uint64_t IoThread::add(AnswerReceiver& receiver) {
    const auto session = (std::uint64_t{number_} << session_number_bits) | ++sessions_made_;
    sessions_.emplace(session, Session{&receiver, 0});
    count_sessions();
    return session;
}

void IoThread::remove(std::uint64_t session) {
    const auto found = sessions_.find(session);
    if (found == sessions_.end()) return;
    const bool waits = found->second.answers_expected > 0;
    turns_.remove(*found->second.receiver);
    sessions_.erase(found);
    count_sessions();
    if (waits) mailbox_.put_internal({number_, session, 0}, engine::EndSession{});
}

void IoThread::give_back(engine::Answer&& answer) {
    auto* received = std::get_if<engine::Messages>(&answer.body);
    if (!received || received->messages.empty()) return;

    engine::GiveBackMessages command;
    command.receipt_handles.reserve(received->messages.size());
    for (auto& message : received->messages) command.receipt_handles.push_back(std::move(message.receipt_handle));
    metrics_.messages_given_back.add(command.receipt_handles.size());
    mailbox_.put_internal({number_, 0, 0}, std::move(command));
}

void IoThread::expect_answer(std::uint64_t session) {
    ++commands_;
    const auto found = sessions_.find(session);
    if (found != sessions_.end()) ++found->second.answers_expected;
}

void IoThread::deliver(HandOver&& hand_over) {
    hand_overs_queued_.fetch_add(1, std::memory_order_relaxed);
    boost::asio::post(*context_, [this, hand_over = std::move(hand_over)]() mutable { deliver_here(hand_over); });
}

void IoThread::touch(AnswerReceiver& receiver) {
    if (turns_.empty() && !handing_over_ && !turning_) {
        boost::asio::post(*context_, [this] { tell_answers_told(); });
    }
    turns_.add(receiver);
}

void IoThread::deliver_here(HandOver& arrived) {
    const bool too_much = turns_.is_full() && arrived.news && !arrived.news->published.empty();
    if (hand_overs_waiting_.empty() && !too_much) {
        hand_over(arrived);
    } else {
        hand_overs_waiting_.push_back(std::move(arrived));
    }
    // What comes right behind goes out in the same writes.
    const bool last = hand_overs_queued_.fetch_sub(1, std::memory_order_relaxed) == 1;
    if (!last && ++hand_overs_joined_ < hand_overs_joined_max) return;
    hand_overs_joined_ = 0;
    tell_answers_told();
}

void IoThread::hand_over(HandOver& hand_over) {
    handing_over_ = true;
    for (auto& [ticket, answer] : hand_over.completions) {
        // Looked up anew for each answer: a receiver may leave while it is told one.
        const auto found = sessions_.find(ticket.session);
        if (found == sessions_.end()) {
            give_back(std::move(answer));
            continue;
        }
        TERN_CHECK(found->second.answers_expected > 0);
        --found->second.answers_expected;
        found->second.receiver->on_answer(ticket.request, std::move(answer));
        if (told_.empty() || told_.back() != ticket.session) told_.push_back(ticket.session);
    }
    if (hand_over.news) {
        tell_due(waiting_fetches_.touched_by(*hand_over.news));
        topic_subscribers_.deliver(*hand_over.news);
        turns_.count(published_bytes(*hand_over.news));
        if (endpoint_listener_ && !hand_over.news->new_endpoints.empty())
            endpoint_listener_(hand_over.news->new_endpoints);
    }
}

/// As far as the round of turns has room for.
void IoThread::hand_over_waiting() {
    while (!hand_overs_waiting_.empty() && !turns_.is_full()) {
        hand_over(hand_overs_waiting_.front());
        hand_overs_waiting_.pop_front();
    }
}

void IoThread::tell_due(const std::vector<WaitingFetches::Due>& due) {
    for (const auto& [session, id, over] : due) {
        const auto found = sessions_.find(session);
        if (found == sessions_.end()) continue;
        found->second.receiver->on_fetch_due(id, over);
        if (told_.empty() || told_.back() != session) told_.push_back(session);
    }
}

void IoThread::tell_answers_told() {
    for (const auto session : told_) {
        const auto found = sessions_.find(session);
        if (found != sessions_.end()) found->second.receiver->on_answers_told();
    }
    told_.clear();
    handing_over_ = false;
    if (!turning_) take_turns();
}

/// A step; whatever else there is to do on the thread comes between two of them.
void IoThread::take_turns() {
    turning_ = true;
    turns_.tell_some();
    if (!hand_overs_waiting_.empty()) {
        hand_over_waiting();
        tell_answers_told();
    }
    turning_ = !turns_.empty() || !hand_overs_waiting_.empty();
    if (turning_) boost::asio::post(*context_, [this] { take_turns(); });
}

/// Nothing waits any more.
void IoThread::tell_everybody() {
    turns_.tell_all();
    while (!hand_overs_waiting_.empty()) {
        hand_over_waiting();
        tell_answers_told();
        turns_.tell_all();
    }
}

void IoThread::look_at_deadlines() {
    boost::asio::post(*context_, [this] { look_at_deadlines_here(); });
}

void IoThread::look_at_deadlines_here() {
    tell_due(waiting_fetches_.overdue(clock_.now()));
    tell_answers_told();
    presence_.tell_due(clock_.now());
    set_timer();
}

void IoThread::deliver_presence(const PresenceChanges& changes) {
    handing_over_ = true;
    for (const auto& [topic, change] : changes) topic_subscribers_.deliver(topic, change);
    tell_answers_told();
}

void IoThread::set_presence_timer() {
    const auto deadline = presence_.next_deadline();
    if (!deadline || !presence_timer_) return;
    const auto until = clock_.sleep_until(*deadline);
    if (!until || presence_timer_->expiry() == *until) return;
    presence_timer_->expires_at(*until);
    presence_timer_->async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        presence_.tell_due(clock_.now());
        set_presence_timer();
    });
}

void IoThread::set_timer() {
    const auto deadline = waiting_fetches_.next_deadline();
    // A context that is being destroyed takes its connections with it: their fetches wait no more.
    if (!deadline || !timer_) return;
    const auto until = clock_.sleep_until(*deadline);
    if (!until) return;
    timer_->expires_at(*until);
    timer_->async_wait([this](const boost::system::error_code& error) {
        if (!error) look_at_deadlines_here();
    });
}

void IoThread::announce_shutdown() {
    boost::asio::post(*context_, [this] {
        tell_everybody();
        std::vector<std::uint64_t> sessions;
        for (const auto& [session, state] : sessions_) sessions.push_back(session);
        for (const auto session : sessions) {
            const auto found = sessions_.find(session);
            if (found != sessions_.end()) found->second.receiver->on_shutdown();
        }
        {
            const std::lock_guard lock(count_mutex_);
            shutdown_announced_ = true;
        }
        emptied_.notify_all();
    });
}

IoThreads::IoThreads(std::uint32_t count, const IoThreadParts& parts) {
    TERN_CHECK(count > 0);
    for (std::uint32_t number = 0; number < count; ++number) {
        threads_.push_back(std::make_unique<IoThread>(number, parts));
    }
}

IoThreads::~IoThreads() {
    stop();
    for (auto& thread : threads_) thread->clear();
}

void IoThreads::start() {
    for (auto& thread : threads_) thread->start();
}

void IoThreads::shut_down_receivers(Milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    for (auto& thread : threads_) thread->announce_shutdown();
    for (auto& thread : threads_) thread->wait_for_shutdown(until);
}

void IoThreads::stop() {
    for (auto& thread : threads_) thread->stop();
}

void IoThreads::look_at_deadlines() {
    for (auto& thread : threads_) thread->look_at_deadlines();
}

void IoThreads::deliver(std::uint32_t io_thread, HandOver&& hand_over) {
    threads_[io_thread]->deliver(std::move(hand_over));
}

bool IoThreads::wants_stream_news(std::uint32_t io_thread) {
    auto& thread = *threads_[io_thread];
    return thread.waiting_fetches().watched() || thread.topic_subscribers().watched();
}

}  // namespace tern::runtime
