#include "broker/runtime/io_threads.hpp"

#include <boost/asio/post.hpp>
#include <utility>
#include <variant>

#include "broker/base/check.hpp"

namespace tern::runtime {
namespace {

// The upper bits of a session's number tell its I/O thread, so that numbers are unique in the whole broker.
constexpr unsigned session_number_bits = 48;

}  // namespace

IoThread::IoThread(std::uint32_t number, Mailbox& mailbox, Metrics& metrics)
    : number_(number),
      mailbox_(mailbox),
      metrics_(metrics),
      context_(std::in_place, 1),
      work_(context_->get_executor()) {}

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
    const auto found = sessions_.find(session);
    if (found != sessions_.end()) ++found->second.answers_expected;
}

void IoThread::deliver(std::vector<engine::Completion>&& completions) {
    boost::asio::post(*context_, [this, completions = std::move(completions)]() mutable { deliver_here(completions); });
}

void IoThread::deliver_here(std::vector<engine::Completion>& completions) {
    for (auto& [ticket, answer] : completions) {
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
    for (const auto session : told_) {
        const auto found = sessions_.find(session);
        if (found != sessions_.end()) found->second.receiver->on_answers_told();
    }
    told_.clear();
}

void IoThread::announce_shutdown() {
    boost::asio::post(*context_, [this] {
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

IoThreads::IoThreads(std::uint32_t count, Mailbox& mailbox, Metrics& metrics) {
    TERN_CHECK(count > 0);
    for (std::uint32_t number = 0; number < count; ++number) {
        threads_.push_back(std::make_unique<IoThread>(number, mailbox, metrics));
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

void IoThreads::deliver(std::uint32_t io_thread, std::vector<engine::Completion>&& completions) {
    threads_[io_thread]->deliver(std::move(completions));
}

}  // namespace tern::runtime
