#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "broker/engine/filter_policy.hpp"
#include "broker/frontends/native/history_search.hpp"
#include "broker/frontends/native/subscription.hpp"

namespace tern::native {

/// A subscription that pushes what is published, and what was.
///
/// It is **live**, or **behind**. Live, publications are pushed as the hub tells them. Behind, what the hub tells is
/// left alone: it is read from the history, from next_ on, as the outbox drains, up to the end that is durable; then it
/// is live again. The hub tells every publication once, in order; those that were read before they were told are known
/// by their offset, which is below next_. So each is pushed once, and no memory is spent on a subscriber that is
/// behind.
class LiveSubscription final : public Subscription {
public:
    using Policy = std::shared_ptr<const engine::FilterPolicy>;

    LiveSubscription(PushSide& side, std::uint64_t id, Subscribe&& wish, engine::TopicOpened&& opened, Policy policy)
        : Subscription(side, id, std::move(wish), std::move(opened)),
          policy_(std::move(policy)) {}
    ~LiveSubscription() override;

    /// Errors: also topic_has_no_history; those of reading the history.
    Result<void> begin() override;
    bool proceed() override;
    void on_own_answer(engine::Answer&&) override {}
    void on_publication(runtime::SharedPublication& publication) override;

    bool live() const { return !behind_; }

private:
    struct Start {
        std::uint64_t offset = 0;
        bool recovered = true;
        /// What was asked for begins here, and is not kept up to offset.
        std::optional<std::uint64_t> gap_from{};
        /// Of what was there when it was looked for.
        std::uint64_t end = 0;
    };
    /// Where the subscription is in reading the last values: as it has room, since they may be many and long.
    struct Retained {
        /// What was published from here on is pushed as it is published.
        std::uint64_t end = 0;
        /// Without a history offsets of earlier runs of the broker mean nothing: then it is the time that tells.
        Timestamp began_at;
        std::string after;
    };
    struct HeldBack {
        runtime::SharedEncodings::Bytes bytes;
        std::optional<std::uint64_t> offset;
    };

    Result<Start> find_start();
    Result<Start> find_start_in_history();
    Start start_without_history() const;
    Start start_at(std::uint64_t offset, std::uint64_t first, std::uint64_t end) const;
    HistoryReader reader();
    bool passes(const engine::StoredPublication& stored) const;

    void push(runtime::SharedPublication& publication);
    const runtime::SharedEncodings::Bytes& encoding_of(runtime::SharedPublication& publication);
    void on_too_slow(runtime::SharedPublication& publication);
    void hold_back(runtime::SharedPublication& publication);
    void drop_oldest();
    void set_behind(bool behind);

    bool push_held_back();
    bool push_retained();
    bool is_pushed_live(const engine::StoredPublication& last_value) const;
    bool read_on();
    void push_stored(std::span<const PushedPublication> publications);

    const Policy policy_;
    SlowPolicy slow_ = SlowPolicy::catch_up;
    bool behind_ = false;
    /// Every publication below it was pushed, did not pass, or was told as a gap.
    std::uint64_t next_ = 0;
    /// Last values that are still to be pushed.
    std::optional<Retained> retained_;

    // A list: mostly empty, and then without memory of its own.
    std::list<HeldBack> held_back_;
    std::uint64_t dropped_ = 0;
    std::uint64_t dropped_from_ = 0;
    std::uint64_t dropped_to_ = 0;
};

}  // namespace tern::native
