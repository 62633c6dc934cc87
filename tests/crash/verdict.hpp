#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "tests/crash/history.hpp"
#include "tests/crash/restart.hpp"

namespace tern::crash {

/// What can be wrong after a power cut.
enum class Wrong : std::uint8_t {
    damaged,      // the file cannot be opened, or does not fit together
    lost,         // an acknowledged send, append or publication, or a queue, stream, member or topic, is not there
    resurrected,  // something is there whose removal was acknowledged
    unexpected,   // something is there that nobody asked for, or not as it was sent
    disordered,   // a FIFO group or a producer's batches are in another order than sent; offsets have a gap
    forgotten,    // another acknowledged change does not hold: a receive, a visibility, a setting, a committed offset
    repeated,     // a batch or a publication is there twice
    torn,         // a transaction holds by half, or a publication without its messages and value
    vanished,     // records or publications are not there that somebody has seen
};
inline constexpr std::size_t wrong_count = 9;
const char* name_of(Wrong wrong);

using Findings = std::vector<std::pair<Wrong, std::string>>;

/// Holds what a restart found against what had been asked for and acknowledged when the power went, at `at`.
Findings judge(const Found& found, const History& history, Position at);

}  // namespace tern::crash
