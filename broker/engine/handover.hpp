#pragma once

#include <cstdint>
#include <vector>

#include "broker/engine/answers.hpp"
#include "broker/engine/batch.hpp"
#include "broker/engine/group.hpp"

/// How partitions of a consumer group change hands, one by one: who should give one up is told so, says that it no
/// longer works on it, and only then it is granted to who should have it.
namespace tern::engine::handover {

/// The member knows what it was told last, and works on nothing but `owned`: what it should not have beside that is
/// free. True when something is.
bool let_go(Batch& batch, const Group& group, Member& member, const std::vector<PartitionSet>& owned);

/// Computes who should have what, if that is stale, grants what is free, and writes what has changed.
/// Answers the members whom there is something new to be told.
std::vector<std::uint64_t> settle(Batch& batch, Group& group);

GroupAssignment assignment_of(const Group& group, const Member& member);

}  // namespace tern::engine::handover
