#include "broker/engine/group_queries.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "broker/engine/catalog_page.hpp"
#include "broker/engine/groups.hpp"
#include "broker/engine/row_keys.hpp"
#include "broker/engine/stream_reading.hpp"
#include "broker/engine/streams.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

using store::Table;

/// The streams that an answer speaks of, each read once.
class KnownStreams {
public:
    KnownStreams(const store::ReadTransaction& snapshot, std::string namespace_name)
        : snapshot_(snapshot),
          namespace_name_(std::move(namespace_name)) {}

    /// Null when there is none.
    const Stream* find(std::uint32_t id) {
        auto known = by_id_.find(id);
        if (known == by_id_.end()) known = by_id_.emplace(id, read_stream(snapshot_, id)).first;
        return known->second.has_value() ? &*known->second : nullptr;
    }
    const Stream* find(const std::string& name) {
        auto known = by_name_.find(name);
        if (known == by_name_.end())
            known = by_name_.emplace(name, read_stream(snapshot_, StreamName{namespace_name_, name})).first;
        return known->second.has_value() ? &*known->second : nullptr;
    }

private:
    const store::ReadTransaction& snapshot_;
    std::string namespace_name_;
    std::map<std::uint32_t, Result<Stream>> by_id_;
    std::map<std::string, Result<Stream>> by_name_;
};

void add_bounds(const store::ReadTransaction& snapshot, const Stream& stream, CommittedOffset& offset,
                const DurableEnd& durable_end) {
    const auto row = read_partition(snapshot, stream, offset.partition);
    if (!row.has_value()) return;
    offset.start_offset = row->start_offset;
    offset.end_offset = readable_end({stream.id, offset.partition}, *row, durable_end);
}

Errc add_row(const store::Value& value, CommittedOffset& offset) {
    if (value.absent()) return Errc::ok;
    auto row = value ? decode_offset_row(value.bytes()) : std::nullopt;
    if (!row) return Errc::storage_damaged;
    offset.offset = row->offset;
    offset.metadata = std::move(row->metadata);
    offset.committed_at = row->committed_at;
    return Errc::ok;
}

/// In the order of the streams' names. The offsets of a stream that is gone are on their way out.
Result<std::vector<CommittedOffset>> all_offsets(const store::ReadTransaction& snapshot, std::uint32_t group,
                                                 KnownStreams& streams, const DurableEnd& durable_end) {
    std::vector<CommittedOffset> offsets;
    const auto prefix = keys::consumer_group(group);
    const auto cursor = snapshot.cursor(Table::group_offsets);
    for (bool more = cursor->seek(prefix.view()); more && cursor->key().starts_with(prefix.view());
         more = cursor->next()) {
        store::KeyReader key(cursor->key());
        key.u32();
        const auto* stream = streams.find(key.u32());
        if (stream == nullptr) continue;
        CommittedOffset offset;
        offset.stream = stream->row.stream.name;
        offset.partition = key.u32();
        if (const auto errc = add_row(cursor->value(), offset); errc != Errc::ok) return errc;
        add_bounds(snapshot, *stream, offset, durable_end);
        offsets.push_back(std::move(offset));
    }
    std::stable_sort(offsets.begin(), offsets.end(), [](const auto& a, const auto& b) { return a.stream < b.stream; });
    return offsets;
}

GroupSummary summary_of(const GroupRow& row) {
    GroupSummary summary;
    summary.name = row.group.name;
    summary.members = row.members;
    summary.generation = row.generation;
    summary.strategy = row.strategy;
    if (row.members > 0) summary.state = row.settled ? GroupState::stable : GroupState::rebalancing;
    return summary;
}

std::vector<PartitionSet> assigned_of(const Member& member, KnownStreams& streams) {
    std::vector<PartitionSet> sets;
    std::uint32_t last = 0;
    for (const auto& [partition, generation] : member.row.assigned) {
        const auto* stream = streams.find(partition.stream);
        if (stream == nullptr) continue;
        if (last != partition.stream) sets.push_back({stream->row.stream.name, {}});
        last = partition.stream;
        sets.back().partitions.push_back(partition.partition);
    }
    std::sort(sets.begin(), sets.end(), [](const auto& a, const auto& b) { return a.stream < b.stream; });
    return sets;
}

}  // namespace

Result<std::vector<CommittedOffset>> fetch_offsets(const store::ReadTransaction& snapshot, const GroupName& group,
                                                   const std::vector<PartitionSet>& partitions,
                                                   const DurableEnd& durable_end) {
    const auto id = group_id_of(snapshot, group);
    if (!id) return Errc::group_does_not_exist;
    KnownStreams streams(snapshot, group.namespace_name);
    if (partitions.empty()) return all_offsets(snapshot, *id, streams, durable_end);

    std::vector<CommittedOffset> offsets;
    for (const auto& [name, numbers] : partitions) {
        const auto* stream = streams.find(name);
        for (const auto number : numbers) {
            auto& offset = offsets.emplace_back();
            offset.stream = name;
            offset.partition = number;
            if (stream == nullptr) continue;
            const auto value = snapshot.get(Table::group_offsets, keys::group_offset(*id, stream->id, number).view());
            if (const auto errc = add_row(value, offset); errc != Errc::ok) return errc;
            add_bounds(snapshot, *stream, offset, durable_end);
        }
    }
    return offsets;
}

Result<GroupPage> list_groups(const store::ReadTransaction& snapshot, const std::string& namespace_name,
                              const std::string& prefix, const Page& page) {
    auto listed = catalog_page(snapshot, keys::CatalogKind::group, {namespace_name, prefix}, page,
                               protocol::group_name_bytes_max);
    if (!listed.has_value()) return listed.error();
    GroupPage groups;
    groups.next_token = std::move(listed->next_token);
    for (const auto& [name, id] : listed->entries) {
        const auto row = read_group_row(snapshot, id);
        if (row.has_value()) groups.groups.push_back(summary_of(*row));
    }
    return groups;
}

Result<GroupDescription> describe_group(const store::ReadTransaction& snapshot, const GroupName& name,
                                        const DurableEnd& durable_end) {
    const auto group = read_group(snapshot, name);
    if (!group.has_value()) return group.error();
    GroupDescription description;
    description.summary = summary_of(group->row);
    KnownStreams streams(snapshot, name.namespace_name);
    for (const auto& [id, member] : group->members) {
        const auto& row = member.row;
        description.members.push_back({.member = member_name(id),
                                       .instance = row.instance,
                                       .client = row.client,
                                       .streams = row.streams,
                                       .assigned = assigned_of(member, streams),
                                       .joined_at = row.joined_at,
                                       .session_timeout = row.session_timeout});
    }
    auto offsets = all_offsets(snapshot, group->id, streams, durable_end);
    if (!offsets.has_value()) return offsets.error();
    description.offsets = std::move(*offsets);
    return description;
}

std::uint64_t count_groups(const store::ReadTransaction& snapshot) {
    return snapshot.rows(Table::groups);
}

}  // namespace tern::engine
