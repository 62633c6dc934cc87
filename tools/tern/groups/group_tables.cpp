#include "tools/tern/groups/group_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace tern::cli {

std::string ranges_of(std::vector<std::uint32_t> numbers) {
    std::ranges::sort(numbers);
    std::string shown;
    for (std::size_t first = 0; first < numbers.size();) {
        std::size_t last = first;
        while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
        if (!shown.empty()) shown += ", ";
        shown += std::to_string(numbers[first]);
        if (last > first) shown += fmt::format("-{}", numbers[last]);
        first = last + 1;
    }
    return shown;
}

std::string shown_assignment(const std::vector<PartitionSet>& assigned) {
    std::string shown;
    for (const auto& [stream, partitions] : assigned) {
        if (partitions.empty()) continue;
        if (!shown.empty()) shown += "; ";
        shown += fmt::format("{} {}", stream, ranges_of(partitions));
    }
    return shown.empty() ? "-" : shown;
}

std::vector<GroupPartition> partitions_of(const GroupDescription& group) {
    std::map<std::pair<std::string, std::uint32_t>, GroupPartition> rows;
    for (const auto& offset : group.offsets) rows[{offset.stream, offset.partition}].offset = offset;
    for (const auto& member : group.members) {
        for (const auto& [stream, partitions] : member.assigned) {
            for (const auto partition : partitions) {
                auto& row = rows[{stream, partition}];
                row.offset.stream = stream;
                row.offset.partition = partition;
                row.member = member.member;
            }
        }
    }
    std::vector<GroupPartition> partitions;
    for (auto& [place, row] : rows) partitions.push_back(std::move(row));
    return partitions;
}

}  // namespace tern::cli
