#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/crash/history.hpp"

namespace tern::crash {

/// A message as a restarted broker shows it.
struct FoundMessage {
    std::string body;
    std::string group;
    std::uint64_t sequence = 0;
    std::uint32_t receive_count = 0;
    /// How long after it was sent it can be received (again).
    std::int64_t hours = 0;
};

struct FoundQueue {
    /// Its own visibility timeout.
    std::int64_t visibility_hours = 0;
    std::vector<FoundMessage> messages;
    /// The names of all messages in the order in which receives gave them out.
    std::vector<std::string> received;
};

/// A record batch as a restarted broker serves it.
struct FoundBatch {
    std::uint64_t base_offset = 0;
    std::uint64_t next_offset = 0;
    protocol::ProducerStamp producer;
    std::string content;
};

struct FoundPartition {
    std::uint64_t start_offset = 0;
    std::uint64_t end_offset = 0;
    /// In the order in which they are served.
    std::vector<FoundBatch> batches;
};

struct FoundGroup {
    std::uint32_t generation = 0;
    std::set<std::string> members;
};

struct FoundPublication {
    std::uint64_t offset = 0;
    std::string subject;
    std::string data;
};
struct FoundTopic {
    std::uint64_t start_offset = 0;
    std::uint64_t end_offset = 0;
    /// In the order in which they are served.
    std::vector<FoundPublication> publications;
    /// The last value of each subject.
    std::map<std::string, FoundPublication> values;
    /// The names of all messages in the queues that are subscribed.
    std::map<std::string, std::multiset<std::string>> queues;
    /// The names of what waits for the durable subscription, if it is there.
    std::optional<std::multiset<std::string>> waiting = {};
};

/// What is there after a restart.
struct Found {
    /// Sentences of `tern check`, of the audit, and of the start itself: empty when all is well.
    std::vector<std::string> faults;
    std::map<std::string, FoundQueue> queues;
    /// The partitions of each stream, in order.
    std::map<std::string, std::vector<FoundPartition>> streams;
    std::map<std::string, FoundGroup> groups;
    std::map<OffsetKey, std::int64_t> offsets;
    std::map<std::string, FoundTopic> topics;
};

/// Starts the broker's own store and engine on the folder, shows what is there, and then receives, deletes and
/// truncates everything a day later, when every visibility timeout has passed.
Found restart_on(const std::string& folder, const History& history);

}  // namespace tern::crash
