#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tools/bench/clock.hpp"

/// What a measured publication carries: a mark, and when it was published, as text that stays as it is in every
/// encoding. So a reader needs to understand no message to count what arrives.
namespace tern::bench {

inline constexpr std::string_view publication_mark = "@tern-bench:";
/// Hexadecimal digits of the moment.
inline constexpr std::size_t mark_time_bytes = 16;
inline constexpr std::size_t mark_bytes = publication_mark.size() + mark_time_bytes;

/// Data of so many bytes, at least mark_bytes, whose moment is to be written.
std::string marked_data(std::size_t bytes);

/// Writes the moment over `digits`, which are mark_time_bytes.
void write_mark_time(char* digits, Instant moment);
Instant read_mark_time(const char* digits);

/// Calls `see(where the digits begin)` for each mark in the bytes.
template <class See>
void each_mark(std::string_view bytes, See see) {
    for (auto at = bytes.find(publication_mark); at != bytes.npos; at = bytes.find(publication_mark, at)) {
        at += publication_mark.size();
        if (at + mark_time_bytes > bytes.size()) return;
        see(at);
    }
}

}  // namespace tern::bench
