#include "tests/simulation/stream_ledger.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tern::simulation {
namespace {

/// The group whose members make jobs of events.
constexpr const char* job_makers = "workers";

std::string text_of(const LogPlace& place) {
    return fmt::format("{}/{}", place.stream, place.partition);
}

}  // namespace

void StreamLedger::attempt(const Produced& batch) {
    for (const auto& value : batch.values) {
        auto& record = records_[value];
        record.place = batch.place;
        ++record.attempts_open;
    }
}

void StreamLedger::acknowledge(const Produced& batch, std::uint64_t base_offset) {
    auto& log = logs_[batch.place];
    for (std::size_t i = 0; i < batch.values.size(); ++i) {
        const auto& value = batch.values[i];
        auto& record = records_.at(value);
        --record.attempts_open;
        if (record.acknowledged && record.offset != base_offset + i)
            throw Violation("repeated record", fmt::format("{} was acknowledged at {} and at {} of {}", value,
                                                           record.offset, base_offset + i, text_of(batch.place)));
        record.acknowledged = true;
        record.offset = base_offset + i;
        const auto [known, is_new] = log.acknowledged.emplace(base_offset + i, value);
        if (!is_new && known->second != value)
            throw Violation("offset reused", fmt::format("{} and {} were acknowledged at {} of {}", known->second,
                                                         value, known->first, text_of(batch.place)));
        ++tally_.records_acknowledged;
    }
}

void StreamLedger::refuse(const Produced& batch) {
    for (const auto& value : batch.values) --records_.at(value).attempts_open;
}

void StreamLedger::lose(const Produced& batch) {
    for (const auto& value : batch.values) {
        --records_.at(value).attempts_open;
        records_.at(value).outcome_unknown = true;
    }
}

void StreamLedger::attempt_truncation(const LogPlace& place, std::uint64_t before) {
    auto& log = logs_[place];
    log.truncated_to = std::max(log.truncated_to, before);
}

void StreamLedger::read(const LogPlace& place, std::uint64_t offset, const std::string& value) {
    ++tally_.records_read;
    const auto [known, is_new] = logs_[place].read.emplace(offset, value);
    if (!is_new && known->second != value)
        throw Violation("offset reused", fmt::format("{} of {} was read as {}, and now as {}", offset, text_of(place),
                                                     known->second, value));
}

void StreamLedger::attempt_job(const WorkRequest& work) {
    jobs_[work.job.body] = {work.taken.place, work.taken.offset - 1};
}

void StreamLedger::attempt_forward(const ForwardRequest& forward) {
    forwards_[forward.record.values.front()] = forward;
}

void StreamLedger::acknowledge_commit(const OffsetRequest& commit, const std::string& group) {
    auto& offset = acknowledged_commits_[{group, commit.place}];
    offset = std::max(offset, commit.offset);
    ++tally_.offsets_committed;
}

void StreamLedger::told(const std::string& group, const std::string& member, const std::set<LogPlace>& assigned,
                        Timestamp executed_at, Timestamp alive_until) {
    for (const auto& place : assigned) {
        auto& owner = owners_[{group, place}];
        if (!owner.member.empty() && owner.member != member) {
            if (owner.alive_until > executed_at)
                throw Violation("two owners", fmt::format("{} of {} was given to {} at {}, but {} works on it until {}",
                                                          text_of(place), group, member, executed_at.ms(), owner.member,
                                                          owner.alive_until.ms()));
            ++tally_.handed_over;
        }
        owner = {member, alive_until};
    }
    // What it should give up it may still work on.
    for (auto& [key, owner] : owners_)
        if (key.first == group && owner.member == member) owner.alive_until = alive_until;
}

void StreamLedger::gave_up(const std::string& group, const std::string& member, const LogPlace& place) {
    const auto found = owners_.find({group, place});
    if (found != owners_.end() && found->second.member == member) owners_.erase(found);
}

void StreamLedger::gone(const std::string& group, const std::string& member) {
    std::erase_if(owners_, [&](const auto& each) { return each.first.first == group && each.second.member == member; });
}

void StreamLedger::crashed(bool commit_lost) {
    if (!commit_lost) return;
    const auto lost = [&](const auto& sighting) { return sighting.second == commits_; };
    std::erase_if(seen_jobs_, lost);
    std::erase_if(seen_records_, lost);
    stored_commits_ = stored_commits_before_;
}

void StreamLedger::clock_set_back(Milliseconds by) {
    for (auto& [key, owner] : owners_) owner.alive_until = owner.alive_until - by;
}

void StreamLedger::inspect(const StoredStreams& stored, Timestamp now) {
    ++commits_;
    stored_records_ = 0;
    for (const auto& [place, log] : stored.logs) stored_records_ += log.end - log.start;
    for (const auto& [place, log] : stored.logs) inspect_log(place, log, now);
    inspect_offsets(stored);
    inspect_jobs(stored);
    inspect_forwards(stored, now);
}

void StreamLedger::inspect_log(const LogPlace& place, const StoredLog& stored, Timestamp now) {
    auto& log = logs_[place];
    std::map<std::uint64_t, std::string> there;
    std::set<std::string> values;
    // Lost with a commit; what takes such an offset later may have been appended earlier, by a clock that was set back.
    log.seen_at.erase(log.seen_at.lower_bound(stored.end), log.seen_at.end());
    for (const auto& [offset, value] : stored.records) {
        const auto record = records_.find(value);
        if (record == records_.end() || record->second.place != place)
            throw Violation("unexpected", fmt::format("nobody appended {} to {}", value, text_of(place)));
        if (!values.insert(value).second)
            throw Violation("repeated record", fmt::format("{} is stored twice in {}", value, text_of(place)));
        const auto& known = record->second;
        if (known.attempts_open == 0 && !known.acknowledged && !known.outcome_unknown)
            throw Violation("unexpected", value + " was refused, but is stored");
        seen_records_.emplace(value, commits_);
        log.seen_at.emplace(offset, now);
        there.emplace(offset, value);
    }
    auto next = stored.start;
    for (const auto& [offset, value] : there) {
        if (offset < stored.start) continue;
        if (offset != next++)
            throw Violation("gap", fmt::format("{} follows {} in {}", offset, next - 1, text_of(place)));
    }
    if (next != stored.end)
        throw Violation("gap", fmt::format("{} ends at {}, its records at {}", text_of(place), stored.end, next));
    inspect_start(place, log, stored, now);

    const auto is_there = [&](std::uint64_t offset, const std::string& value) {
        const auto found = there.find(offset);
        return found != there.end() && found->second == value;
    };
    for (auto at = log.read.lower_bound(stored.start); at != log.read.end(); ++at)
        if (!is_there(at->first, at->second))
            throw Violation(at->first < stored.end ? "offset reused" : "offset back",
                            fmt::format("{} was read at {} of {}, which begins at {} and ends at {}", at->second,
                                        at->first, text_of(place), stored.start, stored.end));
    for (auto at = log.acknowledged.lower_bound(stored.start); at != log.acknowledged.end(); ++at)
        if (!is_there(at->first, at->second))
            throw Violation("lost record", fmt::format("{} was acknowledged at {} of {}, and is not there", at->second,
                                                       at->first, text_of(place)));
}

/// What is gone was truncated, or is past its retention.
void StreamLedger::inspect_start(const LogPlace& place, Log& log, const StoredLog& stored, Timestamp now) {
    if (stored.start > stored.end) throw Violation("gap", text_of(place) + " begins behind its end");
    for (auto at = log.seen_at.lower_bound(std::max(log.start, log.truncated_to));
         at != log.seen_at.end() && at->first < stored.start; ++at)
        if (retention_.count() == 0 || at->second + retention_ > now)
            throw Violation("lost record", fmt::format("{} of {} is gone before its time", at->first, text_of(place)));
    log.start = std::max(log.start, stored.start);
}

void StreamLedger::inspect_offsets(const StoredStreams& stored) {
    for (const auto& [key, offset] : acknowledged_commits_) {
        const auto found = stored.committed.find(key);
        if (found == stored.committed.end() || found->second < offset)
            throw Violation("offset back", fmt::format("{} was committed by {} for {}, and is not any more", offset,
                                                       key.first, text_of(key.second)));
    }
    // Who reads may repeat an earlier commit when an answer is lost; who makes jobs joins anew before, which fences it.
    for (const auto& [key, offset] : stored_commits_) {
        if (key.first != job_makers) continue;
        const auto found = stored.committed.find(key);
        if (found == stored.committed.end() || found->second < offset)
            throw Violation("offset back", fmt::format("the offset {} of {} for {} goes back", offset, key.first,
                                                       text_of(key.second)));
    }
    stored_commits_before_ = std::exchange(stored_commits_, stored.committed);
}

/// An event has been taken exactly if it has become a job, and then one only.
void StreamLedger::inspect_jobs(const StoredStreams& stored) {
    for (const auto& message : *stored.messages)
        if (jobs_.contains(message.body) && seen_jobs_.emplace(message.body, commits_).second) ++tally_.jobs_made;
    std::map<std::pair<LogPlace, std::uint64_t>, std::string> made;
    for (const auto& [body, commit] : seen_jobs_) {
        const auto& job = jobs_.at(body);
        const auto [other, is_new] = made.emplace(std::pair(job.place, job.offset), body);
        if (!is_new)
            throw Violation("doubled job", fmt::format("the event at {} of {} has become {} and {}", job.offset,
                                                       text_of(job.place), other->second, body));
        const auto committed = stored.committed.find({job_makers, job.place});
        if (committed == stored.committed.end() || committed->second <= job.offset)
            throw Violation("torn transaction",
                            fmt::format("{} is made, but {} of {} is not taken", body, job.offset, text_of(job.place)));
    }
    for (const auto& [key, offset] : stored.committed) {
        if (key.first != job_makers) continue;
        auto& log = logs_[key.second];
        // What was truncated or aged before a worker came to it was skipped.
        for (auto at = log.read.lower_bound(log.start); at != log.read.end() && at->first < offset; ++at)
            if (!made.contains({key.second, at->first}))
                throw Violation("torn transaction", fmt::format("{} of {} is taken, but has become no job", at->first,
                                                                text_of(key.second)));
    }
}

/// A message has been deleted exactly if it has become a record.
void StreamLedger::inspect_forwards(const StoredStreams& stored, Timestamp now) {
    std::map<std::string, const Stored*> present;
    for (const auto& message : *stored.messages) present[message.body] = &message;
    for (const auto& [value, forward] : forwards_) {
        const auto& message = forward.message;
        const auto found = present.find(message.body);
        const bool is_there =
            found != present.end() && Place{found->second->queue, found->second->sequence} == message.place;
        const bool is_record = seen_records_.contains(value);
        if (is_record && is_there)
            throw Violation("torn transaction", fmt::format("{} is a record, but its message is still there", value));
        if (!is_record && found == present.end() && messages_.only_deleted_once(message.body, now))
            throw Violation("torn transaction", fmt::format("{} is deleted, but is no record", message.body));
    }
}

}  // namespace tern::simulation
