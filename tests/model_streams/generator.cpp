#include "tests/model_streams/generator.hpp"

#include <algorithm>
#include <set>

namespace tern::stream_model {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// Every moment at which something will change by itself.
std::set<Timestamp> deadlines(const StreamModel& streams, const GroupModel& groups,
                              const engine::EngineLimits& limits) {
    std::set<Timestamp> moments;
    for (const auto& [name, stream] : streams.streams())
        for (const auto& partition : stream.partitions) {
            for (const auto& batch : partition.batches) moments.insert(batch.appended_at + stream.settings.retention);
            for (const auto& [id, producer] : partition.producers)
                moments.insert(producer.appended_at + limits.producer_expiry);
        }
    for (const auto& [name, group] : groups.groups()) {
        moments.insert(group.active_at + limits.group_offsets_retention);
        for (const auto& [id, member] : group.members) moments.insert(member.heard_at + member.session_timeout);
    }
    for (const auto& [label, waiting] : groups.waiting()) moments.insert(waiting.until);
    moments.erase(moments.begin(), moments.upper_bound(streams.now()));
    return moments;
}

}  // namespace

Profile Profile::of(std::uint64_t seed) {
    SeededRandom random(seed * 7919 + 1);
    Profile profile;
    if (random.below(4) == 0) profile.limits.producer_expiry = minutes(10);
    if (random.below(4) == 0) profile.limits.group_offsets_retention = hours(1);
    if (random.below(4) == 0) profile.reopen_percent = 8;
    profile.actions_per_step_max = 1 + random.below(6);
    profile.groups_percent = random.below(5) * 20 + 5;
    profile.bulky = random.below(24) == 0;
    if (random.below(4) == 0) profile.limits.due_work_per_batch = static_cast<std::uint32_t>(2 + random.below(3));
    return profile;
}

Step Generator::first() {
    Step step;
    for (const auto& name : {"a", "b", "c"}) step.actions.push_back({next_label_++, Create{name, settings(true)}});
    step.actions.push_back({next_label_++, Allocate{}});
    return step;
}

Step Generator::next(const StreamModel& streams, const GroupModel& groups) {
    Step step;
    step.wait = wait(streams, groups);
    step.reopen = chance(profile_.reopen_percent);
    planned_.clear();
    for (auto actions = 1 + random_.below(profile_.actions_per_step_max); actions > 0; --actions) {
        auto body = chance(profile_.groups_percent) ? group_body(streams, groups) : stream_body(streams);
        step.actions.push_back({next_label_++, std::move(body)});
    }
    for (auto queries = random_.below(4); queries > 0; --queries) step.queries.push_back(query(streams));
    return step;
}

Milliseconds Generator::wait(const StreamModel& streams, const GroupModel& groups) {
    if (chance(30)) return Milliseconds(0);
    if (chance(30)) return Milliseconds(1 + static_cast<std::int64_t>(random_.below(10)));
    if (chance(30)) return Milliseconds(static_cast<std::int64_t>(random_.below(3'000)));
    if (chance(10)) return Milliseconds(static_cast<std::int64_t>(random_.below(60'000)));
    if (chance(2)) return days(random_.below(9));
    const auto moments = deadlines(streams, groups, profile_.limits);
    if (moments.empty()) return seconds(1);
    const auto choices = chance(90) ? std::min<std::size_t>(moments.size(), 4) : moments.size();
    const auto moment = *std::next(moments.begin(), static_cast<std::ptrdiff_t>(random_.below(choices)));
    const auto beside = Milliseconds(static_cast<std::int64_t>(random_.below(3)) - 1);
    // Retention by bytes and by time is looked at within a second of the moment.
    return std::max(Milliseconds(0), moment - streams.now() + (chance(30) ? Milliseconds(3'000) : beside));
}

Body Generator::stream_body(const StreamModel& streams) {
    const auto dice = random_.below(1000);
    if (dice < 760) return append(streams);
    if (dice < 840) return truncate(streams);
    if (dice < 880) return Set{stream(), settings(false)};
    if (dice < 920) {
        Create create{chance(3) ? "no such name!" : stream(), {}};
        if (chance(50)) create.settings = settings(true);
        return create;
    }
    if (dice < 935) return Drop{stream()};
    if (dice < 960) return Allocate{};
    return append(streams);
}

engine::StreamSettingsChange Generator::settings(bool created) {
    engine::StreamSettingsChange change;
    if (chance(created ? 80 : 40)) change.partitions = static_cast<std::int64_t>(1 + random_.below(created ? 3 : 6));
    if (profile_.bulky && created)
        change = {.partitions = 1, .retention = days(7)};
    else if (chance(50))
        change.retention = one_of<Milliseconds>({seconds(0), seconds(1), seconds(20), hours(1), days(7)});
    if (chance(profile_.bulky ? 5 : 30)) change.retention_bytes = one_of<std::int64_t>({0, 65'536, 65'537, 100'000});
    if (chance(30)) change.record_bytes_max = one_of<std::int64_t>({1024, 2000, 1 << 20});
    if (chance(20)) change.timestamp_type = chance(50) ? engine::TimestampType::append : engine::TimestampType::create;
    if (invalid()) change.partitions = one_of<std::int64_t>({-1, 0, 1025});
    if (invalid()) change.retention = one_of<Milliseconds>({Milliseconds(-1), Milliseconds(999)});
    if (invalid()) change.retention_bytes = one_of<std::int64_t>({-1, 65'535});
    if (invalid()) change.record_bytes_max = one_of<std::int64_t>({1023, (16 << 20) + 1});
    return change;
}

std::uint32_t Generator::partition(const StreamModel& streams, const std::string& stream) {
    const auto* known = streams.find(stream);
    const auto partitions = known == nullptr ? 1 : known->partitions.size();
    return static_cast<std::uint32_t>(invalid() ? partitions : random_.below(partitions));
}

std::uint64_t Generator::offset(const StreamModel& streams, const std::string& stream, std::uint32_t partition) {
    if (!streams.has(stream, partition)) return random_.below(3);
    const auto& known = streams.find(stream)->partitions[partition];
    if (chance(20)) return known.start + random_.below(3) - (known.start > 0 ? 1 : 0);
    if (chance(20)) return known.end + random_.below(3) - (known.end > 0 ? 1 : 0);
    if (chance(3)) return ~std::uint64_t{0} >> random_.below(3);
    return known.start + random_.below(known.end - known.start + 1);
}

Append Generator::append(const StreamModel& streams) {
    Append append{stream(), {}};
    const auto count = invalid() ? 0 : chance(60) ? 1 : 1 + random_.below(4);
    for (std::uint64_t i = 0; i < count; ++i) append.batches.push_back(batch(streams, append.stream));
    return append;
}

Batch Generator::batch(const StreamModel& streams, const std::string& stream) {
    Batch batch;
    batch.partition = partition(streams, stream);
    const auto around = streams.now().ms() - static_cast<std::int64_t>(random_.below(20'000));
    for (auto records = 1 + random_.below(chance(80) ? 3 : 20); records > 0; --records)
        batch.timestamps.push_back(around + static_cast<std::int64_t>(random_.below(chance(50) ? 3 : 5'000)));
    batch.value_bytes = chance(70) ? 10 + random_.below(100) : 1015 + random_.below(12);
    if (chance(5)) batch.value_bytes = 3'000 + random_.below(6'000) / batch.timestamps.size();
    if (chance(profile_.bulky ? 60 : 3)) batch.value_bytes = 60'000 / batch.timestamps.size();
    if (chance(15)) batch.compression = static_cast<protocol::Compression>(1 + random_.below(4));
    if (chance(50)) batch.stamp = stamp(streams, stream, batch);
    if (chance(10) && streams.has(stream, batch.partition))
        batch.expected_offset = chance(70) ? streams.find(stream)->partitions[batch.partition].end
                                           : offset(streams, stream, batch.partition);
    if (invalid()) batch.fault = one_of<Errc>({Errc::record_batch_invalid, Errc::record_batch_damaged});
    return batch;
}

/// Mostly the next sequence; else a repetition, a gap, another epoch, or somebody unknown.
Stamp Generator::stamp(const StreamModel& streams, const std::string& stream, const Batch& batch) {
    const auto& all = streams.producers();
    if (all.empty() || invalid()) return {unknown_producer, 0, 0};
    const auto& [allocation, id] =
        *std::next(all.begin(), static_cast<std::ptrdiff_t>(random_.below(std::min<std::size_t>(all.size(), 3))));
    Stamp stamp{allocation, 0, 0};
    auto& [epoch, next] =
        planned_.try_emplace({stream, batch.partition, allocation}, std::int16_t{-1}, 0).first->second;
    const Producer* known = nullptr;
    if (streams.has(stream, batch.partition)) {
        const auto& producers = streams.find(stream)->partitions[batch.partition].producers;
        if (const auto found = producers.find(id); found != producers.end()) known = &found->second;
    }
    if (epoch < 0) {
        epoch = known != nullptr ? known->epoch : std::int16_t{0};
        next = known != nullptr ? std::int64_t{known->batches.back().last} + 1 : chance(20) ? 2'147'483'646 : 0;
    }
    if (known != nullptr && chance(15)) {
        const auto& earlier = known->batches[random_.below(known->batches.size())];
        return {allocation, known->epoch, earlier.first};
    }
    if (chance(5)) ++epoch, next = chance(80) ? 0 : 1;
    stamp.epoch = epoch;
    if (chance(4) && epoch > 0) --stamp.epoch;
    if (chance(5)) next += static_cast<std::int64_t>(1 + random_.below(2));
    stamp.sequence = static_cast<std::int32_t>(next & 0x7FFF'FFFF);
    next += static_cast<std::int64_t>(batch.timestamps.size());
    return stamp;
}

Body Generator::truncate(const StreamModel& streams) {
    const auto name = stream();
    const auto number = partition(streams, name);
    return Truncate{name, number, offset(streams, name, number)};
}

Query Generator::query(const StreamModel& streams) {
    const std::size_t not_durable = chance(60) ? 0 : 1 + random_.below(3);
    if (chance(40)) {
        Find find{stream(), static_cast<engine::Position>(random_.below(3)), streams.now().ms(), not_durable};
        if (const auto number = partition(streams, find.stream); streams.has(find.stream, number)) {
            const auto& batches = streams.find(find.stream)->partitions[number].batches;
            if (!batches.empty() && chance(80)) {
                const auto& timestamps = batches[random_.below(batches.size())].timestamps;
                find.time_ms = one_of(timestamps) + static_cast<std::int64_t>(random_.below(3)) - 1;
            }
        }
        return find;
    }
    Fetch fetch;
    fetch.batches_not_durable = not_durable;
    for (auto positions = 1 + random_.below(4); positions > 0; --positions) {
        const auto name = stream();
        const auto number = partition(streams, name);
        const auto bytes_max = chance(50) ? 1u << 20 : 1 + random_.below(chance(50) ? 400 : 10'000);
        fetch.positions.push_back({name, number, offset(streams, name, number), bytes_max});
    }
    if (chance(40)) fetch.limits.bytes_max = 1 + random_.below(chance(50) ? 1'000 : 100'000);
    if (chance(30)) fetch.limits.records_max = 1 + random_.below(10);
    return fetch;
}

}  // namespace tern::stream_model
