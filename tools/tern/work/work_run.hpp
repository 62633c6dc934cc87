#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>

#include "tern/consumer.hpp"
#include "tools/tern/context.hpp"
#include "tools/tern/work/message_worker.hpp"

namespace tern::cli {

struct WorkOptions {
    std::string queue;
    std::string command;
    std::uint32_t parallel = 1;
    std::uint64_t messages_max = 0;
    bool until_empty = false;
    std::optional<std::chrono::milliseconds> wait;
    std::optional<std::chrono::milliseconds> visibility_timeout;
    std::optional<std::chrono::milliseconds> retry_delay;
};

/// One `tern queue work`: a consumer whose handler runs the command, until it is stopped or finds nothing more.
///
/// A first SIGINT or SIGTERM lets what runs finish, a second one kills it and gives its messages back. A broker that
/// goes away is waited for.
class WorkRun {
public:
    WorkRun(Context& context, const WorkOptions& options);

    /// Errors: Error when the broker cannot be reached at the beginning, or there is no such queue.
    ExitCode run();

private:
    ClientOptions client_options() const;
    ConsumerOptions consumer_options();
    void handle(const ReceivedMessage& message);
    void tell_failure(const ReceivedMessage& message, const std::exception_ptr& failure);
    void tell_error(const Error& error);
    void watch_signals();
    void end_without_broker();
    void draw_often();
    void stop_hard();
    ExitCode tell_end(const Outcome<void>& outcome);

    Context& context_;
    const WorkOptions& options_;
    ProgressBar bar_;
    MessageWorker worker_;
    std::optional<std::uint64_t> total_;
    boost::asio::io_context io_context_;
    boost::asio::signal_set signals_;
    boost::asio::steady_timer redraw_;
    boost::asio::steady_timer give_up_;
    boost::asio::thread_pool pool_;
    Client client_;
    Consumer consumer_;
    std::atomic<std::uint64_t> done_ = 0;
    std::atomic<std::uint64_t> failed_ = 0;
    std::atomic<bool> output_failed_ = false;
    int signals_seen_ = 0;
    std::atomic<bool> told_lost_ = false;
};

}  // namespace tern::cli
