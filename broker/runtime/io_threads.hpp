#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/engine/answers.hpp"
#include "broker/runtime/broker.hpp"
#include "broker/runtime/clock.hpp"
#include "broker/runtime/mailbox.hpp"
#include "broker/runtime/metrics.hpp"
#include "broker/runtime/presence.hpp"
#include "broker/runtime/receiver_turns.hpp"
#include "broker/runtime/stream_news.hpp"
#include "broker/runtime/subscriber_counts.hpp"
#include "broker/runtime/topic_subscribers.hpp"
#include "broker/runtime/waiting_fetches.hpp"

namespace tern::runtime {

/// What became durable together, for one I/O thread.
struct HandOver {
    /// In order.
    std::vector<engine::Completion> completions;
    /// None when the thread did not want to know.
    std::shared_ptr<const StreamNews> news;
};

/// Takes what a commit answers. Two implementations: the I/O threads, and a recorder in tests. From the commit thread.
class AnswerSink {
public:
    virtual ~AnswerSink() = default;
    virtual void deliver(std::uint32_t io_thread, HandOver&& hand_over) = 0;
    virtual std::uint32_t io_threads() const = 0;
    /// Whether a fetch waits there, or somebody is subscribed to a topic, or is about to.
    virtual bool wants_stream_news(std::uint32_t io_thread) = 0;
};

/// What I/O threads work with. All of it outlives them.
struct IoThreadParts {
    Mailbox& mailbox;
    Metrics& metrics;
    const Clock& clock;
    SubscriberCounts& subscriber_counts;
    Presence& presence;
    std::uint64_t waiting_fetches_max = 100'000;
};

using EndpointListener = std::function<void(const std::vector<engine::EndpointId>&)>;

/// One thread with its io_context. A connection lives on one of them and never leaves it, so that sessions need no
/// locks.
class IoThread final : public AnswerRouter {
public:
    IoThread(std::uint32_t number, const IoThreadParts& parts);
    ~IoThread() override;

    /// For everything that a connection does: I/O, timers, posts.
    boost::asio::io_context& context() { return *context_; }

    std::uint32_t io_thread() const override { return number_; }
    std::uint64_t add(AnswerReceiver& receiver) override;
    void remove(std::uint64_t session) override;
    void give_back(engine::Answer&& answer) override;

    /// A command of this session is on its way and will be answered. On this thread.
    void expect_answer(std::uint64_t session);
    /// How many commands its sessions have handed to the commit thread. On this thread.
    std::uint64_t commands() const { return commands_; }
    /// Hands answers over to their receivers; those of sessions that are gone are given back. From any thread.
    void deliver(HandOver&& hand_over);
    /// The fetches of this thread's sessions that wait. On this thread, but for watched().
    WaitingFetches& waiting_fetches() { return waiting_fetches_; }
    /// The subscribers of topics among this thread's sessions. On this thread, but for watched().
    TopicSubscribers& topic_subscribers() { return topic_subscribers_; }
    /// The receiver was told something outside of answers: on_answers_told is called soon, at its turn, after the
    /// hand-over at work if there is one. On this thread; once until then, for each receiver.
    void touch(AnswerReceiver& receiver);
    /// Is told which endpoints were subscribed once that is durable, on this thread. Before start.
    void set_endpoint_listener(EndpointListener listener) { endpoint_listener_ = std::move(listener); }
    /// Somebody has entered or left a topic: what changed will be told in time. On this thread.
    void presence_changed() { set_presence_timer(); }
    /// Looks whether the time of waiting fetches has passed: for clocks that are moved by hand. From any thread.
    void look_at_deadlines();
    /// Tells every receiver that the broker stops. From any thread.
    void announce_shutdown();
    /// Waits until everything delivered before announce_shutdown has been handed over or given back, and every receiver
    /// has left. False when that was not so at `until`. From any thread.
    bool wait_for_shutdown(std::chrono::steady_clock::time_point until);

    void start();
    bool running() const { return thread_.joinable(); }
    /// Ends the thread; connections stay as they are.
    void stop();
    /// Destroys the io_context, and with it the connections that are still there. After stop.
    void clear();

private:
    struct Session {
        AnswerReceiver* receiver = nullptr;
        /// Commands on their way, parked receives among them.
        std::uint64_t answers_expected = 0;
    };
    void deliver_here(HandOver& hand_over);
    void hand_over(HandOver& hand_over);
    void hand_over_waiting();
    void tell_due(const std::vector<WaitingFetches::Due>& due);
    void tell_answers_told();
    void take_turns();
    void tell_everybody();
    void look_at_deadlines_here();
    void set_timer();
    void set_presence_timer();
    void deliver_presence(const PresenceChanges& changes);
    void count_sessions();

    const std::uint32_t number_;
    Mailbox& mailbox_;
    Metrics& metrics_;
    const Clock& clock_;
    WaitingFetches waiting_fetches_;
    TopicSubscribers topic_subscribers_;
    Presence& presence_;
    std::unordered_map<std::uint64_t, Session> sessions_;
    /// The sessions that were told an answer in the hand-over at work.
    std::vector<std::uint64_t> told_;
    std::uint64_t commands_ = 0;
    bool handing_over_ = false;
    /// Delivered and not looked at.
    std::atomic<std::uint32_t> hand_overs_queued_ = 0;
    /// Looked at since the receivers were last told that this was all.
    std::uint32_t hand_overs_joined_ = 0;
    /// Hand-overs with publications that came too fast for the receivers' turns, and what came behind them.
    std::deque<HandOver> hand_overs_waiting_;
    EndpointListener endpoint_listener_;
    /// Those that were touched.
    ReceiverTurns turns_;
    /// Steps of turns are under way, one post behind the other.
    bool turning_ = false;
    std::uint64_t sessions_made_ = 0;
    std::mutex count_mutex_;
    std::condition_variable emptied_;
    std::size_t session_count_ = 0;
    bool shutdown_announced_ = false;

    std::optional<boost::asio::io_context> context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    /// For the next deadline of a waiting fetch.
    std::optional<boost::asio::steady_timer> timer_;
    /// For the next change of presence to be told.
    std::optional<boost::asio::steady_timer> presence_timer_;
    std::thread thread_;
};

/// The I/O threads of the broker.
class IoThreads final : public AnswerSink {
public:
    IoThreads(std::uint32_t count, const IoThreadParts& parts);
    /// Stops; connections that are still there end with their io_context. All threads have stopped before the first of
    /// them goes.
    ~IoThreads() override;

    std::uint32_t size() const { return static_cast<std::uint32_t>(threads_.size()); }
    IoThread& operator[](std::uint32_t number) { return *threads_[number]; }

    void start();
    /// Tells every receiver to write what it has and to leave, waits until they have, at most `patience`.
    void shut_down_receivers(Milliseconds patience);
    bool running() const { return threads_.front()->running(); }
    /// Ends the threads. Listeners have been stopped before; connections stay as they are.
    void stop();

    /// As IoThread::look_at_deadlines.
    void look_at_deadlines();

    void deliver(std::uint32_t io_thread, HandOver&& hand_over) override;
    std::uint32_t io_threads() const override { return size(); }
    bool wants_stream_news(std::uint32_t io_thread) override;

private:
    std::vector<std::unique_ptr<IoThread>> threads_;
};

}  // namespace tern::runtime
