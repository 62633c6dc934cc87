#include "broker/engine/group_commands.hpp"

#include <algorithm>

#include "broker/engine/group_removal.hpp"
#include "broker/engine/groups.hpp"
#include "broker/engine/queue_settings.hpp"
#include "broker/engine/stream_settings.hpp"
#include "protocol/limits.hpp"

namespace tern::engine::group_commands {

Errc check(const JoinGroup& command) {
    if (!valid_namespace(command.group.namespace_name)) return Errc::namespace_invalid;
    if (!valid_group_name(command.group.name)) return Errc::group_name_invalid;
    if (!command.instance.empty() && !valid_instance_id(command.instance)) return Errc::instance_id_invalid;
    if (command.streams.empty() || command.streams.size() > protocol::group_streams_max)
        return Errc::group_subscription_invalid;
    if (!std::all_of(command.streams.begin(), command.streams.end(), valid_stream_name))
        return Errc::stream_name_invalid;
    const auto timeout = command.session_timeout.count();
    if (timeout < protocol::session_timeout_ms_min || timeout > protocol::session_timeout_ms_max)
        return Errc::session_timeout_invalid;
    return Errc::ok;
}

Result<Member*> find_member(Group& group, const std::string& name) {
    const auto number = member_number(name);
    const auto found = group.members.find(number);
    if (found != group.members.end()) return &found->second;
    for (const auto& [id, member] : group.members) {
        const auto& earlier = member.row.predecessors;
        if (number != 0 && std::find(earlier.begin(), earlier.end(), number) != earlier.end())
            return Errc::group_member_fenced;
    }
    return Errc::group_member_unknown;
}

Result<Member*> find_joining(Group& group, const JoinGroup& command) {
    if (!command.member.empty()) {
        const auto found = find_member(group, command.member);
        if (found.has_value() && (*found)->row.instance != command.instance) return Errc::group_member_unknown;
        return found;
    }
    if (command.instance.empty()) return nullptr;
    for (auto& [id, member] : group.members)
        if (member.row.instance == command.instance) return &member;
    return nullptr;
}

Errc check_room(const Group& group, const Member* joining, const JoinGroup& command) {
    const auto others = group.members.size() - (joining == nullptr ? 0 : 1);
    if (others > 0 && group.row.strategy != command.strategy) return Errc::group_strategy_differs;
    if (others >= protocol::group_members_max) return Errc::too_many_members;
    return Errc::ok;
}

std::vector<std::string> subscription_of(const JoinGroup& command) {
    auto streams = command.streams;
    std::sort(streams.begin(), streams.end());
    streams.erase(std::unique(streams.begin(), streams.end()), streams.end());
    return streams;
}

Group& create(Batch& batch, const GroupName& name) {
    GroupRow row;
    row.group = name;
    row.created_at = row.used_at = batch.now;
    auto& group = batch.groups.add(batch.transaction, std::move(row));
    group_removal::watch(batch, group);
    return group;
}

Errc check_new(const Batch& batch, const GroupName& name, std::size_t others_to_come) {
    if (!valid_namespace(name.namespace_name)) return Errc::namespace_invalid;
    if (!valid_group_name(name.name)) return Errc::group_name_invalid;
    const auto groups = batch.groups.count(batch.transaction) + others_to_come;
    return groups >= batch.limits.groups_max ? Errc::too_many_groups : Errc::ok;
}

}  // namespace tern::engine::group_commands
