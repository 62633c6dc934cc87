#pragma once

#include <cstdint>

#include "broker/engine/batch.hpp"
#include "broker/engine/group.hpp"

/// Consumer groups that nobody uses any more are forgotten with their offsets: the group at once, its offsets in steps.
namespace tern::engine::group_removal {

/// How late the note of a group's last use may be, so that not every commit of an offset rewrites the group's row.
inline constexpr Milliseconds use_step_max = std::chrono::hours(1);

/// The group was used just now: its offsets are kept from here on.
void note_use(Batch& batch, Group& group);
/// The same, and arranges to look after EngineLimits::group_offsets_retention whether it can be forgotten. Saves its
/// row.
void watch(Batch& batch, Group& group);
/// The moment has come: forgets the group if it has no members and was not used for long enough.
void look(Batch& batch, std::uint32_t group, Timestamp due);

/// Takes a group without members away. The reference is dead afterwards.
void remove(Batch& batch, Group& group);
/// Erases some of its rows; arranges to go on when there are more.
void go_on(Batch& batch, std::uint32_t group);

}  // namespace tern::engine::group_removal
