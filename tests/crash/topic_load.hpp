#pragma once

#include <atomic>
#include <cstdint>

#include "tests/crash/load.hpp"

namespace tern::crash {

/// Makes the topic that the parts below share, with a queue that gets all that is published.
void make_shared_topic(std::uint16_t port);

/// One connection that publishes, some of it twice with the same deduplication id.
void run_publisher(const LoadOptions& options, std::uint32_t number);

/// One connection that is subscribed to everything, and reads the topic's history as well, until `done`.
void run_subscriber(const LoadOptions& options, const std::atomic<bool>& done);

/// One connection of the durable subscription, which acknowledges most of what it is pushed, until `done`.
void run_member(const LoadOptions& options, const std::atomic<bool>& done);

}  // namespace tern::crash
