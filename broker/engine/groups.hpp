#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/engine/engine.hpp"
#include "broker/engine/group.hpp"
#include "broker/store/store.hpp"

namespace tern::engine {

/// The consumer groups that the engine has in hand: read, with their members, when first named. Pointers stay valid
/// until the group is removed.
class Groups {
public:
    /// Errors: group_does_not_exist; storage_damaged.
    Result<Group*> find(const store::ReadTransaction& transaction, const GroupName& name);
    /// The same by number; null when there is no such group or its row is damaged.
    Group* find(const store::ReadTransaction& transaction, std::uint32_t id);

    /// One that was found before and has not been removed.
    Group& in_hand(std::uint32_t id) const { return *by_id_.at(id); }

    /// Makes a group that does not exist yet.
    Group& add(store::WriteTransaction& transaction, GroupRow row);
    /// Takes a group without members out of the catalog. Its offsets stay: see group_offsets.hpp. The reference is dead
    /// afterwards.
    void remove(store::WriteTransaction& transaction, Group& group);
    void save_row(store::WriteTransaction& transaction, const Group& group);
    void save_member(store::WriteTransaction& transaction, const Group& group, Member& member);
    /// The member's reference is dead afterwards.
    void remove_member(store::WriteTransaction& transaction, Group& group, Member& member);
    /// Takes out of the group whoever's row is damaged; nothing else tells that somebody was there.
    void drop_damaged_members(store::WriteTransaction& transaction, Group& group);
    /// Members whose rows were found damaged since this was last called.
    std::vector<LostMember> take_lost_members() { return std::exchange(lost_members_, {}); }

    std::uint64_t count(const store::ReadTransaction& transaction) const {
        return transaction.rows(store::Table::groups);
    }

private:
    struct NameHash {
        std::size_t operator()(const GroupName& name) const {
            return std::hash<std::string_view>()(name.name) * 31 + std::hash<std::string_view>()(name.namespace_name);
        }
    };

    std::unordered_map<GroupName, Group*, NameHash> by_name_;
    std::unordered_map<std::uint32_t, std::unique_ptr<Group>> by_id_;
    std::vector<LostMember> lost_members_;
};

/// Reads without keeping: for queries on snapshots. Errors: group_does_not_exist; storage_damaged when the group's own
/// row is. A member whose row is damaged is among the damaged ones only: it is unknown, and joins again.
Result<Group> read_group(const store::ReadTransaction& transaction, std::uint32_t id);
/// The group's own row only.
Result<GroupRow> read_group_row(const store::ReadTransaction& transaction, std::uint32_t id);
std::optional<std::uint32_t> group_id_of(const store::ReadTransaction& transaction, const GroupName& name);

}  // namespace tern::engine
