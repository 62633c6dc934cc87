#pragma once

#include <cstdint>
#include <string_view>

#include "tools/bench/requester.hpp"

namespace tern::bench {

/// Reads fetched batches as a consumer must before it trusts them: each checksum is computed, and each batch must
/// begin where the one before it ended, the first at `offset`. Moves `offset` behind the last one.
/// Errors: throws BenchError for damage and for gaps.
Done scan_batches(std::string_view batches, std::uint64_t& offset);

}  // namespace tern::bench
