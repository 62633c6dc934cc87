#pragma once

#include <cstddef>

#include "broker/engine/answers.hpp"
#include "broker/engine/commands.hpp"

/// What the commit loop needs to know of commands and answers to keep its batches small enough.
namespace tern::runtime {

/// How many rows a command may touch, roughly.
std::size_t entries_in(const engine::Command& command);
/// What an answer holds in memory until it is durable, where that can be much.
std::size_t bytes_in(const engine::Completion& completion);
/// The stream from which the command removes records, if it is executed.
const engine::StreamName* stream_cut_by(const engine::Command& command);

}  // namespace tern::runtime
