#include "broker/engine/group_removal.hpp"

#include <algorithm>
#include <vector>

#include "broker/engine/agenda.hpp"
#include "broker/engine/groups.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine::group_removal {
namespace {

using store::Table;

Milliseconds use_step(const Batch& batch) {
    return std::min(use_step_max, batch.limits.group_offsets_retention / 8);
}

void look_later(Batch& batch, Group& group) {
    const auto kept = batch.limits.group_offsets_retention + use_step(batch);
    group.row.forget_due = agenda::rounded_up(group.row.used_at + kept);
    agenda::add(batch.transaction, group.row.forget_due, agenda::Kind::forget_group,
                keys::consumer_group(group.id).view());
}

void leave_agenda(Batch& batch, const Group& group) {
    if (group.row.forget_due == Timestamp()) return;
    agenda::remove(batch.transaction,
                   {group.row.forget_due, agenda::Kind::forget_group, Bytes(keys::consumer_group(group.id).view())});
}

/// True when no row is left.
bool erase_some(Batch& batch, Table table, std::uint32_t group) {
    std::vector<Bytes> rows;
    const auto prefix = keys::consumer_group(group);
    bool all = true;
    {
        const auto cursor = batch.transaction.cursor(table);
        for (bool more = cursor->seek(prefix.view()); more; more = cursor->next()) {
            if (!cursor->key().starts_with(prefix.view())) break;
            if (!batch.take_due_work()) {
                all = false;
                break;
            }
            rows.emplace_back(cursor->key());
        }
    }
    for (const auto& row : rows) {
        batch.transaction.erase(table, row);
        if (table != Table::group_offsets) continue;
        store::KeyReader key(row);
        key.u32();
        batch.transaction.erase(Table::stream_groups, keys::stream_group(key.u32(), group).view());
    }
    return all;
}

void abandon(Batch& batch, std::uint32_t group) {
    agenda::add(batch.transaction, batch.now, agenda::Kind::remove_group, keys::consumer_group(group).view());
}

}  // namespace

void note_use(Batch& batch, Group& group) {
    if (batch.now - group.row.used_at < use_step(batch)) return;
    group.row.used_at = batch.now;
    batch.groups.save_row(batch.transaction, group);
}

void watch(Batch& batch, Group& group) {
    group.row.used_at = batch.now;
    if (group.row.forget_due == Timestamp()) look_later(batch, group);
    batch.groups.save_row(batch.transaction, group);
}

void look(Batch& batch, std::uint32_t id, Timestamp due) {
    auto* group = batch.groups.find(batch.transaction, id);
    if (group == nullptr || group->row.forget_due != due) return;
    group->row.forget_due = {};
    if (group->members.empty()) {
        const auto kept = batch.limits.group_offsets_retention + use_step(batch);
        if (group->row.used_at + kept <= batch.now) return remove(batch, *group);
        look_later(batch, *group);
    }
    batch.groups.save_row(batch.transaction, *group);
}

void remove(Batch& batch, Group& group) {
    const auto id = group.id;
    leave_agenda(batch, group);
    batch.groups.remove(batch.transaction, group);
    abandon(batch, id);
}

void go_on(Batch& batch, std::uint32_t group) {
    if (!erase_some(batch, Table::group_offsets, group) || !erase_some(batch, Table::group_members, group))
        abandon(batch, group);
}

}  // namespace tern::engine::group_removal
