#pragma once

#include <cstddef>
#include <cstdint>

#include "broker/engine/answers.hpp"
#include "broker/engine/commands.hpp"
#include "broker/engine/engine.hpp"

/// What the commit loop needs to know of commands and answers to keep its batches small enough.
namespace tern::runtime {

/// How many rows a command may touch, roughly.
std::size_t entries_in(const engine::Command& command);
/// What an answer holds in memory until it is durable, where that can be much.
std::size_t bytes_in(const engine::Completion& completion);
/// The stream from which the command removes records, if it is executed.
const engine::StreamName* stream_cut_by(const engine::Command& command);

/// What all deliveries of publications into queues so far made the store write, pages that it copies included.
std::uint64_t fan_out_bytes(const engine::EngineCounters& counters);

}  // namespace tern::runtime
