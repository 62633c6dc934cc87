#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "broker/engine/engine.hpp"
#include "broker/runtime/broker.hpp"
#include "broker/runtime/clock.hpp"
#include "broker/runtime/commit_loop.hpp"
#include "broker/runtime/durable_ends.hpp"
#include "broker/runtime/io_threads.hpp"
#include "broker/runtime/mailbox.hpp"
#include "broker/runtime/metrics.hpp"

namespace tern::runtime {

struct LocalBrokerOptions {
    engine::EngineLimits engine;
    MailboxLimits mailbox;
    CommitLoopOptions commit_loop;
    std::uint32_t io_threads = 1;
    std::uint64_t waiting_fetches_max = 100'000;
    std::string data_folder;
    /// Lets fetches read what a power cut can still undo. Exists only to show that the crash-image test would notice.
    bool unsafe_early_reading = false;
};

/// The broker in this process: engine, mailbox, commit thread and I/O threads put together over a store.
class LocalBroker final : public Broker {
public:
    /// Reads what the engine must know; starts nothing. `clock` is for tests: without one, time begins at the last
    /// moment that the store knows of.
    LocalBroker(store::Store& store, RandomSource& random, Log& log, LocalBrokerOptions options,
                std::unique_ptr<Clock> clock = nullptr);
    /// Stops, if that was not done.
    ~LocalBroker() override;

    void start();
    /// Refuses new commands, answers those that were taken, lets the connections leave, and ends the threads. Listeners
    /// have been stopped before.
    void stop();

    IoThreads& io_threads() { return io_threads_; }
    const Mailbox& mailbox() const { return mailbox_; }

    Result<void> submit(const engine::Ticket& ticket, engine::Command&& command, Frame&& frame,
                        std::size_t frame_bytes) override;
    std::unique_ptr<store::ReadTransaction> snapshot() override { return store_.begin_read(); }
    engine::DurableEnd durable_end() const override;
    Timestamp now() const override { return clock_->now(); }
    store::Store& store() override { return store_; }
    Metrics& metrics() override { return metrics_; }
    Log& log() override { return log_; }
    SubscriberCounts& subscriber_counts() override { return subscriber_counts_; }
    Presence& presence() override { return presence_; }
    store::Space last_space() const override { return commit_loop_.last_space(); }
    const std::string& data_folder() const override { return options_.data_folder; }

private:
    const LocalBrokerOptions options_;
    store::Store& store_;
    Log& log_;
    Metrics metrics_;
    Mailbox mailbox_;
    engine::Engine engine_;
    std::unique_ptr<Clock> clock_;
    DurableEnds durable_ends_;
    SubscriberCounts subscriber_counts_;
    Presence presence_;
    IoThreads io_threads_;
    CommitLoop commit_loop_;
    std::thread commit_thread_;
};

}  // namespace tern::runtime
