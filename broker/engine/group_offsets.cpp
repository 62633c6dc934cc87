#include "broker/engine/group_offsets.hpp"

#include <algorithm>

#include "broker/engine/group_commands.hpp"
#include "broker/engine/group_removal.hpp"
#include "broker/engine/groups.hpp"
#include "broker/engine/queue_commands.hpp"
#include "broker/engine/row_keys.hpp"
#include "broker/engine/streams.hpp"
#include "protocol/limits.hpp"

namespace tern::engine::group_offsets {
namespace {

using store::Table;

/// The partition that an entry names. Errors: as check for an entry.
Result<StreamPartition> partition_of(Batch& batch, const GroupName& group, const OffsetToCommit& entry) {
    const auto stream = batch.streams.find(batch.transaction, {group.namespace_name, entry.stream});
    if (!stream.has_value()) return stream.error();
    if (entry.partition >= (*stream)->settings().partitions) return Errc::partition_does_not_exist;
    if (entry.metadata.size() > protocol::offset_metadata_bytes_max) return Errc::offset_metadata_too_long;
    return StreamPartition{(*stream)->id, entry.partition};
}

/// Whoever has worked on a partition may tell how far it came for as long as it is assigned to it; what it did before
/// the partition went elsewhere and came back does not count.
Errc check_fence(const Group& group, const Member& member, std::uint32_t generation, StreamPartition partition) {
    const auto* assigned = member.assigned(partition);
    if (assigned == nullptr) return Errc::partition_not_assigned;
    const bool has_seen = generation >= assigned->generation && generation <= group.row.generation;
    return has_seen ? Errc::ok : Errc::group_generation_stale;
}

void put(Batch& batch, std::uint32_t group, StreamPartition partition, const OffsetToCommit& entry) {
    const auto mark = keys::stream_group(partition.stream, group);
    if (batch.transaction.get(Table::stream_groups, mark.view()).absent())
        batch.transaction.put(Table::stream_groups, mark.view(), {});
    batch.transaction.put(Table::group_offsets, keys::group_offset(group, partition.stream, partition.partition).view(),
                          encode(OffsetRow{entry.offset, batch.now, std::string(entry.metadata)}));
    ++batch.counters.offsets_committed;
}

}  // namespace

Result<Checked> check(Batch& batch, const CommitOffsets& command, std::size_t groups_to_come) {
    if (command.offsets.empty()) return Errc::batch_empty;
    if (command.offsets.size() > protocol::batch_entries_max) return Errc::batch_too_long;
    Checked checked;
    const Member* member = nullptr;
    const auto group = batch.groups.find(batch.transaction, command.group);
    if (group.has_value()) {
        checked.group = *group;
    } else if (group.error() != Errc::group_does_not_exist) {
        return group.error();
    }
    if (!command.member.empty()) {
        if (checked.group == nullptr) return Errc::group_member_unknown;
        const auto found = group_commands::find_member(*checked.group, command.member);
        if (!found.has_value()) return found.error();
        member = *found;
    } else if (checked.group == nullptr) {
        if (const auto errc = group_commands::check_new(batch, command.group, groups_to_come); errc != Errc::ok)
            return errc;
    } else if (!checked.group->members.empty()) {
        return Errc::group_not_empty;
    }

    for (const auto& entry : command.offsets) {
        const auto partition = partition_of(batch, command.group, entry);
        checked.partitions.push_back(partition.has_value() ? *partition : StreamPartition{});
        auto errc = partition.has_value() ? Errc::ok : partition.error();
        if (errc == Errc::ok && member != nullptr)
            errc = check_fence(*checked.group, *member, command.generation, *partition);
        checked.results.push_back(errc);
    }
    return checked;
}

void execute(Batch& batch, const CommitOffsets& command, const Checked& checked) {
    const auto& results = checked.results;
    if (std::find(results.begin(), results.end(), Errc::ok) == results.end()) return;
    auto* group = checked.group;
    // Another commit of the same transaction may have made it meanwhile.
    if (group == nullptr) {
        const auto found = batch.groups.find(batch.transaction, command.group);
        group = found.has_value() ? *found : &group_commands::create(batch, command.group);
    }
    for (std::size_t i = 0; i < results.size(); ++i)
        if (results[i] == Errc::ok) put(batch, group->id, checked.partitions[i], command.offsets[i]);
    group_removal::note_use(batch, *group);
    batch.groups_changed = true;
}

Answer commit(Batch& batch, const CommitOffsets& command) {
    auto checked = check(batch, command);
    if (!checked.has_value()) return refuse(checked.error());
    execute(batch, command, *checked);
    return {Errc::ok, {}, EntryResults{std::move(checked->results)}};
}

}  // namespace tern::engine::group_offsets
