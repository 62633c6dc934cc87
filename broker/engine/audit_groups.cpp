#include "broker/engine/audit_groups.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "broker/engine/agenda.hpp"
#include "broker/engine/audit_rows.hpp"
#include "broker/engine/groups.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine {
namespace {

using store::Table;

std::string text(StreamPartition partition) {
    return "partition " + std::to_string(partition.partition) + " of stream " + std::to_string(partition.stream);
}

class GroupAudit {
public:
    GroupAudit(const store::ReadTransaction& snapshot, const Group& group, std::vector<std::string>& findings)
        : snapshot_(snapshot),
          group_(group),
          findings_(findings) {}

    void run() {
        for (const auto id : group_.damaged_members) find("the row of member " + member_name(id) + " is damaged");
        const auto members = group_.members.size() + group_.damaged_members.size();
        if (group_.row.members != members)
            find("counts " + std::to_string(group_.row.members) + " members but has " + std::to_string(members));
        for (const auto& [id, member] : group_.members) check(member);
        const bool settled = std::all_of(group_.members.begin(), group_.members.end(),
                                         [](const auto& each) { return each.second.settled(); });
        if (settled != group_.row.settled && group_.damaged_members.empty()) find("says wrongly whether it is settled");
        check_offsets();
        check_agenda();
    }

private:
    void find(const std::string& what) { findings_.push_back("consumer group " + group_.row.group.name + ": " + what); }

    void check(const Member& member) {
        const auto name = "member " + member_name(member.id) + " ";
        if (member.row.changed_at > group_.row.generation) find(name + "has changed in a generation to come");
        if (!std::is_sorted(member.row.target.begin(), member.row.target.end())) find(name + "has its share unsorted");
        for (const auto& partition : member.row.target)
            if (!targets_.insert(partition).second) find(text(partition) + " is to go to two members");
        for (const auto& [partition, generation] : member.row.assigned) {
            if (!assigned_.insert(partition).second) find(text(partition) + " is assigned to two members");
            if (generation == 0 || generation > group_.row.generation)
                find(text(partition) + " was granted in a generation that was not");
        }
        if (!member.row.instance.empty() && !instances_.insert(member.row.instance).second)
            find("two members have the instance id " + member.row.instance);
    }

    void check_offsets() {
        walk(snapshot_, Table::group_offsets, keys::consumer_group(group_.id).view(),
             [&](BytesView key, const store::Value&) {
                 store::KeyReader reader(key);
                 reader.u32();
                 const auto stream = reader.u32();
                 if (snapshot_.get(Table::stream_groups, keys::stream_group(stream, group_.id).view()).absent())
                     find("has offsets on stream " + std::to_string(stream) + " which does not know of it");
             });
    }

    /// A group that nobody is in is looked at some day: else it would stay for ever.
    void check_agenda() {
        const auto due = group_.row.forget_due;
        if (due == Timestamp()) {
            if (group_.members.empty() && group_.damaged_members.empty()) find("will never be forgotten");
            return;
        }
        const auto key = store::Key()
                             .u64(keys::ordered(due))
                             .u8(static_cast<std::uint8_t>(agenda::Kind::forget_group))
                             .u32(group_.id);
        if (snapshot_.get(Table::agenda, key.view()).absent()) find("has no agenda row where its own says");
    }

    const store::ReadTransaction& snapshot_;
    const Group& group_;
    std::vector<std::string>& findings_;
    std::set<StreamPartition> targets_;
    std::set<StreamPartition> assigned_;
    std::set<std::string> instances_;
};

}  // namespace

void audit_groups(const store::ReadTransaction& snapshot, std::vector<std::string>& findings) {
    std::set<std::uint32_t> named;
    walk(snapshot, Table::catalog, store::Key().u8(static_cast<std::uint8_t>(keys::CatalogKind::group)).view(),
         [&](BytesView key, const store::Value& value) {
             const auto id = load_little<std::uint32_t>(value.bytes().data());
             named.insert(id);
             const auto group = read_group(snapshot, id);
             store::KeyReader reader(key);
             reader.u8();
             const GroupName name{reader.text(), Bytes(reader.rest())};
             if (!group.has_value() || group->row.group != name) {
                 findings.push_back("consumer group " + name.name + ": its row is missing or damaged");
             } else {
                 GroupAudit(snapshot, *group, findings).run();
             }
         });
    if (named.size() != snapshot.rows(Table::groups))
        findings.push_back("there are rows of consumer groups that have no name");
    walk(snapshot, Table::group_members, {}, [&](BytesView key, const store::Value& value) {
        const auto group = store::KeyReader(key).u32();
        if (value && !named.contains(group))
            findings.push_back("there are members of consumer group " + std::to_string(group) + ", which has no name");
    });
}

}  // namespace tern::engine
