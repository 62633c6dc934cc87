#include "tests/simulation/topic_ledger.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tern::simulation {
namespace {

/// Less what a restart may have set the clock back.
constexpr Milliseconds repetition_window = std::chrono::minutes(5) - std::chrono::seconds(10);

/// Patterns of this world are a subject, or a topic and all below it.
bool wanted(const std::string& pattern, const std::string& subject) {
    if (!pattern.ends_with(".>")) return pattern == subject;
    return subject.starts_with(pattern.substr(0, pattern.size() - 1));
}

}  // namespace

TopicLedger::Publication& TopicLedger::known(const std::string& data) {
    const auto found = publications_.find(data);
    if (found == publications_.end()) throw Violation("unexpected", "nobody published " + data);
    return found->second;
}

void TopicLedger::attempt(const PublishedData& publication) {
    auto& known = publications_[publication.data];
    known.published = publication;
    ++known.attempts_open;
}

void TopicLedger::acknowledge(const PublishedData& publication, const engine::PublishResult& result) {
    auto& known = this->known(publication.data);
    --known.attempts_open;
    ++tally_.publications_acknowledged;
    if (!result.offset) throw Violation("lost publication", publication.data + " was accepted without an offset");
    if (!known.acknowledged) known.offset = *result.offset;
    known.acknowledged = true;
}

void TopicLedger::refuse(const PublishedData& publication) {
    --known(publication.data).attempts_open;
}

void TopicLedger::lose(const PublishedData& publication) {
    auto& known = this->known(publication.data);
    --known.attempts_open;
    known.outcome_unknown = true;
}

void TopicLedger::see(std::uint64_t offset, const std::string& data) {
    known(data);
    ++tally_.publications_seen;
    const auto [before, fresh] = seen_.try_emplace(offset, data);
    if (!fresh && before->second != data)
        throw Violation("offset reused",
                        fmt::format("a subscriber sees {} at {}, and another saw {}", data, offset, before->second));
}

void TopicLedger::push(const std::string& data, Timestamp executed_at, Timestamp until) {
    auto& publication = known(data);
    if (publication.acknowledgement_confirmed && !publication.twofold)
        throw Violation("resurrected", data + " is pushed after its acknowledgement");
    if (publication.held_until > executed_at && !publication.twofold)
        throw Violation("held twice", data + " is pushed while another member holds it");
    if (publication.given) ++tally_.pushed_again;
    ++tally_.pushed;
    publication.given = true;
    publication.held_until = until;
}

void TopicLedger::forget_holds() {
    for (auto& [data, publication] : publications_) publication.held_until = Timestamp();
}

void TopicLedger::attempt_acknowledgement(const std::string& data) {
    known(data).acknowledgement_attempted = true;
}

void TopicLedger::confirm_acknowledgement(const std::string& data) {
    known(data).acknowledgement_confirmed = true;
}

void TopicLedger::inspect(const StoredTopic& stored) {
    if (epoch_.empty()) epoch_ = stored.epoch;
    if (stored.epoch != epoch_) throw Violation("lost publication", "the topic has another epoch");
    inspect_history(stored);
    remember(stored);
    inspect_seen(stored);
    // More was published in one commit than the history keeps: nobody here knows what.
    if (log_.size() != stored.end) return;
    inspect_publications(stored);
    inspect_retained(stored);
    for (const auto& queue : stored.queues) inspect_queue(stored, queue);
}

/// Each offset is there once, and as many as are to be kept.
void TopicLedger::inspect_history(const StoredTopic& stored) {
    const bool cut = stored.kept_max > 0 && stored.end > stored.kept_max;
    if (stored.start != (cut ? stored.end - stored.kept_max : 0))
        throw Violation("wrong cut", fmt::format("publications {} to {} are kept, where it should be {}", stored.start,
                                                 stored.end, stored.kept_max));
    tally_.histories_cut += cut ? 1 : 0;
    if (stored.history.size() != stored.end - stored.start)
        throw Violation("gap", fmt::format("{} publications are kept, from {} to {}", stored.history.size(),
                                           stored.start, stored.end));
    for (std::size_t i = 0; i < stored.history.size(); ++i)
        if (stored.history[i].offset != stored.start + i)
            throw Violation("gap", fmt::format("offset {} is not there", stored.start + i));
}

/// A crash may have undone the last commit; what was cut before that, no longer changes.
void TopicLedger::remember(const StoredTopic& stored) {
    log_.erase(log_.lower_bound(stored.end), log_.end());
    for (const auto& each : stored.history) log_[each.offset] = each;
}

const std::string* TopicLedger::at(std::uint64_t offset) const {
    const auto found = log_.find(offset);
    return found == log_.end() ? nullptr : &found->second.data;
}

/// An offset means what somebody has seen.
void TopicLedger::inspect_seen(const StoredTopic& stored) const {
    for (const auto& [offset, data] : seen_) {
        const auto* there = at(offset);
        const bool unknown = there == nullptr && offset < stored.start;
        if (!unknown && (there == nullptr || *there != data))
            throw Violation("offset reused",
                            fmt::format("a subscriber saw {} at {}, and it is not there", data, offset));
    }
}

void TopicLedger::inspect_publications(const StoredTopic& stored) {
    std::map<std::string, Timestamp> present;
    for (const auto& [offset, each] : log_) {
        auto& publication = known(each.data);
        const auto [before, fresh] = present.try_emplace(each.data, each.at);
        const bool window_over = each.at - before->second >= repetition_window;
        if (!fresh && !(window_over && !publication.published.deduplication_id.empty()))
            throw Violation("repeated publication", each.data + " is published twice");
        publication.twofold = publication.twofold || !fresh;
        if (publication.outcome_unknown && !publication.acknowledged && !publication.counted_as_recovered) {
            publication.counted_as_recovered = true;
            ++tally_.publications_recovered;
        }
        const bool refused =
            publication.attempts_open == 0 && !publication.acknowledged && !publication.outcome_unknown;
        if (refused) throw Violation("unexpected", each.data + " was refused, and is published");
    }
    for (const auto& [data, publication] : publications_)
        if (publication.acknowledged && (publication.offset >= stored.end || *at(publication.offset) != data))
            throw Violation("lost publication",
                            fmt::format("{} was acknowledged at {} and is not there", data, publication.offset));
}

void TopicLedger::inspect_retained(const StoredTopic& stored) const {
    std::map<std::string, std::uint64_t> last;
    for (const auto& [offset, each] : log_) last[each.subject] = offset;
    for (const auto& [subject, offset] : last) {
        const auto kept = stored.retained.find(subject);
        if (kept == stored.retained.end() || kept->second.offset != offset)
            throw Violation("stale value",
                            fmt::format("the value of {} is not what was published at {}", subject, offset));
    }
    if (stored.retained.size() != last.size()) throw Violation("stale value", "a value that was never published");
}

/// History and messages are written in one transaction.
void TopicLedger::inspect_queue(const StoredTopic& stored, const StoredTopic::Queue& queue) {
    std::multiset<std::string> expected;
    for (const auto& [offset, each] : log_)
        if (wanted(queue.pattern, each.subject)) expected.insert(each.data);
    if (queue.delivered != expected.size())
        throw Violation("miscounted", fmt::format("{}: {} publications are counted, {} were published", queue.name,
                                                  queue.delivered, expected.size()));
    if (stored.messages_expire) return;
    if (queue.durable) return inspect_durable(queue, expected);
    const std::multiset<std::string> given(queue.messages.begin(), queue.messages.end());
    if (given != expected)
        throw Violation("torn fan-out", fmt::format("{} holds {} messages, and {} were published for it", queue.name,
                                                    given.size(), expected.size()));
}

void TopicLedger::inspect_durable(const StoredTopic::Queue& queue, const std::multiset<std::string>& expected) {
    const std::multiset<std::string> given(queue.messages.begin(), queue.messages.end());
    for (const auto& data : given) {
        if (given.count(data) > expected.count(data)) throw Violation("duplicated", data + " waits twice");
        const auto& publication = known(data);
        if (publication.acknowledgement_confirmed && !publication.twofold)
            throw Violation("resurrected", data + " waits after its acknowledgement");
    }
    for (const auto& data : expected)
        if (!known(data).acknowledgement_attempted && !given.contains(data))
            throw Violation("lost delivery", data + " does not wait any more, and nobody has acknowledged it");
}

}  // namespace tern::simulation
