#pragma once

#include <string>
#include <vector>

#include "broker/store/store.hpp"

namespace tern::engine {

/// Walks everything and lists in sentences what does not fit together: a message that nothing leads to, an entry
/// without its message, counters that do not count what is there. Empty when all is well. For tests and `tern check`:
/// it takes as long as there are rows.
std::vector<std::string> audit(const store::ReadTransaction& snapshot);

}  // namespace tern::engine
