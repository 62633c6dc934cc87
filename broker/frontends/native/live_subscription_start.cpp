#include <algorithm>
#include <string>
#include <utility>

#include "broker/engine/subject.hpp"
#include "broker/frontends/native/live_subscription.hpp"

/// Where a subscription begins.
namespace tern::native {

Result<void> LiveSubscription::begin() {
    slow_ = wish_.slow_policy.value_or(opened_.history ? SlowPolicy::catch_up : SlowPolicy::drop_oldest);
    if (slow_ == SlowPolicy::catch_up && !opened_.history) return Errc::topic_has_no_history;
    // It is registered before the history is read: what is published meanwhile comes one way or the other.
    if (const auto joined = join(); !joined.has_value()) return joined;
    const auto start = find_start();
    if (!start.has_value()) return start.error();
    next_ = start->offset;
    // The last values are for those who begin with what is published now: others have asked for a part of the history.
    if (opened_.retained && wish_.start.from == StartFrom::live) {
        retained_ = Retained{opened_.history ? next_ : opened_.end_offset, side_.surroundings.now(), {}};
    }

    tell_subscribed(start->offset, start->recovered);
    if (start->gap_from) tell_gap(*start->gap_from, start->offset, start->offset - *start->gap_from);
    set_behind(start->offset < start->end);
    if (behind_ || retained_) want_turn();
    return {};
}

Result<LiveSubscription::Start> LiveSubscription::find_start() {
    if (!opened_.history) return start_without_history();
    return find_start_in_history();
}

/// What was asked for is as far as we know: the topic's end.
LiveSubscription::Start LiveSubscription::start_without_history() const {
    const auto& wanted = wish_.start;
    const auto end = opened_.end_offset;
    if (wanted.from != StartFrom::offset) return {end, wanted.from == StartFrom::live, {}, end};
    return start_at(wanted.offset, end, end);
}

LiveSubscription::Start LiveSubscription::start_at(std::uint64_t offset, std::uint64_t first, std::uint64_t end) const {
    const auto& epoch = wish_.start.epoch;
    // Offsets have begun anew: all that there is now is new.
    if (!epoch.empty() && epoch != opened_.epoch) return {first, false, {}, end};
    if (offset > end) return {end, false, {}, end};
    if (offset < first) return {first, false, offset, end};
    return {offset, true, {}, end};
}

Result<LiveSubscription::Start> LiveSubscription::find_start_in_history() {
    auto& surroundings = side_.surroundings;
    const auto& wanted = wish_.start;
    if (wanted.from == StartFrom::time) {
        const auto offset = surroundings.find_in_history(opened_.topic, wanted.time);
        if (!offset.has_value()) return offset.error();
        const auto bounds = surroundings.read_history(opened_.topic, behind_the_end, {});
        if (!bounds.has_value()) return bounds.error();
        return Start{.offset = *offset, .end = bounds->end_offset};
    }
    const auto bounds = surroundings.read_history(opened_.topic, behind_the_end, {});
    if (!bounds.has_value()) return bounds.error();
    const auto first = bounds->start_offset;
    const auto end = bounds->end_offset;
    switch (wanted.from) {
        case StartFrom::live: return Start{.offset = end, .end = end};
        case StartFrom::earliest: return Start{.offset = first, .end = end};
        case StartFrom::offset: return start_at(wanted.offset, first, end);
        default: break;
    }
    const auto found = find_before(reader(), end, wanted.last, [this](const auto& stored) { return passes(stored); });
    if (!found.has_value()) return found.error();
    return Start{.offset = found->publications.empty() ? end : found->publications.front().offset, .end = end};
}

HistoryReader LiveSubscription::reader() {
    return [this](std::uint64_t offset, const engine::HistoryLimits& limits) {
        return side_.surroundings.read_history(opened_.topic, offset, limits);
    };
}

bool LiveSubscription::passes(const engine::StoredPublication& stored) const {
    if (!engine::matches(wish_.pattern, stored.publication.subject)) return false;
    if (!policy_) return true;
    engine::FilterInput input(stored.publication);
    return policy_->matches(input);
}

}  // namespace tern::native
