#pragma once

#include <cstdint>

#include "broker/engine/batch.hpp"

/// A purge or a deletion takes a queue's storage id away in constant time; the rows under it are erased here, a bounded
/// number a batch.
namespace tern::engine::removal {

/// Leaves the rows under a storage id to be erased.
void abandon(Batch& batch, std::uint32_t storage);
/// Erases some of them; arranges to go on when there are more.
void go_on(Batch& batch, std::uint32_t storage);

}  // namespace tern::engine::removal
