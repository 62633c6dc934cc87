#pragma once

#include <cstddef>

#include "broker/engine/answers.hpp"
#include "broker/engine/batch.hpp"

/// Commands that name messages by their receipt handles: one status an entry.
namespace tern::engine {

Answer delete_messages(Batch& batch, const DeleteMessages& command);
/// Whether all messages are still held by these receipt handles (kind::check_held): ok, or the first refusal, and then
/// `entry` is its number; for an error of the whole command `entry` is the number of entries.
Errc check_held(Batch& batch, const DeleteMessages& command, std::size_t& entry);
Answer change_visibility(Batch& batch, const ChangeVisibility& command);
void give_back_messages(Batch& batch, const GiveBackMessages& command);

}  // namespace tern::engine
