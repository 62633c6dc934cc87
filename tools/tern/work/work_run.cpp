#include "tools/tern/work/work_run.hpp"

#include <fmt/format.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>

#include "tools/tern/text/quantities.hpp"

namespace tern::cli {

namespace {

constexpr milliseconds redrawn_every{200};
/// After the second signal: what takes longer is not given back.
constexpr milliseconds given_back_within{3000};

}  // namespace

WorkRun::WorkRun(Context& context, const WorkOptions& options)
    : context_(context),
      options_(options),
      bar_(!context.json() && options.parallel > 1, "working", "message"),
      worker_({options.queue, options.command, options.parallel > 1}, bar_),
      signals_(io_context_, SIGINT, SIGTERM),
      redraw_(io_context_),
      give_up_(io_context_),
      pool_(options.parallel),
      client_(io_context_.get_executor(), client_options()),
      consumer_(client_, context.queue(options.queue),
                on_thread_pool(pool_, [this](const ReceivedMessage& message) { handle(message); }),
                consumer_options()) {}

ClientOptions WorkRun::client_options() const {
    return context_.patient_client_options();
}

ConsumerOptions WorkRun::consumer_options() {
    ConsumerOptions options;
    options.in_work_max = options_.parallel;
    if (options_.wait) options.wait = *options_.wait;
    // Nothing to wait for when an empty queue is the end.
    if (options_.until_empty && !options_.wait) options.wait = milliseconds(0);
    options.visibility_timeout = options_.visibility_timeout;
    options.retry_delay = options_.retry_delay;
    options.stop_when_empty = options_.until_empty;
    options.messages_max = options_.messages_max;
    options.on_failure = [this](const ReceivedMessage& message, std::exception_ptr failure) {
        tell_failure(message, failure);
    };
    options.on_error = [this](const Error& error) { tell_error(error); };
    return options;
}

void WorkRun::handle(const ReceivedMessage& message) {
    try {
        worker_.run(message);
        ++done_;
        told_lost_ = false;
    } catch (const OutputFailure&) {
        output_failed_ = true;
        stop_hard();
        throw;
    }
}

void WorkRun::tell_failure(const ReceivedMessage& message, const std::exception_ptr& failure) {
    // What we have stopped ourselves is given back, and has not failed.
    if (signals_seen_ > 1 || output_failed_) return;
    ++failed_;
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        worker_.say(fmt::format("{}: {}; the message comes back", to_string(message.id), error.what()));
    }
}

void WorkRun::tell_error(const Error& error) {
    if (!error.is_connection_error()) {
        worker_.say(std::string(error.sentence()));
    } else if (!told_lost_.exchange(true)) {
        worker_.say(fmt::format("the broker at {} is gone: trying again until it is back", context_.server()));
    }
}

void WorkRun::stop_hard() {
    consumer_.stop(StopMode::give_back);
    worker_.stop();
}

void WorkRun::watch_signals() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (error) return;
        if (++signals_seen_ == 1) {
            worker_.say("finishing what runs; once more stops it");
            consumer_.stop(StopMode::finish);
        } else {
            stop_hard();
            // Whoever is impatient shall not wait longer for it.
            if (signals_seen_ == 2) end_without_broker();
        }
        watch_signals();
    });
}

/// A broker that is gone takes nothing back; the messages come back to it by their visibility timeout.
void WorkRun::end_without_broker() {
    give_up_.expires_after(given_back_within);
    give_up_.async_wait([this](const boost::system::error_code& error) {
        if (!error) io_context_.stop();
    });
}

void WorkRun::draw_often() {
    worker_.show({done_, done_ + failed_, total_});
    redraw_.expires_after(redrawn_every);
    redraw_.async_wait([this](const boost::system::error_code& error) {
        if (!error) draw_often();
    });
}

ExitCode WorkRun::run() {
    const auto queue = context_.client().describe_queue(context_.queue(options_.queue));
    if (options_.until_empty) total_ = queue.counts.visible;
    if (options_.messages_max > 0) total_ = options_.messages_max;

    watch_signals();
    draw_often();
    Outcome<void> ended;
    consumer_.run([&](const Outcome<void>& outcome) {
        ended = outcome;
        // The consumer holds nothing any more; a signal or the next drawing need not be waited for.
        io_context_.stop();
    });
    io_context_.run();
    pool_.join();
    bar_.hide();
    return tell_end(ended);
}

ExitCode WorkRun::tell_end(const Outcome<void>& outcome) {
    const auto took = bar_.elapsed();
    const double rate = static_cast<double>(done_) / std::max(static_cast<double>(took.count()) / 1e3, 1e-3);
    const auto given_back = consumer_.counts().given_back;
    if (context_.json()) {
        const boost::json::object summary{{"done", done_.load()},
                                          {"failed", failed_.load()},
                                          {"given_back", given_back},
                                          {"took_ms", took.count()},
                                          {"per_s", rate}};
        std::fputs((boost::json::serialize(summary) + "\n").c_str(), stderr);
    } else {
        auto line =
            fmt::format("{} done in {} ({})", counted(done_, "message"), rough_duration(took), human_rate(rate));
        if (failed_ > 0) line += fmt::format(", {} failed", human_count(failed_));
        if (given_back > 0) line += fmt::format(", {} given back", human_count(given_back));
        context_.note(line);
    }
    if (outcome.has_error()) throw Error(outcome.error());
    if (output_failed_) throw OutputFailure(EPIPE);
    if (signals_seen_ > 1) return ExitCode::interrupted;
    return failed_ > 0 ? ExitCode::failed : ExitCode::ok;
}

}  // namespace tern::cli
