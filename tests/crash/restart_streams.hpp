#pragma once

#include "broker/store/store.hpp"
#include "tests/crash/restart.hpp"

namespace tern::crash {

/// Shows streams with all their records, groups with their members, and offsets, of all that the history names.
void show_streams(const store::ReadTransaction& snapshot, const History& history, Found& found);

}  // namespace tern::crash
