#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "tests/model_streams/batches.hpp"
#include "tests/model_streams/stream_model.hpp"

/// Commands that change streams.
namespace tern::stream_model {
namespace {

std::int32_t sequence_after(std::int32_t sequence, std::size_t records) {
    constexpr std::int64_t sequences = std::int64_t{std::numeric_limits<std::int32_t>::max()} + 1;
    return static_cast<std::int32_t>((sequence + static_cast<std::int64_t>(records)) % sequences);
}

Errc refusal_of(const engine::StreamSettings& settings, const engine::StreamSettingsChange& wanted, bool is_new) {
    auto tried = settings;
    return engine::change(tried, wanted, is_new);
}

}  // namespace

Complaint differs(const char* what, Errc expected, Errc given) {
    if (expected == given) return {};
    return fmt::format("{}: {} expected, {} given", what, protocol::name_of(expected), protocol::name_of(given));
}

const Stream* StreamModel::find(const std::string& name) const {
    const auto found = streams_.find(name);
    return found == streams_.end() ? nullptr : &found->second;
}

bool StreamModel::has(const std::string& name, std::uint32_t partition) const {
    const auto* stream = find(name);
    return stream != nullptr && partition < stream->partitions.size();
}

std::int64_t StreamModel::producer(std::uint64_t allocation) const {
    const auto found = producers_.find(allocation);
    return found == producers_.end() ? std::int64_t{1} << 50 : found->second;
}

Complaint StreamModel::create(const Create& create, const engine::Answer& given) {
    engine::StreamSettings settings;
    auto expected = Errc::ok;
    const auto found = streams_.find(create.stream);
    if (!engine::valid_stream_name(create.stream))
        expected = Errc::stream_name_invalid;
    else if (const auto refused = engine::change(settings, create.settings, true); refused != Errc::ok)
        expected = refused;
    else if (found != streams_.end() && !engine::first_difference(found->second.settings, create.settings).empty())
        expected = Errc::stream_exists;
    if (auto complaint = differs("create", expected, given.status); !complaint.empty()) return complaint;
    if (expected != Errc::ok) return {};

    const auto* answer = std::get_if<engine::StreamCreated>(&given.body);
    if (answer == nullptr || answer->created != (found == streams_.end())) return "create: wrongly answered as created";
    if (found != streams_.end()) return {};
    Stream stream{next_incarnation_++, settings, {}, now_};
    stream.partitions.resize(settings.partitions);
    streams_.emplace(create.stream, std::move(stream));
    return {};
}

Complaint StreamModel::set(const Set& set, const engine::Answer& given) {
    const auto found = streams_.find(set.stream);
    auto expected = Errc::stream_does_not_exist;
    if (found != streams_.end()) expected = refusal_of(found->second.settings, set.settings, false);
    if (auto complaint = differs("set", expected, given.status); !complaint.empty()) return complaint;
    if (expected != Errc::ok) return {};

    auto& stream = found->second;
    engine::change(stream.settings, set.settings, false);
    stream.partitions.resize(stream.settings.partitions);
    stream.retention_set_at = now_;
    return {};
}

Complaint StreamModel::drop(const Drop& drop, const engine::Answer& given) {
    const auto expected = find(drop.stream) == nullptr ? Errc::stream_does_not_exist : Errc::ok;
    streams_.erase(drop.stream);
    return differs("delete stream", expected, given.status);
}

Complaint StreamModel::truncate(const Truncate& truncate, const engine::Answer& given) {
    const auto found = streams_.find(truncate.stream);
    auto expected = Errc::ok;
    if (found == streams_.end())
        expected = Errc::stream_does_not_exist;
    else if (truncate.partition >= found->second.partitions.size())
        expected = Errc::partition_does_not_exist;
    else if (truncate.before > found->second.partitions[truncate.partition].end)
        expected = Errc::offset_out_of_range;
    if (auto complaint = differs("truncate", expected, given.status); !complaint.empty()) return complaint;
    if (expected != Errc::ok) return {};

    auto& partition = found->second.partitions[truncate.partition];
    partition.start = std::max(partition.start, truncate.before);
    std::erase_if(partition.batches, [&](const StoredBatch& batch) { return batch.end() <= partition.start; });
    return {};
}

Complaint StreamModel::allocate(std::uint64_t label, const engine::Answer& given) {
    if (auto complaint = differs("allocate", Errc::ok, given.status); !complaint.empty()) return complaint;
    const auto* answer = std::get_if<engine::ProducerAllocated>(&given.body);
    if (answer == nullptr || answer->id < 0 || answer->epoch != 0) return "allocate: no producer";
    for (const auto& [other, id] : producers_)
        if (id == answer->id) return fmt::format("allocate: producer {} is given out twice", id);
    producers_[label] = answer->id;
    return {};
}

/// The rules for one batch. `known`: what is remembered of its producer on the partition.
StreamModel::Outcome StreamModel::outcome(const Stream& stream, const Batch& batch,
                                          const protocol::ProducerStamp& stamp, const Producer* known) const {
    if (batch.partition >= stream.partitions.size()) return {Errc::partition_does_not_exist};
    if (batch.fault != Errc::ok) return {batch.fault};
    const auto& partition = stream.partitions[batch.partition];
    // Its key counts as well.
    const bool looked_at = batch.compression == protocol::Compression::none;
    if (looked_at && batch.value_bytes + 3 > stream.settings.record_bytes_max) return {Errc::record_too_large};
    if (stamp.id >= 0) {
        const bool allocated = std::any_of(producers_.begin(), producers_.end(),
                                           [&](const auto& each) { return each.second == stamp.id; });
        if (!allocated) return {Errc::producer_unknown};
    }
    if (stamp.id >= 0 && known != nullptr) {
        if (stamp.epoch < known->epoch) return {Errc::producer_fenced};
        if (stamp.epoch > known->epoch) {
            if (stamp.sequence != 0) return {Errc::sequence_out_of_order};
        } else {
            const auto last = sequence_after(stamp.sequence, batch.timestamps.size() - 1);
            for (const auto& earlier : known->batches)
                if (earlier.first == stamp.sequence && earlier.last == last) return {Errc::ok, true, earlier.base};
            if (stamp.sequence != sequence_after(known->batches.back().last, 1)) return {Errc::sequence_out_of_order};
        }
    }
    if (batch.expected_offset && *batch.expected_offset != partition.end) return {Errc::expected_offset_differs};
    return {Errc::ok, false, partition.end};
}

void StreamModel::store(Stream& stream, const Batch& batch, const protocol::ProducerStamp& stamp, Bytes bytes) {
    auto& partition = stream.partitions[batch.partition];
    StoredBatch stored{partition.end, batch.timestamps, std::move(bytes), now_};
    protocol::set_base_offset(stored.bytes.data(), static_cast<std::int64_t>(stored.base));
    if (stream.settings.timestamp_type == engine::TimestampType::append) {
        protocol::set_append_time(stored.bytes.data(), stored.bytes.size(), now_.ms());
        for (auto& timestamp : stored.timestamps) timestamp = now_.ms();
    }
    partition.end = stored.end();
    if (stamp.id >= 0) {
        auto& producer = partition.producers[stamp.id];
        if (producer.epoch != stamp.epoch) {
            producer.batches.clear();
            producer.unsure = 0;
        }
        producer.epoch = stamp.epoch;
        producer.appended_at = now_;
        producer.batches.push_back(
            {stamp.sequence, sequence_after(stamp.sequence, batch.timestamps.size() - 1), stored.base});
        if (producer.batches.size() > 5) {
            producer.batches.pop_front();
            producer.unsure -= std::min<std::size_t>(producer.unsure, 1);
        }
    }
    partition.batches.push_back(std::move(stored));
}

std::vector<std::optional<Producer>> StreamModel::memories(const Stream& stream, const Batch& batch,
                                                           const protocol::ProducerStamp& stamp) const {
    if (batch.partition >= stream.partitions.size()) return {std::nullopt};
    const auto& producers = stream.partitions[batch.partition].producers;
    const auto found = producers.find(stamp.id);
    if (found == producers.end() || now_ >= found->second.appended_at + producer_expiry_ + slack) return {std::nullopt};
    std::vector<std::optional<Producer>> memories = {found->second};
    if (const auto unsure = found->second.unsure; unsure > 0) {
        auto& batches = memories.emplace_back(found->second)->batches;
        batches.erase(batches.begin(), batches.begin() + static_cast<std::ptrdiff_t>(unsure));
        memories.back()->unsure = 0;
    }
    if (now_ >= found->second.appended_at + producer_expiry_) memories.emplace_back();
    return memories;
}

Complaint StreamModel::entry(Stream& stream, const Batch& batch, std::uint64_t label, std::size_t index,
                             const engine::AppendResult& given) {
    const auto stamp = stamp_of(batch.stamp, producer(batch.stamp.allocation));
    auto possible = memories(stream, batch, stamp);
    const auto fits = [&](const std::optional<Producer>& memory) {
        const auto result = outcome(stream, batch, stamp, memory ? &*memory : nullptr);
        return result.status == given.status && result.duplicate == given.duplicate;
    };
    auto memory = std::find_if(possible.begin(), possible.end(), fits);
    if (memory == possible.end()) memory = possible.begin();
    const auto expected = outcome(stream, batch, stamp, *memory ? &**memory : nullptr);
    if (stamp.id >= 0 && batch.partition < stream.partitions.size()) {
        auto& producers = stream.partitions[batch.partition].producers;
        if (!*memory)
            producers.erase(stamp.id);
        else if (const bool may_be_forgotten = !possible.back() && fits(std::nullopt); true) {
            auto& known = producers[stamp.id] = **memory;
            if (may_be_forgotten && expected.status == Errc::ok && !expected.duplicate)
                known.unsure = known.batches.size();
        }
    }
    if (auto complaint = differs("append", expected.status, given.status); !complaint.empty()) return complaint;
    if (expected.status == Errc::expected_offset_differs && given.end_offset != stream.partitions[batch.partition].end)
        return fmt::format("append: the partition ends at {}, {} told", stream.partitions[batch.partition].end,
                           given.end_offset);
    if (expected.status != Errc::ok) return {};
    if (expected.duplicate != given.duplicate) return "append: a repetition is not told from a new batch";
    if (expected.base != given.base_offset)
        return fmt::format("append: offset {} expected, {} given", expected.base, given.base_offset);
    if (expected.duplicate) return {};
    if (given.appended_at != now_) return "append: another time than now is told";
    store(stream, batch, stamp, bytes_of(label, index, batch, stamp));
    if (given.end_offset != stream.partitions[batch.partition].end)
        return fmt::format("append: the partition ends at {}, {} told", stream.partitions[batch.partition].end,
                           given.end_offset);
    return {};
}

Complaint StreamModel::append(std::uint64_t label, const Append& append, const engine::Answer& given) {
    auto expected = Errc::ok;
    if (find(append.stream) == nullptr) expected = Errc::stream_does_not_exist;
    if (append.batches.empty()) expected = Errc::batch_empty;
    if (auto complaint = differs("append", expected, given.status); !complaint.empty()) return complaint;
    if (expected != Errc::ok) return {};
    const auto* results = std::get_if<engine::AppendResults>(&given.body);
    return results == nullptr ? "append: no results" : appended(label, append, *results);
}

Complaint StreamModel::appended(std::uint64_t label, const Append& append, const engine::AppendResults& given) {
    auto& stream = streams_.at(append.stream);
    if (given.results.size() != append.batches.size()) return "append: not one result an entry";
    for (std::size_t i = 0; i < append.batches.size(); ++i)
        if (auto complaint = entry(stream, append.batches[i], label, i, given.results[i]); !complaint.empty())
            return complaint;
    return {};
}

bool StreamModel::refuses(const Append& append, bool remembers_longer) const {
    const auto* stream = find(append.stream);
    if (stream == nullptr || append.batches.empty()) return true;
    return std::any_of(append.batches.begin(), append.batches.end(), [&](const Batch& batch) {
        const auto stamp = stamp_of(batch.stamp, producer(batch.stamp.allocation));
        const Producer* known = nullptr;
        if (batch.partition < stream->partitions.size()) {
            const auto& producers = stream->partitions[batch.partition].producers;
            const auto found = producers.find(stamp.id);
            const auto remembered = producer_expiry_ + (remembers_longer ? slack : Milliseconds(0));
            if (found != producers.end() && now_ < found->second.appended_at + remembered) known = &found->second;
        }
        return outcome(*stream, batch, stamp, known).status != Errc::ok;
    });
}

}  // namespace tern::stream_model
