#include <fmt/format.h>

#include <algorithm>

#include "tests/model_streams/stream_model.hpp"

/// What can be read, held against what was appended.
namespace tern::stream_model {
namespace {

/// Retention may take two seconds, and goes by the full second.
constexpr Milliseconds retention_slack = std::chrono::seconds(3);
/// A block is at most so long, or one batch.
constexpr std::uint64_t block_bytes = 64u << 10;
/// What a later commit may add to a block.
constexpr std::uint64_t joined_block_bytes = 8192;
/// No batch of a script is longer.
constexpr std::uint64_t batch_bytes = 70u << 10;

engine::StreamName named(const std::string& name) {
    return {"", name};
}

std::uint64_t bytes_from(const Partition& partition, std::size_t first) {
    std::uint64_t bytes = 0;
    for (auto i = first; i < partition.batches.size(); ++i) bytes += partition.batches[i].bytes.size();
    return bytes;
}

/// The first batch that holds the offset or follows it.
std::size_t batch_at(const Partition& partition, std::uint64_t offset) {
    std::size_t at = 0;
    while (at < partition.batches.size() && partition.batches[at].end() <= offset) ++at;
    return at;
}

}  // namespace

std::uint64_t Partition::durable_end(std::size_t batches_not_durable) const {
    if (batches_not_durable == 0 || batches.empty()) return end;
    const auto at = batches.size() - std::min(batches_not_durable, batches.size());
    return std::max(start, batches[at].base);
}

Complaint StreamModel::observe(const store::ReadTransaction& snapshot) {
    const auto listed = engine::list_streams(snapshot, "", "", {});
    if (!listed.has_value()) return "the streams cannot be listed";
    if (listed->streams.size() != streams_.size())
        return fmt::format("{} streams expected, {} listed", streams_.size(), listed->streams.size());
    std::size_t at = 0;
    for (auto& [name, stream] : streams_) {
        const auto& summary = listed->streams[at++];
        if (summary.name != name || summary.partitions != stream.partitions.size())
            return fmt::format("{} with {} partitions expected, {} with {} listed", name, stream.partitions.size(),
                               summary.name, summary.partitions);
        if (auto complaint = observe(name, stream, snapshot); !complaint.empty()) return complaint;
        std::uint64_t records = 0;
        for (const auto& partition : stream.partitions) records += partition.end - partition.start;
        if (summary.records != records)
            return fmt::format("{}: {} records expected, {} listed", name, records, summary.records);
    }
    return {};
}

Complaint StreamModel::observe(const std::string& name, Stream& stream, const store::ReadTransaction& snapshot) {
    const auto described = engine::describe_stream(snapshot, named(name), everything_durable());
    if (!described.has_value()) return name + " cannot be described";
    const auto& settings = described->settings;
    const auto& expected = stream.settings;
    if (settings.partitions != expected.partitions || settings.retention != expected.retention ||
        settings.retention_bytes != expected.retention_bytes ||
        settings.record_bytes_max != expected.record_bytes_max || settings.timestamp_type != expected.timestamp_type)
        return name + ": other settings than were given";
    if (described->partitions.size() != stream.partitions.size()) return name + ": another number of partitions";

    Fetch all;
    all.limits.bytes_max = std::uint64_t{1} << 40;
    for (std::uint32_t number = 0; number < stream.partitions.size(); ++number) {
        auto& partition = stream.partitions[number];
        const auto& given = described->partitions[number];
        const auto where = fmt::format("{}/{}", name, number);
        if (given.end_offset != partition.end)
            return fmt::format("{}: it ends at {}, {} told", where, partition.end, given.end_offset);
        if (auto complaint = remove(where, stream, partition, given.start_offset); !complaint.empty()) return complaint;
        if (auto complaint = overdue(where, stream, partition); !complaint.empty()) return complaint;
        if (!partition.batches.empty() && given.newest_at != partition.batches.back().appended_at)
            return where + ": another time of the newest record";
        if (given.oldest_at && !partition.batches.empty() && *given.oldest_at > partition.batches.front().appended_at)
            return where + ": the oldest record is told to be younger than it is";
        if (given.bytes < bytes_from(partition, 0)) return where + ": fewer bytes told than there are";
        all.positions.push_back({name, number, partition.start, std::uint64_t{1} << 40});
    }
    return fetch(all, snapshot);
}

/// Records below `start` are gone: was that allowed?
Complaint StreamModel::remove(const std::string& where, const Stream& stream, Partition& partition,
                              std::uint64_t start) const {
    if (start < partition.start)
        return fmt::format("{}: it began at {}, and now begins at {}", where, partition.start, start);
    if (start == partition.start) return {};
    const auto kept = batch_at(partition, start);
    if (start != partition.end && (kept == partition.batches.size() || partition.batches[kept].base != start))
        return fmt::format("{}: it begins at {}, in the middle of a batch", where, start);
    for (std::size_t i = 0; i < kept; ++i) {
        const auto& settings = stream.settings;
        const bool old =
            settings.retention.count() != 0 && partition.batches[i].appended_at + settings.retention <= now_;
        const bool many =
            settings.retention_bytes != 0 && bytes_from(partition, i) + block_bytes > settings.retention_bytes;
        if (!old && !many)
            return fmt::format("{}: the batch at {} is gone before its time", where, partition.batches[i].base);
    }
    partition.start = start;
    partition.batches.erase(partition.batches.begin(), partition.batches.begin() + static_cast<std::ptrdiff_t>(kept));
    return {};
}

/// Is something there that retention should have removed by now?
Complaint StreamModel::overdue(const std::string& where, const Stream& stream, const Partition& partition) const {
    if (partition.batches.empty()) return {};
    const auto& settings = stream.settings;
    if (now_ < stream.retention_set_at + retention_slack) return {};
    if (settings.retention.count() != 0) {
        // The block goes as a whole, when its newest batch is too old.
        auto newest = partition.batches.front().appended_at;
        std::uint64_t bytes = 0;
        for (const auto& batch : partition.batches) {
            if (bytes += batch.bytes.size(); bytes > joined_block_bytes) break;
            newest = batch.appended_at;
        }
        if (newest + settings.retention + retention_slack <= now_)
            return fmt::format("{}: the batch at {} is past its retention", where, partition.batches.front().base);
    }
    if (settings.retention_bytes != 0 && partition.batches.back().appended_at + retention_slack <= now_ &&
        bytes_from(partition, 0) > std::max(settings.retention_bytes, batch_bytes))
        return fmt::format("{}: {} bytes are kept", where, bytes_from(partition, 0));
    return {};
}

Complaint StreamModel::fetch(const Fetch& fetch, const store::ReadTransaction& snapshot) const {
    std::map<std::pair<std::string, std::uint32_t>, std::uint64_t> ends;
    std::vector<engine::FetchPosition> positions;
    std::map<engine::StreamPartition, std::uint64_t> durable;
    for (const auto& from : fetch.positions) {
        positions.push_back({named(from.stream), from.partition, from.offset, from.bytes_max});
        if (!has(from.stream, from.partition)) continue;
        // The engine's own numbers: a fetch of nothing tells them.
        const auto asked =
            engine::fetch(snapshot, {{named(from.stream), from.partition, 0, 0}}, {}, everything_durable());
        durable[asked.partitions.at(0).partition] =
            find(from.stream)->partitions[from.partition].durable_end(fetch.batches_not_durable);
    }
    const engine::DurableEnd durable_end = [&](engine::StreamPartition partition) -> std::optional<std::uint64_t> {
        const auto found = durable.find(partition);
        if (fetch.batches_not_durable == 0 || found == durable.end()) return std::nullopt;
        return found->second;
    };

    const auto given = engine::fetch(snapshot, positions, fetch.limits, durable_end);
    if (given.partitions.size() != fetch.positions.size()) return "fetch: not one result a position";
    auto left = fetch.limits;
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < fetch.positions.size(); ++i) {
        const auto& partition = given.partitions[i];
        if (auto complaint = fetched(fetch.positions[i], partition, left, bytes == 0, fetch.batches_not_durable);
            !complaint.empty())
            return fmt::format("fetch from {}/{}@{}: {}", fetch.positions[i].stream, fetch.positions[i].partition,
                               fetch.positions[i].offset, complaint);
        bytes += partition.batches.size();
        left.bytes_max -= std::min<std::uint64_t>(left.bytes_max, partition.batches.size());
        if (left.records_max != 0)
            for (std::size_t at = 0; at < partition.batches.size();) {
                const auto header = protocol::read_batch_header(BytesView(partition.batches).substr(at));
                if (!header) return "fetch: half a batch";
                const auto records =
                    static_cast<std::uint64_t>(header->next_offset()) -
                    std::max(fetch.positions[i].offset, static_cast<std::uint64_t>(header->base_offset));
                // 0 would mean no limit: what is used up is told by the bytes.
                if (records >= left.records_max)
                    left.bytes_max = 0;
                else
                    left.records_max -= records;
                at += header->bytes;
            }
    }
    return bytes == given.bytes ? Complaint() : "fetch: another number of bytes than were given";
}

Complaint StreamModel::fetched(const Position& from, const engine::FetchedPartition& given,
                               const engine::FetchLimits& left, bool first, std::size_t batches_not_durable) const {
    auto expected = Errc::ok;
    if (find(from.stream) == nullptr)
        expected = Errc::stream_does_not_exist;
    else if (!has(from.stream, from.partition))
        expected = Errc::partition_does_not_exist;
    if (expected != Errc::ok) return differs("status", expected, given.status);

    const auto& partition = find(from.stream)->partitions[from.partition];
    const auto end = partition.durable_end(batches_not_durable);
    if (from.offset < partition.start || from.offset > end) expected = Errc::offset_out_of_range;
    if (auto complaint = differs("status", expected, given.status); !complaint.empty()) return complaint;
    if (given.start_offset != partition.start || given.end_offset != end)
        return fmt::format("{} to {} expected, {} to {} told", partition.start, end, given.start_offset,
                           given.end_offset);
    if (expected != Errc::ok) return given.batches.empty() ? Complaint() : "batches outside of the range";

    BytesView rest = given.batches;
    std::uint64_t bytes = 0;
    std::uint64_t records = 0;
    for (auto at = batch_at(partition, from.offset); at < partition.batches.size(); ++at) {
        const auto& batch = partition.batches[at];
        if (batch.end() > end) break;
        // What lies below the offset that was asked for does not count.
        const auto asked_for = batch.end() - std::max(batch.base, from.offset);
        const bool fits = bytes + batch.bytes.size() <= std::min(left.bytes_max, from.bytes_max) &&
                          (left.records_max == 0 || records + asked_for <= left.records_max);
        const bool allowed = fits || (first && bytes == 0);
        if (rest.empty()) return allowed ? fmt::format("the batch at {} is missing", batch.base) : Complaint();
        if (!allowed) return fmt::format("the batch at {} is beyond the limits", batch.base);
        if (!rest.starts_with(batch.bytes)) return fmt::format("the batch at {} has changed", batch.base);
        rest.remove_prefix(batch.bytes.size());
        bytes += batch.bytes.size();
        records += asked_for;
    }
    return rest.empty() ? Complaint() : "more than was appended";
}

Complaint StreamModel::find(const Find& find, const store::ReadTransaction& snapshot) const {
    const auto* stream = this->find(find.stream);
    engine::FindOffsets what{named(find.stream), {}, find.position, Timestamp(find.time_ms)};
    std::map<std::uint32_t, std::uint64_t> durable;
    if (stream != nullptr)
        for (std::uint32_t number = 0; number < stream->partitions.size(); ++number)
            durable[number] = stream->partitions[number].durable_end(find.batches_not_durable);
    const auto given = engine::find_offsets(snapshot, what, [&](engine::StreamPartition partition) {
        return find.batches_not_durable == 0 ? std::optional<std::uint64_t>() : durable.at(partition.partition);
    });
    if (stream == nullptr)
        return differs("find", Errc::stream_does_not_exist, given.has_value() ? Errc::ok : given.error());
    if (!given.has_value()) return differs("find", Errc::ok, given.error());
    if (given->size() != stream->partitions.size()) return "find: not one answer a partition";
    for (std::uint32_t number = 0; number < stream->partitions.size(); ++number) {
        const auto& partition = stream->partitions[number];
        const auto& found = (*given)[number];
        auto offset = find.position == engine::Position::earliest ? partition.start : durable.at(number);
        std::optional<std::int64_t> timestamp;
        if (find.position == engine::Position::time)
            for (const auto& batch : partition.batches)
                for (std::size_t i = 0; i < batch.timestamps.size() && !timestamp; ++i) {
                    const auto at = batch.base + i;
                    if (at < partition.start || at >= durable.at(number) || batch.timestamps[i] < find.time_ms)
                        continue;
                    offset = at;
                    timestamp = batch.timestamps[i];
                }
        if (found.partition != number || found.offset != offset)
            return fmt::format("find in {}/{}: offset {} expected, {} given", find.stream, number, offset,
                               found.offset);
        if (find.position == engine::Position::time && found.timestamp_ms != timestamp)
            return fmt::format("find in {}/{}: another timestamp", find.stream, number);
        if (found.start_offset != partition.start || found.end_offset != durable.at(number))
            return fmt::format("find in {}/{}: another range", find.stream, number);
    }
    return {};
}

}  // namespace tern::stream_model
