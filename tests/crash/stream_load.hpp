#pragma once

#include <atomic>
#include <cstdint>

#include "tests/crash/load.hpp"

namespace tern::crash {

inline constexpr const char* shared_stream = "events";
inline constexpr std::uint32_t shared_partitions = 4;

/// Makes the streams that the parts below share.
void make_shared_streams(std::uint16_t port);

/// One connection that appends (with a producer's stamp and without, some batches twice), truncates, commits offsets,
/// comes and goes as a member of a group, and does transactions across queues, streams and groups.
void run_stream_worker(const LoadOptions& options, std::uint32_t number);

/// One connection that reads at the ends of the shared stream as soon as there is something, until `done`.
void run_watcher(const LoadOptions& options, std::uint32_t number, const std::atomic<bool>& done);

}  // namespace tern::crash
