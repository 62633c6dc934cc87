#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <memory>

#include "protocol/limits.hpp"
#include "tools/tern/commands/commands.hpp"
#include "tools/tern/message_json.hpp"
#include "tools/tern/pipeline.hpp"
#include "tools/tern/text/quantities.hpp"

namespace tern::cli {

namespace {

using Clock = std::chrono::steady_clock;

// Enough receives on their way to keep the broker busy; each brings up to 10 messages.
constexpr std::size_t receives_in_flight_max = 16;

struct ReceiveCommandOptions {
    std::string name;
    std::uint64_t max = 1;
    std::optional<milliseconds> wait;
    std::optional<milliseconds> visibility_timeout;
    std::string attempt_id;
    bool remove = false;
    bool raw = false;
    bool fail_empty = false;
};

/// Writes messages as they come: one array for programs, bodies with headings for people, bodies alone with --raw.
class MessageWriter {
public:
    MessageWriter(Context& context, const ReceiveCommandOptions& options) : context_(context), options_(options) {}

    void write(const std::vector<ReceivedMessage>& messages) {
        for (const auto& message : messages) write(message);
        // Deleted is only what has left our hands.
        context_.out().flush();
    }
    void finish() {
        if (context_.json()) context_.out().write(written_ == 0 ? "[]\n" : "\n]\n");
        context_.out().flush();
    }
    std::uint64_t written() const { return written_; }

private:
    void write(const ReceivedMessage& message) {
        auto& out = context_.out();
        if (context_.json()) {
            out.write(written_ == 0 ? "[\n" : ",\n");
            out.write(boost::json::serialize(json_of(message)));
        } else if (options_.raw) {
            out.write(message.body);
            out.write("\n");
        } else {
            if (written_ > 0) out.write("\n");
            out.write(heading_of(message, context_.style()));
            out.write(shown_body(message, context_.terminal().present));
        }
        ++written_;
    }

    Context& context_;
    const ReceiveCommandOptions& options_;
    std::uint64_t written_ = 0;
};

std::vector<std::string> handles_of(const std::vector<ReceivedMessage>& messages) {
    std::vector<std::string> handles;
    for (const auto& message : messages) handles.push_back(message.receipt_handle);
    return handles;
}

/// One run of the command: receives up to the number wanted, writes, and deletes what was written.
class Receiving {
public:
    Receiving(Context& context, const ReceiveCommandOptions& options)
        : context_(context),
          options_(options),
          queue_(context.queue(options.name)),
          writer_(context, options),
          in_flight_max_(options.name.ends_with(".fifo") ? 1 : receives_in_flight_max) {}

    ExitCode run() {
        try {
            receive_all();
        } catch (const Error&) {
            // What came before is whole, also for a program that reads it.
            writer_.finish();
            throw;
        }
        writer_.finish();
        if (deletes_failed_ > 0) return ExitCode::failed;
        return writer_.written() == 0 && options_.fail_empty ? ExitCode::nothing_received : ExitCode::ok;
    }

private:
    void receive_all() {
        take(first_messages());
        // From now on many receives travel at once. An attempt is one receive: its id would bring the same again.
        while (!dry_ && received_ < options_.max && options_.attempt_id.empty()) {
            start_receives();
            take(receives_.next().outcome.value());
        }
        while (!receives_.empty()) take(receives_.next().outcome.value());
        while (!deletes_.empty()) finish_delete();
    }

    ReceiveOptions receive_options(std::uint64_t max, std::optional<milliseconds> wait) const {
        ReceiveOptions receive;
        receive.messages_max = static_cast<std::uint32_t>(std::min<std::uint64_t>(max, protocol::receive_messages_max));
        receive.visibility_timeout = options_.visibility_timeout;
        receive.wait = wait;
        receive.attempt_id = options_.attempt_id;
        return receive;
    }

    /// Waits as long as was asked, in steps that the broker allows.
    std::vector<ReceivedMessage> first_messages() {
        const auto until = Clock::now() + options_.wait.value_or(milliseconds(0));
        while (true) {
            auto wait = options_.wait;
            if (wait) {
                const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
                wait = std::clamp(left, milliseconds(0), milliseconds(protocol::wait_ms_max));
            }
            auto messages = context_.client().receive(queue_, receive_options(options_.max, wait));
            if (!messages.empty() || !wait || Clock::now() >= until) return messages;
        }
    }

    void start_receives() {
        while (receives_.size() < in_flight_max_ && received_ + expected_ < options_.max) {
            const auto receive = receive_options(options_.max - received_ - expected_, milliseconds(0));
            expected_ += receive.messages_max;
            receives_.add(receive.messages_max,
                          [&](auto token) { return context_.client().asynchronous().receive(queue_, receive, token); });
        }
    }

    void take(const std::vector<ReceivedMessage>& messages) {
        received_ += messages.size();
        expected_ = 0;
        receives_.for_each_note([&](std::uint32_t wanted) { expected_ += wanted; });
        if (messages.empty()) {
            dry_ = true;
            return;
        }
        try {
            writer_.write(messages);
        } catch (const OutputFailure&) {
            give_back(messages);
            throw;
        }
        if (options_.remove) start_delete(messages);
    }

    void start_delete(const std::vector<ReceivedMessage>& messages) {
        auto handles = handles_of(messages);
        const auto count = handles.size();
        deletes_.add(count,
                     [&](auto token) { return context_.client().asynchronous().delete_batch(queue_, handles, token); });
        if (deletes_.size() >= in_flight_max_) finish_delete();
    }

    void finish_delete() {
        const auto answered = deletes_.next();
        for (const auto& result : answered.outcome.value()) {
            if (result.ok()) continue;
            if (deletes_failed_++ == 0) context_.note("not deleted: " + std::string(sentence_of(result.status)));
        }
    }

    /// Nobody has read these, nor those still on their way: others may have them at once.
    void give_back(const std::vector<ReceivedMessage>& unwritten) {
        auto back = handles_of(unwritten);
        while (!receives_.empty()) {
            const auto answered = receives_.next();
            if (!answered.outcome.has_value()) continue;
            for (auto& handle : handles_of(*answered.outcome)) back.push_back(std::move(handle));
        }
        std::vector<VisibilityChange> changes;
        for (auto& handle : back) changes.push_back({std::move(handle), milliseconds(0)});
        context_.client().change_visibility_batch(queue_, changes);
    }

    Context& context_;
    const ReceiveCommandOptions& options_;
    QueueName queue_;
    MessageWriter writer_;
    /// One on a FIFO queue: a group gives its next messages when those before them are deleted.
    std::size_t in_flight_max_;
    Pipeline<std::vector<ReceivedMessage>, std::uint32_t> receives_;
    Pipeline<std::vector<EntryResult>, std::size_t> deletes_;
    std::uint64_t received_ = 0;
    std::uint64_t expected_ = 0;
    std::uint64_t deletes_failed_ = 0;
    bool dry_ = false;
};

ExitCode receive(Context& context, const ReceiveCommandOptions& options) {
    return Receiving(context, options).run();
}

}  // namespace

void add_queue_receive(CommandLine& line, CLI::App& queue) {
    auto& command = line.add(queue, "receive", "Receive messages: they come back unless they are deleted in time");
    auto options = std::make_shared<ReceiveCommandOptions>();
    add_queue_name(command, options->name);
    command.add_option("--max", options->max, "Up to so many messages (default 1)")
        ->type_name("N")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}, "a number from 1 to 1000000000"));
    add_duration(command, "--wait", options->wait, "Wait so long for a first message; else the queue's setting holds");
    command.add_flag("--delete", options->remove, "Delete each message once it has been written out");
    add_duration(command, "--visibility-timeout", options->visibility_timeout,
                 "Messages that are not deleted come back after this; else the queue's setting holds");
    command.add_flag("--raw", options->raw, "Bodies only, each with a line feed");
    command.add_flag("--fail-empty", options->fail_empty, "Exit code 4 when there was no message");
    command
        .add_option("--attempt-id", options->attempt_id,
                    "FIFO: repeating a receive with the same id repeats its answer")
        ->type_name("ID");
    line.on<ReceiveCommandOptions>(command, options, receive);
}

}  // namespace tern::cli
