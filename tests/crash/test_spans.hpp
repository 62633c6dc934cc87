#pragma once

#include "tests/crash/spans.hpp"

/// When things happen in the tests of those who judge.
namespace tern::crash {

/// What happened until here is in the image.
inline constexpr Position cut = 100;
inline constexpr Span before{10, 20};
inline constexpr Span underway{90, 110};
inline constexpr Span after{150, 160};

}  // namespace tern::crash
