#include "broker/engine/groups.hpp"

#include <utility>

#include "broker/base/check.hpp"
#include "broker/engine/catalog_lookup.hpp"
#include "broker/engine/queue_settings.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine {
namespace {

using store::Table;

constexpr BytesView next_group_row = "next group";

/// A number that no group has ever had; the first is 1.
std::uint32_t new_group_id(store::WriteTransaction& transaction) {
    const auto stored = transaction.get(Table::meta, next_group_row);
    const auto id = stored ? load_little<std::uint32_t>(stored.bytes().data()) : 1u;
    const auto next = id + 1;
    TERN_CHECK(next != 0);
    transaction.put(Table::meta, next_group_row, {reinterpret_cast<const char*>(&next), sizeof next});
    return id;
}

void read_members(const store::ReadTransaction& transaction, Group& group) {
    const auto prefix = keys::consumer_group(group.id);
    const auto cursor = transaction.cursor(Table::group_members);
    for (bool more = cursor->seek(prefix.view()); more && cursor->key().starts_with(prefix.view());
         more = cursor->next()) {
        const auto value = cursor->value();
        auto row = value ? decode_member_row(value.bytes()) : std::nullopt;
        const auto id = keys::sequence_of(cursor->key());
        if (!row) {
            group.damaged_members.push_back(id);
            continue;
        }
        auto& member = group.members[id];
        member.id = id;
        member.row = std::move(*row);
        member.visible = member.assigned_share();
        member.told_share = member.has_its_share();
    }
}

}  // namespace

std::optional<std::uint32_t> group_id_of(const store::ReadTransaction& transaction, const GroupName& name) {
    if (!valid_namespace(name.namespace_name)) return std::nullopt;
    return find_in_catalog(transaction, keys::CatalogKind::group, name);
}

Result<GroupRow> read_group_row(const store::ReadTransaction& transaction, std::uint32_t id) {
    const auto stored = transaction.get(Table::groups, keys::consumer_group(id).view());
    if (stored.absent()) return Errc::group_does_not_exist;
    if (stored.damaged()) return Errc::storage_damaged;
    auto row = decode_group_row(stored.bytes());
    if (!row) return Errc::storage_damaged;
    return std::move(*row);
}

Result<Group> read_group(const store::ReadTransaction& transaction, std::uint32_t id) {
    auto row = read_group_row(transaction, id);
    if (!row.has_value()) return row.error();
    Group group;
    group.id = id;
    group.row = std::move(*row);
    read_members(transaction, group);
    return group;
}

Result<Group*> Groups::find(const store::ReadTransaction& transaction, const GroupName& name) {
    if (const auto known = by_name_.find(name); known != by_name_.end()) return known->second;
    const auto id = group_id_of(transaction, name);
    if (!id) return Errc::group_does_not_exist;
    auto read = read_group(transaction, *id);
    if (!read.has_value()) return read.error();
    auto kept = std::make_unique<Group>(std::move(*read));
    auto* group = kept.get();
    by_id_[group->id] = std::move(kept);
    by_name_[name] = group;
    for (const auto member : group->damaged_members) lost_members_.push_back({name, member_name(member)});
    return group;
}

Group* Groups::find(const store::ReadTransaction& transaction, std::uint32_t id) {
    if (const auto known = by_id_.find(id); known != by_id_.end()) return known->second.get();
    const auto row = read_group_row(transaction, id);
    if (!row.has_value()) return nullptr;
    const auto kept = find(transaction, row->group);
    return kept.has_value() ? *kept : nullptr;
}

Group& Groups::add(store::WriteTransaction& transaction, GroupRow row) {
    auto kept = std::make_unique<Group>();
    kept->id = new_group_id(transaction);
    kept->row = std::move(row);
    auto* group = kept.get();
    transaction.put(Table::catalog, keys::catalog(keys::CatalogKind::group, group->row.group).view(),
                    {reinterpret_cast<const char*>(&group->id), sizeof group->id});
    save_row(transaction, *group);
    by_id_[group->id] = std::move(kept);
    by_name_[group->row.group] = group;
    return *group;
}

void Groups::remove(store::WriteTransaction& transaction, Group& group) {
    TERN_CHECK(group.members.empty());
    transaction.erase(Table::catalog, keys::catalog(keys::CatalogKind::group, group.row.group).view());
    transaction.erase(Table::groups, keys::consumer_group(group.id).view());
    by_name_.erase(group.row.group);
    by_id_.erase(group.id);
}

void Groups::save_row(store::WriteTransaction& transaction, const Group& group) {
    transaction.put(Table::groups, keys::consumer_group(group.id).view(), encode(group.row));
}

void Groups::save_member(store::WriteTransaction& transaction, const Group& group, Member& member) {
    transaction.put(Table::group_members, keys::group_member(group.id, member.id).view(), encode(member.row));
    member.dirty = false;
}

void Groups::remove_member(store::WriteTransaction& transaction, Group& group, Member& member) {
    transaction.erase(Table::group_members, keys::group_member(group.id, member.id).view());
    group.members.erase(member.id);
}

void Groups::drop_damaged_members(store::WriteTransaction& transaction, Group& group) {
    for (const auto id : std::exchange(group.damaged_members, {})) {
        transaction.erase(Table::group_members, keys::group_member(group.id, id).view());
        group.has_lost_members = true;
    }
}

}  // namespace tern::engine
