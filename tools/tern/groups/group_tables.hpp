#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tern/group.hpp"

/// What there is to see about consumer groups, without the command line.
namespace tern::cli {

/// "0-3, 7": ranges of numbers in order.
std::string ranges_of(std::vector<std::uint32_t> numbers);

/// "events 0-3, orders 1": what is assigned to a member.
std::string shown_assignment(const std::vector<PartitionSet>& assigned);

/// A partition that a group has to do with: something was committed there, or a member works on it.
struct GroupPartition {
    CommittedOffset offset;
    /// The member's id; empty when nobody works on it.
    std::string member;
};
/// By stream and partition.
std::vector<GroupPartition> partitions_of(const GroupDescription& group);

}  // namespace tern::cli
