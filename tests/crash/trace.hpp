#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tests/crash/trace_format.hpp"

namespace tern::crash {

/// A moment of the recorded run: so many records had been written.
using Position = std::size_t;

struct TraceEntry {
    Record record;
    std::string_view payload;
};

/// What the recorder wrote, whole in memory.
class Trace {
public:
    /// A last record that is cut off, since the broker was killed, is left out.
    /// Errors: throws std::runtime_error when there is none, or when it holds what the recorder could not see into.
    explicit Trace(const std::string& file);

    std::size_t size() const { return entries_.size(); }
    const TraceEntry& operator[](Position at) const { return entries_[at]; }
    std::size_t count(Event event) const;

private:
    std::string bytes_;
    std::vector<TraceEntry> entries_;
};

}  // namespace tern::crash
