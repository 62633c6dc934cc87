#include "tests/simulation/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tern::simulation {
namespace {

constexpr Milliseconds deduplication_window = std::chrono::minutes(5);
/// What was forgotten in time is not remembered when a restart sets the clock back.
constexpr Milliseconds clock_set_back_max = std::chrono::seconds(5);

}  // namespace

Tally& Tally::operator+=(const Tally& other) {
    sends_acknowledged += other.sends_acknowledged;
    deliveries += other.deliveries;
    deletes_acknowledged += other.deletes_acknowledged;
    redelivered += other.redelivered;
    recovered += other.recovered;
    crashes += other.crashes;
    commits += other.commits;
    refused_for_space += other.refused_for_space;
    hang_ups += other.hang_ups;
    expired += other.expired;
    records_acknowledged += other.records_acknowledged;
    records_read += other.records_read;
    repetitions += other.repetitions;
    offsets_committed += other.offsets_committed;
    jobs_made += other.jobs_made;
    messages_forwarded += other.messages_forwarded;
    handed_over += other.handed_over;
    publications_acknowledged += other.publications_acknowledged;
    publications_recovered += other.publications_recovered;
    publications_seen += other.publications_seen;
    pushed += other.pushed;
    pushed_again += other.pushed_again;
    histories_cut += other.histories_cut;
    return *this;
}

Ledger::Message& Ledger::known(const std::string& body) {
    const auto found = messages_.find(body);
    if (found == messages_.end()) throw Violation("unexpected", "nobody sent " + body);
    return found->second;
}

void Ledger::attempt_send(const Send& send) {
    auto& message = messages_[send.body];
    message.send = send;
    message.repeated = message.attempts_open > 0 || message.outcome_unknown || message.acknowledged;
    message.place = {send.queue, 0};
    ++message.attempts_open;
}

void Ledger::acknowledge_send(const Send& send, const engine::SendResult& result, Timestamp executed_at) {
    auto& message = known(send.body);
    --message.attempts_open;
    ++tally_.sends_acknowledged;
    const std::pair id(result.id.high, result.id.low);
    if (const auto other = bodies_.find(id); other != bodies_.end() && other->second != send.body) {
        // Answered with an earlier message: allowed where it had the same deduplication id within the window.
        const auto& original = known(other->second);
        if (send.deduplication_id.empty() || original.send.deduplication_id != send.deduplication_id)
            throw Violation("unexpected", fmt::format("{} got the id of {}", send.body, other->second));
        if (!message.acknowledged) message.duplicate = true;
        return;
    }
    if (message.acknowledged && message.id != result.id && message.sent_at + deduplication_window > executed_at)
        throw Violation("deduplication", fmt::format("{} was accepted twice", send.body));
    bodies_[id] = send.body;
    message.id = result.id;
    message.sequence = result.sequence;
    if (message.sent_at == Timestamp()) message.sent_at = executed_at;
    if (!send.deduplication_id.empty()) {
        auto& last = accepted_[{send.queue, send.deduplication_id}];
        const bool within =
            !last.first.empty() && executed_at + clock_set_back_max < last.second + deduplication_window;
        if (within && last.first != send.body && !known(last.first).may_be_gone)
            throw Violation("deduplication", fmt::format("{} was accepted after {}", send.body, last.first));
        // What was accepted is its first attempt, also when only the second was answered.
        if (last.first != send.body) last = {send.body, std::min(message.sent_at, executed_at)};
    }
    message.acknowledged = true;
}

void Ledger::refuse_send(const Send& send) {
    auto& message = known(send.body);
    if (--message.attempts_open == 0 && !message.acknowledged && !message.outcome_unknown) message.duplicate = true;
}

void Ledger::lose_send(const Send& send) {
    auto& message = known(send.body);
    --message.attempts_open;
    message.outcome_unknown = true;
}

void Ledger::check_hold(const Message& message, const Delivery& delivery) const {
    if (message.holder == 0 || message.hold_uncertain || message.held_until <= delivery.executed_at) return;
    throw Violation("held twice",
                    fmt::format("{} was given to request {} at {}, but request {} has it until {}", message.send.body,
                                delivery.request, delivery.executed_at.ms(), message.holder, message.held_until.ms()));
}

/// In a group an earlier message comes first, and nothing overtakes it while it is in flight.
void Ledger::check_group(const Message& message, const Delivery& delivery, const std::set<std::string>& before) const {
    for (const auto& [body, other] : messages_) {
        if (&other == &message || other.send.group != message.send.group || other.send.queue != message.send.queue)
            continue;
        if (other.place.queue != delivery.queue || other.delete_attempted || other.may_be_gone || other.duplicate)
            continue;
        if (before.contains(body) || other.twofold) continue;
        if (other.sent_at + retention_ <= delivery.executed_at) continue;
        if (!other.acknowledged || other.displaced || other.sequence >= message.sequence) continue;
        if (other.holder != 0 && other.holder != delivery.request && !other.hold_uncertain &&
            other.held_until > delivery.executed_at)
            throw Violation("group shared",
                            fmt::format("{} was delivered while {} before it is in flight", message.send.body, body));
        throw Violation("out of order", fmt::format("{} was delivered before {}", message.send.body, body));
    }
}

void Ledger::deliver(const Delivery& delivery) {
    std::set<std::string> before;
    for (const auto& body : delivery.bodies) {
        auto& message = known(body);
        // Repeated after a purge it is another one, and nobody can tell which.
        if (message.twofold || (message.repeated && message.may_be_gone)) {
            message.given_back = false;
            continue;
        }
        if (message.delete_acknowledged) throw Violation("resurrected", body + " was delivered after its deletion");
        if (message.duplicate) throw Violation("unexpected", body + " was refused or a repetition, but is delivered");
        check_hold(message, delivery);
        if (!message.send.group.empty() && delivery.queue == message.send.queue && message.acknowledged &&
            !message.displaced)
            check_group(message, delivery, before);
        before.insert(body);
        if (message.deliveries++ > 0) ++tally_.redelivered;
        ++tally_.deliveries;
        message.holder = delivery.request;
        // With a visibility timeout of 0 nobody holds it, whichever way the clock goes.
        const bool holds = delivery.visibility_timeout > Milliseconds(0);
        message.held_until = holds ? delivery.executed_at + delivery.visibility_timeout : Timestamp();
        // A change of an earlier holder may be under way still.
        message.hold_uncertain = message.changes_open > 0;
        message.change_lost = false;
        message.given_back = false;
    }
}

void Ledger::give_back(const std::vector<std::string>& bodies) {
    for (const auto& body : bodies) {
        auto& message = known(body);
        message.given_back = true;
        message.hold_uncertain = true;
    }
}

void Ledger::lose_give_backs() {
    for (auto& [body, message] : messages_) message.given_back = false;
}

void Ledger::attempt_delete(const std::string& body) {
    auto& message = known(body);
    message.delete_attempted = true;
    ++message.deletes_attempted;
    message.hold_uncertain = true;
}

void Ledger::acknowledge_delete(const std::string& body, const Place& place) {
    ++tally_.deletes_acknowledged;
    // Meanwhile it may have become a dead letter: the delete then found nothing, and says so as well.
    auto& message = known(body);
    if (message.place == place) message.delete_acknowledged = true;
}

bool Ledger::only_deleted_once(const std::string& body, Timestamp now) const {
    const auto& message = messages_.at(body);
    // It may have aged before a restart set the clock back.
    if (message.sent_at + retention_ <= now + clock_set_back_max) return false;
    return message.acknowledged && message.deletes_attempted == 1 && !message.may_be_gone && !message.twofold &&
           !message.repeated;
}

void Ledger::attempt_change(const std::string& body) {
    auto& message = known(body);
    ++message.changes_open;
    message.hold_uncertain = true;
    message.given_back = false;
}

void Ledger::acknowledge_change(const std::string& body, Timestamp until) {
    auto& message = known(body);
    message.held_until = until;
    // An earlier change without an answer may have been executed before this one, not after.
    message.change_lost = false;
    refuse_change(body);
}

void Ledger::refuse_change(const std::string& body) {
    auto& message = known(body);
    const bool uncertain = message.delete_attempted || message.given_back || message.change_lost;
    if (--message.changes_open == 0) message.hold_uncertain = uncertain;
}

void Ledger::lose_change(const std::string& body) {
    --known(body).changes_open;
    known(body).change_lost = true;
}

void Ledger::purge(const std::string& queue) {
    for (auto& [body, message] : messages_)
        if (message.place.queue == queue || message.send.queue == queue) message.may_be_gone = true;
    const std::map<std::string, std::string> related = {
        {"work", "dead"}, {"dead", "work"}, {"orders.fifo", "dead.fifo"}, {"dead.fifo", "orders.fifo"}};
    related_to_purged_.insert(related.at(queue));
}

void Ledger::inspect(const std::vector<Stored>& stored, Timestamp now) {
    std::set<std::string> present;
    for (const auto& each : stored) {
        auto& message = known(each.body);
        bodies_[{each.id.high, each.id.low}] = each.body;
        if (message.twofold) continue;
        // Accepted anew: the window was over, or a purge had ended it.
        const bool anew = message.may_be_gone || each.sent_at >= message.sent_at + deduplication_window;
        if (message.repeated && message.delete_acknowledged && anew) {
            message.twofold = message.may_be_gone = true;
            continue;
        }
        if (!present.insert(each.body).second) {
            const auto apart =
                each.sent_at > message.sent_at ? each.sent_at - message.sent_at : message.sent_at - each.sent_at;
            // A move task gives what it moves a new time.
            const bool allowed =
                message.repeated && (apart >= deduplication_window || message.may_be_gone || message.displaced);
            if (!allowed) throw Violation("duplicated", each.body + " is stored twice");
            message.twofold = message.may_be_gone = true;
            continue;
        }
        if (message.delete_acknowledged) throw Violation("resurrected", each.body + " is stored after its deletion");
        if (message.duplicate) throw Violation("unexpected", each.body + " was refused or a repetition, but is stored");
        if (message.outcome_unknown && !message.acknowledged && !message.counted_as_recovered) {
            message.counted_as_recovered = true;
            ++tally_.recovered;
        }
        const Place place{each.queue, each.sequence};
        const bool seen_elsewhere = message.place.sequence != 0 && !(message.place == place);
        if (seen_elsewhere || (message.acknowledged && message.sequence != each.sequence)) message.displaced = true;
        message.place = place;
        message.id = each.id;
        message.sent_at = each.sent_at;
    }
    for (auto& [body, message] : messages_) {
        if (present.contains(body)) continue;
        // Moved into the purged queue by the commit that purged it.
        if (related_to_purged_.contains(message.place.queue)) {
            message.may_be_gone = true;
            continue;
        }
        if (!message.acknowledged || message.duplicate || message.delete_attempted || message.may_be_gone) continue;
        if (message.sent_at + retention_ <= now) {
            message.may_be_gone = true;
            ++tally_.expired;
            continue;
        }
        throw Violation(
            "lost",
            fmt::format("{} was acknowledged and is not stored any more; sent at {}, seen last in {} as {}, now {}",
                        body, message.sent_at.ms(), message.place.queue, message.place.sequence, now.ms()));
    }
    related_to_purged_.clear();
}

void Ledger::inspect_at_rest(const std::vector<Stored>& stored) {
    for (const auto& each : stored) {
        auto& message = known(each.body);
        if (message.given_back && each.in_flight && message.changes_open == 0)
            throw Violation("swallowed", each.body + " is in flight, but its receiver was gone");
        message.given_back = false;
    }
}

}  // namespace tern::simulation
