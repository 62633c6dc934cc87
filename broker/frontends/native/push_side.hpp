#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "broker/base/result.hpp"
#include "broker/frontends/native/outbox.hpp"
#include "broker/frontends/native/reply_writer.hpp"
#include "broker/frontends/native/topic_surroundings.hpp"
#include "protocol/limits.hpp"

namespace tern::native {

class Subscription;

struct PushLimits {
    /// With so much unwritten nothing is pushed at once; and so much is held back for subscriptions that drop what is
    /// oldest, of all of them together.
    std::size_t bytes_max = 1u << 20;
    /// With so much unwritten nothing more is read from a history.
    std::size_t replay_bytes_max = 256u << 10;
    std::size_t subscriptions_max = protocol::subscriptions_per_session_max;
};

/// What the subscriptions of one session share.
class PushSide {
public:
    PushSide(TopicSurroundings& surroundings, ReplyWriter& writer, Outbox& outbox, const PushLimits& limits)
        : surroundings(surroundings),
          writer(writer),
          outbox(outbox),
          limits(limits) {}

    TopicSurroundings& surroundings;
    ReplyWriter& writer;
    Outbox& outbox;
    const PushLimits limits;
    /// Held back by subscriptions that drop what is oldest.
    std::size_t held_back_bytes = 0;
    /// Subscriptions that have something to go on with as the outbox drains, in turn.
    std::deque<Subscription*> pending{};
    /// Ended, and to be forgotten.
    std::size_t over = 0;
    /// Whoever lets subscriptions proceed writes afterwards.
    bool proceeding = false;
    /// The session is to be ended for it.
    Errc fault = Errc::ok;

    bool has_room() const { return outbox.bytes() < limits.bytes_max; }
    bool has_replay_room() const { return outbox.bytes() < limits.replay_bytes_max; }
    ReplyTo to(std::uint64_t request) {
        outbox.begin_message();
        return {request, outbox.end()};
    }
    /// Asks the engine something for a subscription. Errors: as TopicSurroundings::submit_own.
    Result<std::uint64_t> ask(std::uint64_t subscription, engine::Command&& command) {
        const auto submitted = surroundings.submit_own(last_asked_ + 1, std::move(command));
        if (!submitted.has_value()) return submitted.error();
        asked_.emplace(++last_asked_, subscription);
        return last_asked_;
    }
    /// Whose question was answered; nothing when it does not want to know any more. Once.
    std::optional<std::uint64_t> asked_by(std::uint64_t request) {
        const auto node = asked_.extract(request);
        return node.empty() ? std::nullopt : std::optional(node.mapped());
    }
    /// The subscription does not want to know any more.
    void forget_asked_by(std::uint64_t subscription) {
        std::erase_if(asked_, [subscription](const auto& entry) { return entry.second == subscription; });
    }
    /// It does not wait for this receive any more.
    void cancel(std::uint64_t request) {
        asked_.erase(request);
        // If the mailbox is full the receive ends by its time, and what it got is given back.
        (void)surroundings.submit_own(request, engine::CancelWait{request});
    }
    /// Something is to be written, or done: once a hand-over.
    void touch() {
        if (!proceeding && !std::exchange(touched_, true)) surroundings.touch();
    }
    /// Pushed, for the metrics.
    void count_push() { ++pushes_; }
    /// on_told was called.
    void told() {
        touched_ = false;
        if (pushes_ > 0) surroundings.metrics().pushes.add(std::exchange(pushes_, 0));
    }

private:
    std::map<std::uint64_t, std::uint64_t> asked_;
    std::uint64_t last_asked_ = 0;
    bool touched_ = false;
    std::uint64_t pushes_ = 0;
};

}  // namespace tern::native
