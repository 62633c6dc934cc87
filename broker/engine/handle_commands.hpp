#pragma once

#include "broker/engine/answers.hpp"
#include "broker/engine/batch.hpp"

/// Commands that name messages by their receipt handles: one status an entry.
namespace tern::engine {

Answer delete_messages(Batch& batch, const DeleteMessages& command);
Answer change_visibility(Batch& batch, const ChangeVisibility& command);
void give_back_messages(Batch& batch, const GiveBackMessages& command);

}  // namespace tern::engine
