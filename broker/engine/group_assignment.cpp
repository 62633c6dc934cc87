#include "broker/engine/group_assignment.hpp"

#include <algorithm>

#include "broker/engine/sticky_assignment.hpp"

namespace tern::engine::assignment {
namespace {

Shares assign_ranges(const Subscriptions& subscriptions, const PartitionCounts& partitions) {
    std::map<std::uint32_t, std::vector<std::size_t>> subscribers;
    for (std::size_t member = 0; member < subscriptions.size(); ++member)
        for (const auto stream : subscriptions[member]) subscribers[stream].push_back(member);

    Shares shares(subscriptions.size());
    for (const auto& [stream, members] : subscribers) {
        const auto found = partitions.find(stream);
        if (found == partitions.end()) continue;
        const auto count = static_cast<std::uint32_t>(members.size());
        std::uint32_t partition = 0;
        for (std::uint32_t place = 0; place < count; ++place) {
            const auto length = found->second / count + (place < found->second % count ? 1 : 0);
            for (std::uint32_t i = 0; i < length; ++i) shares[members[place]].push_back({stream, partition++});
        }
    }
    return shares;
}

}  // namespace

Shares assign(AssignmentStrategy strategy, const Subscriptions& subscriptions, const PartitionCounts& partitions,
              const Shares& previous) {
    if (strategy == AssignmentStrategy::range) return assign_ranges(subscriptions, partitions);
    return StickyAssignment(subscriptions, partitions).assign(previous);
}

}  // namespace tern::engine::assignment
