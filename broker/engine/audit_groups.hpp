#pragma once

#include <string>
#include <vector>

#include "broker/store/store.hpp"

namespace tern::engine {

/// Compares the tables of consumer groups with each other, and with the streams: what audit.hpp says, for groups. Adds
/// one sentence for each thing found.
void audit_groups(const store::ReadTransaction& snapshot, std::vector<std::string>& findings);

}  // namespace tern::engine
