#pragma once

#include "broker/store/store.hpp"
#include "tests/crash/restart.hpp"

namespace tern::crash {

/// Shows the topics that the history names with their publications, last values, and what is in the queues behind.
void show_topics(const store::ReadTransaction& snapshot, Timestamp now, const History& history, Found& found);

}  // namespace tern::crash
