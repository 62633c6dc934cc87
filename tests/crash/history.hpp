#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/crash/names.hpp"
#include "tests/crash/spans.hpp"
#include "tests/crash/stream_history.hpp"
#include "tests/crash/topic_history.hpp"
#include "tests/crash/trace.hpp"

/// What clients asked for and were told, read from the bytes on their connections.
namespace tern::crash {

struct SentMessage {
    std::string queue;
    std::string body;
    std::string group;
    Span sent;
    /// 0 while not told.
    std::uint64_t sequence = 0;
    std::vector<Span> receives;
    std::vector<Span> deletes;
    /// For how long it is out of sight, by receives and changes of visibility.
    std::vector<Setting> visibility;
};

struct QueueHistory {
    bool fifo = false;
    Span created;
    std::vector<Span> removals;
    std::vector<Span> purges;
    /// Its own visibility timeout.
    std::vector<Setting> visibility;
};

struct History {
    std::map<std::string, QueueHistory> queues;
    /// By the part of the body before the first '|'.
    std::map<std::string, SentMessage> messages;
    std::map<std::string, StreamHistory> streams;
    std::map<PartitionKey, PartitionHistory> partitions;
    /// By their content (content_of).
    std::map<std::string, SentBatch, std::less<>> batches;
    std::map<std::string, GroupHistory> groups;
    /// None was committed until the first one was: -1.
    std::map<OffsetKey, std::vector<Setting>> offsets;
    std::vector<TransactionHistory> transactions;
    std::map<std::string, TopicHistory> topics;
    /// By the part of the data before the first '|'.
    std::map<std::string, SentPublication> publications;
    std::size_t requests = 0;
    std::size_t acknowledgements = 0;
    std::size_t refusals = 0;

    /// How many batches fetches have shown.
    std::size_t shown() const;
    /// How many publications were acknowledged to durable subscriptions.
    std::size_t done_with() const;
    /// How many publications subscribers and readers of histories have seen.
    std::size_t seen() const;
};

/// Errors: throws std::runtime_error when the bytes are not what the load writes.
History read_history(const Trace& trace);

}  // namespace tern::crash
