#pragma once

#include <string>
#include <vector>

#include "broker/engine/batch.hpp"
#include "broker/engine/group.hpp"

/// What commands about consumer groups check, each without changing anything.
namespace tern::engine::group_commands {

/// What is wrong with the command itself. Errors: those of Membership::join that need no look at the group.
Errc check(const JoinGroup& command);

/// The member of that name. Errors: group_member_fenced when another process has joined under its instance id since;
/// group_member_unknown.
Result<Member*> find_member(Group& group, const std::string& name);

/// The member that joins again or whose instance is taken over; null when it is a new one. Errors: as find_member.
Result<Member*> find_joining(Group& group, const JoinGroup& command);

/// Errors: group_strategy_differs, too_many_members.
Errc check_room(const Group& group, const Member* joining, const JoinGroup& command);

/// Names as a member row keeps them: ascending, each once.
std::vector<std::string> subscription_of(const JoinGroup& command);

/// Makes a group that does not exist yet.
Group& create(Batch& batch, const GroupName& name);
/// Errors: namespace_invalid, group_name_invalid, too_many_groups when it would be one more than allowed.
Errc check_new(const Batch& batch, const GroupName& name, std::size_t others_to_come = 0);

}  // namespace tern::engine::group_commands
