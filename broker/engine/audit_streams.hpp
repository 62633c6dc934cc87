#pragma once

#include <string>
#include <vector>

#include "broker/store/store.hpp"

namespace tern::engine {

/// The part of audit (audit.hpp) that looks at streams: offsets without gaps, counters that count what is there, times
/// that hold, nothing left of a stream that is gone unless its removal is under way.
void audit_streams(const store::ReadTransaction& snapshot, std::vector<std::string>& findings);

}  // namespace tern::engine
