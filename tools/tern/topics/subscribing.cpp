#include "tools/tern/topics/subscribing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>
#include <vector>

#include "tern/blocking_subscriber.hpp"
#include "tools/tern/interruption.hpp"
#include "tools/tern/streams/reading.hpp"
#include "tools/tern/topics/push_text.hpp"

namespace tern::cli {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t pushes_per_batch = 1'000;
// Ctrl-C is seen after a wait.
constexpr milliseconds wait_step{100};

/// One run of the command.
class Subscribing {
public:
    Subscribing(Context& context, SubscribeRun run)
        : context_(context),
          run_(std::move(run)),
          writer_(context.out(), context.style(), record_format(context, run_.raw)),
          client_(context.client_options()),
          subscriber_(client_, options()) {}

    ExitCode work() {
        tell_standing(subscriber_.subscribe());
        auto last_at = Clock::now();
        while (!interrupted()) {
            const auto pushes = subscriber_.next_batch(batch_size(), wait_step);
            if (!pushes.empty()) {
                write(pushes);
                last_at = Clock::now();
            }
            if (run_.count && writer_.written() >= *run_.count) return close(ExitCode::ok);
            if (run_.idle && Clock::now() - last_at >= *run_.idle) return close(ExitCode::ok);
        }
        return close(ExitCode::interrupted);
    }

private:
    SubscriberOptions options() {
        auto options = run_.subscriber;
        options.on_error = [this](const Error& error) {
            // Told once a failure: what is tried again in between is not news.
            if (!away_.exchange(true)) context_.note(fmt::format("{} Going on when that is over.", error.sentence()));
        };
        return options;
    }

    /// What was asked for, or what is said between publications, does not count.
    std::size_t batch_size() const {
        if (!run_.count) return pushes_per_batch;
        return std::min<std::uint64_t>(pushes_per_batch, *run_.count - writer_.written());
    }

    void tell_standing(const Subscribed& subscribed) {
        const bool asked_for_offset = std::holds_alternative<FromOffset>(run_.subscriber.from);
        if (subscribed.recovered || asked_for_offset) return;
        context_.note(fmt::format("The history does not reach back so far: it begins at {}.", subscribed.offset));
    }

    void write(const std::vector<Push>& pushes) {
        away_ = false;
        std::vector<std::string> handles;
        for (const auto& push : pushes) {
            writer_.write(push);
            const auto* publication = std::get_if<Publication>(&push);
            if (publication && !publication->handle.empty()) handles.push_back(publication->handle);
        }
        // Acknowledged is only what has left our hands.
        context_.out().flush();
        if (run_.acknowledges && !handles.empty()) acknowledge(handles);
    }

    void acknowledge(const std::vector<std::string>& handles) {
        for (const auto& result : subscriber_.acknowledge(handles)) {
            if (result.ok()) continue;
            context_.note(fmt::format("not acknowledged: {}", sentence_of(result.status)));
            break;
        }
    }

    ExitCode close(ExitCode code) {
        subscriber_.close();
        return code;
    }

    Context& context_;
    const SubscribeRun run_;
    PushWriter writer_;
    std::atomic<bool> away_ = false;
    BlockingClient client_;
    BlockingSubscriber subscriber_;
};

}  // namespace

ExitCode subscribe(Context& context, SubscribeRun run) {
    catch_interruption();
    return Subscribing(context, std::move(run)).work();
}

}  // namespace tern::cli
