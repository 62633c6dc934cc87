#include "broker/engine/group_listing.hpp"

#include <algorithm>
#include <optional>

#include "broker/engine/group.hpp"
#include "broker/engine/stream_reading.hpp"

namespace tern::engine {
namespace {

using store::Table;

/// What an entry takes on the wire beside its texts and lists, at least: the sum decides when all is too much for a
/// frame.
constexpr std::size_t entry_bytes_min = 32;

std::size_t bytes_of(const CommittedOffset& offset) {
    return entry_bytes_min + offset.stream.size() + offset.metadata.size();
}

std::size_t bytes_of(const GroupMemberDescription& member) {
    auto bytes = entry_bytes_min + member.member.size() + member.instance.size() + member.client.size();
    for (const auto& stream : member.streams) bytes += stream.size();
    for (const auto& set : member.assigned) bytes += set.stream.size() + set.partitions.size() * sizeof(std::uint32_t);
    return bytes;
}

}  // namespace

const Stream* KnownStreams::find(std::uint32_t id) {
    auto known = by_id_.find(id);
    if (known == by_id_.end()) known = by_id_.emplace(id, read_stream(snapshot_, id)).first;
    return known->second.has_value() ? &*known->second : nullptr;
}

const Stream* KnownStreams::find(const std::string& name) {
    auto known = by_name_.find(name);
    if (known == by_name_.end())
        known = by_name_.emplace(name, read_stream(snapshot_, StreamName{namespace_name_, name})).first;
    return known->second.has_value() ? &*known->second : nullptr;
}

Errc read_offset(const store::ReadTransaction& snapshot, const Stream& stream, const store::Value& value,
                 const DurableEnd& durable_end, CommittedOffset& offset) {
    if (!value.absent()) {
        auto row = value ? decode_offset_row(value.bytes()) : std::nullopt;
        if (!row) return Errc::storage_damaged;
        offset.offset = row->offset;
        offset.metadata = std::move(row->metadata);
        offset.committed_at = row->committed_at;
    }
    const auto row = read_partition(snapshot, stream, offset.partition);
    if (!row.has_value()) return Errc::ok;
    offset.start_offset = row->start_offset;
    offset.end_offset = readable_end({stream.id, offset.partition}, *row, durable_end);
    return Errc::ok;
}

/// `row` answers whether to go on.
bool GroupListing::walk(Table table, GroupPlace& place, auto row) {
    const auto cursor = snapshot_.cursor(table);
    const auto start = store::Key(prefix_).raw(place.after);
    for (bool more = cursor->seek(start.view()); more && cursor->key().starts_with(prefix_.view());
         more = cursor->next()) {
        const auto key = cursor->key().substr(prefix_.size());
        if (key == place.after) continue;
        if (room_.full()) return false;
        place.after = Bytes(key);
        if (!row(place.after, cursor->value())) return false;
    }
    return true;
}

bool GroupListing::add_members(GroupPlace& place, std::vector<GroupMemberDescription>& members) {
    return walk(Table::group_members, place, [&](BytesView key, const store::Value& value) {
        add_member(store::KeyReader(key).u64(), value, members);
        return true;
    });
}

Result<bool> GroupListing::add_offsets(GroupPlace& place, const DurableEnd& durable_end,
                                       std::vector<CommittedOffset>& offsets) {
    auto errc = Errc::ok;
    const bool all = walk(Table::group_offsets, place, [&](BytesView key, const store::Value& value) {
        errc = add_offset(key, value, durable_end, offsets);
        return errc == Errc::ok;
    });
    if (errc != Errc::ok) return errc;
    return all;
}

/// One whose row is damaged is left out: nobody knows it any more.
void GroupListing::add_member(std::uint64_t id, const store::Value& value,
                              std::vector<GroupMemberDescription>& members) {
    auto row = value ? decode_member_row(value.bytes()) : std::nullopt;
    if (!row) return room_.take(0);
    auto& member = members.emplace_back();
    member.member = member_name(id);
    member.assigned = assigned_of(row->assigned);
    member.instance = std::move(row->instance);
    member.client = std::move(row->client);
    member.streams = std::move(row->streams);
    member.joined_at = row->joined_at;
    member.session_timeout = row->session_timeout;
    room_.take(bytes_of(member));
}

/// The offsets of a stream that is gone are on their way out.
Errc GroupListing::add_offset(BytesView key, const store::Value& value, const DurableEnd& durable_end,
                              std::vector<CommittedOffset>& offsets) {
    store::KeyReader reader(key);
    const auto* stream = streams_.find(reader.u32());
    if (stream == nullptr) {
        room_.take(0);
        return Errc::ok;
    }
    CommittedOffset offset;
    offset.stream = stream->row.stream.name;
    offset.partition = reader.u32();
    if (const auto errc = read_offset(snapshot_, *stream, value, durable_end, offset); errc != Errc::ok) return errc;
    room_.take(bytes_of(offset));
    offsets.push_back(std::move(offset));
    return Errc::ok;
}

std::vector<PartitionSet> GroupListing::assigned_of(const std::vector<AssignedPartition>& assigned) {
    std::vector<PartitionSet> sets;
    std::uint32_t last = 0;
    for (const auto& [partition, generation] : assigned) {
        const auto* stream = streams_.find(partition.stream);
        if (stream == nullptr) continue;
        if (last != partition.stream) sets.push_back({stream->row.stream.name, {}});
        last = partition.stream;
        sets.back().partitions.push_back(partition.partition);
    }
    std::sort(sets.begin(), sets.end(), [](const auto& a, const auto& b) { return a.stream < b.stream; });
    return sets;
}

}  // namespace tern::engine
