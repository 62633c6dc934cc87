#pragma once

#include <cstdint>
#include <vector>

#include "broker/engine/answers.hpp"
#include "broker/engine/batch.hpp"
#include "broker/engine/group.hpp"

/// How far consumer groups have come. An offset is the next one to be read; it is not held against what the partition
/// holds, as retention may have removed it and a commit may name any place to go on from.
namespace tern::engine::group_offsets {

/// A commit that can be executed in the same batch.
struct Checked {
    /// Null: the group is made by the commit.
    Group* group = nullptr;
    /// One an entry, in their order.
    std::vector<Errc> results;
    /// Where an entry leads, if its result is ok.
    std::vector<StreamPartition> partitions;
};

/// Changes nothing. `groups_to_come`: how many more groups the same transaction makes.
/// Errors: batch_empty, batch_too_long; namespace_invalid, group_name_invalid, too_many_groups; group_member_unknown,
/// group_member_fenced; group_not_empty for a commit without a member's name; storage_damaged. Results of the entries:
/// stream_does_not_exist, partition_does_not_exist, offset_metadata_too_long, partition_not_assigned,
/// group_generation_stale.
Result<Checked> check(Batch& batch, const CommitOffsets& command, std::size_t groups_to_come = 0);
/// Stores the offsets of the entries whose results are ok.
void execute(Batch& batch, const CommitOffsets& command, const Checked& checked);

/// Errors: as check; EntryResults otherwise.
Answer commit(Batch& batch, const CommitOffsets& command);

}  // namespace tern::engine::group_offsets
