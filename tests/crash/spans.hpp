#pragma once

#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "tests/crash/trace.hpp"

/// When commands happened, as far as their sender can know.
namespace tern::crash {

inline constexpr Position never = std::numeric_limits<Position>::max();

/// When a command was asked for (its last byte had come) and when it was acknowledged (the call that sends the last
/// byte of its answer was made). In between, and if it was never answered, it may have happened or not.
struct Span {
    Position requested = never;
    Position acknowledged = never;

    /// At a power cut at `at`: it must have happened; it may have.
    bool surely_before(Position at) const { return acknowledged < at; }
    bool perhaps_before(Position at) const { return requested < at; }
};

bool any_surely(const std::vector<Span>& spans, Position at);
bool any_perhaps(const std::vector<Span>& spans, Position at);

/// Something that gives a value; of several the last one holds. Times are hours here, so that the run itself takes no
/// time.
struct Setting {
    Span span;
    std::int64_t value = 0;
};

/// The values that may hold: of commands that may have happened and that no other surely came after.
std::set<std::int64_t> possible(const std::vector<Setting>& settings, Position at);
/// "1 or 2 or 3"
std::string alternatives(const std::set<std::int64_t>& values);

}  // namespace tern::crash
