#pragma once

#include <cstddef>

#include "tern_generated.h"

namespace tern::native {

/// How many bytes a request gives us to copy or to store, at least, or as much as takes as long. In FlatBuffers many
/// entries may point to the same bytes, so this can be far more than the frame is long: a thousand publications of the
/// same 16 MiB, or all partitions of a hundred streams by one list.
std::size_t told_bytes(const protocol::wire::Request& request);

}  // namespace tern::native
