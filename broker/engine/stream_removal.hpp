#pragma once

#include <cstdint>

#include "broker/engine/batch.hpp"

/// A deletion takes a stream out of the catalog in constant time; the rows under its number are erased here, a bounded
/// number of pages a batch: blocks, times, producers, partitions, and the offsets that consumer groups committed.
namespace tern::engine::stream_removal {

/// Leaves the rows of a stream to be erased.
void abandon(Batch& batch, std::uint32_t stream);
/// Erases some of them; arranges to go on when there are more.
void go_on(Batch& batch, std::uint32_t stream);

}  // namespace tern::engine::stream_removal
