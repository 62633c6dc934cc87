#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "broker/engine/group_rows.hpp"

namespace tern::engine {

/// A member of a consumer group that the engine has in hand.
struct Member {
    std::uint64_t id = 0;
    MemberRow row;
    /// What it may work on and should, ascending.
    std::vector<StreamPartition> visible;
    /// The same with the streams' names, in their order, and whether that was all of its share: what it is told.
    std::vector<PartitionSet> told;
    bool told_share = false;
    /// `told` has been put together.
    bool told_ready = false;
    /// It joined in this batch.
    bool is_new = false;
    /// The row has changed since it was last written.
    bool dirty = false;
    /// When its session expires; 0 until that is counted.
    Timestamp expires_at{};

    /// All that it should have is assigned to it.
    bool has_its_share() const { return visible.size() == row.target.size(); }
    /// The same, and it has nothing to give up.
    bool settled() const { return has_its_share() && visible.size() == row.assigned.size(); }
    const AssignedPartition* assigned(StreamPartition partition) const;
    bool should_have(StreamPartition partition) const;
    std::vector<StreamPartition> assigned_share() const;
};

/// A consumer group that the engine has in hand, with all its members.
struct Group {
    std::uint32_t id = 0;
    GroupRow row;
    std::map<std::uint64_t, Member> members;
    /// Members whose rows were found damaged, until these are erased: nobody knows any more what they had.
    std::vector<std::uint64_t> damaged_members;
    /// Some of them are erased, and the generation has not moved on yet.
    bool has_lost_members = false;
    /// Members, subscriptions or streams have changed: who should have what must be computed again.
    bool target_stale = false;
    /// The sessions of the members are counted.
    bool is_watched = false;
    /// The streams that its members want, as they are noted with Membership.
    std::set<std::string> noted_streams;
};

/// 16 hexadecimal digits.
std::string member_name(std::uint64_t member);
/// 0, which no member has, when the text is not such a name.
std::uint64_t member_number(std::string_view name);

/// 1 to 249 of A-Z a-z 0-9 . _ - : and /
bool valid_group_name(std::string_view name);
inline bool valid_instance_id(std::string_view id) {
    return valid_group_name(id);
}

}  // namespace tern::engine
