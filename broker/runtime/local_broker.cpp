#include "broker/runtime/local_broker.hpp"

#include <pthread.h>

#include <utility>

namespace tern::runtime {
namespace {

using namespace std::chrono_literals;

// The whole stop has two seconds (docs/operations.md).
constexpr Milliseconds answers_patience = 1s;
constexpr Milliseconds receivers_patience = 500ms;

std::unique_ptr<Clock> open(engine::Engine& engine, store::Store& store, std::unique_ptr<Clock> clock) {
    engine.open(*store.begin_read());
    if (clock) return clock;
    return std::make_unique<SteadyClock>(engine.last_time());
}

}  // namespace

LocalBroker::LocalBroker(store::Store& store, RandomSource& random, Log& log, LocalBrokerOptions options,
                         std::unique_ptr<Clock> clock)
    : options_(std::move(options)),
      store_(store),
      log_(log),
      mailbox_(options_.mailbox),
      engine_(options_.engine),
      clock_(open(engine_, store_, std::move(clock))),
      subscriber_counts_(metrics_.subscribers),
      presence_(metrics_.presence_members),
      io_threads_(options_.io_threads,
                  {mailbox_, metrics_, *clock_, subscriber_counts_, presence_, options_.waiting_fetches_max}),
      commit_loop_({store_, engine_, mailbox_, *clock_, random, io_threads_, metrics_, log_, durable_ends_},
                   options_.commit_loop) {}

LocalBroker::~LocalBroker() {
    stop();
}

void LocalBroker::start() {
    io_threads_.start();
    commit_thread_ = std::thread([this] {
        pthread_setname_np(pthread_self(), "tern-commit");
        commit_loop_.run();
    });
}

void LocalBroker::stop() {
    if (!commit_thread_.joinable()) return;

    mailbox_.close();
    if (!mailbox_.wait_until_idle(answers_patience)) log_.warning("stopping before every command was answered");
    io_threads_.shut_down_receivers(receivers_patience);
    // What the connections gave back while they left still goes to disk.
    mailbox_.finish();
    commit_thread_.join();
    io_threads_.stop();
}

engine::DurableEnd LocalBroker::durable_end() const {
    if (options_.unsafe_early_reading) return [](engine::StreamPartition) { return std::nullopt; };
    return durable_ends_.durable_end();
}

Result<void> LocalBroker::submit(const engine::Ticket& ticket, engine::Command&& command, Frame&& frame,
                                 std::size_t frame_bytes) {
    const bool answered = is_answered(command);
    const auto taken = mailbox_.put({ticket, std::move(command), std::move(frame), frame_bytes});
    if (!taken.has_value()) {
        if (taken.error() == Errc::overloaded) metrics_.commands_refused_overloaded.add();
        return taken;
    }
    if (answered) io_threads_[ticket.io_thread].expect_answer(ticket.session);
    return taken;
}

}  // namespace tern::runtime
