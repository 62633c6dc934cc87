#pragma once

namespace tern {

/// Ends the process with the place and the condition. Used for our own bugs only, in every build.
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace tern

#define TERN_CHECK(condition) \
    (static_cast<bool>(condition) ? void(0) : ::tern::check_failed(#condition, __FILE__, __LINE__))
