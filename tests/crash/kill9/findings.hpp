#pragma once

#include <cstddef>

namespace tern::crash {

/// So many sentences are kept; the others are only counted.
inline constexpr std::size_t findings_max = 20;

}  // namespace tern::crash
