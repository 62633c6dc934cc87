#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/record_batch.hpp"
#include "tests/crash/spans.hpp"

/// What clients asked of streams, groups and transactions, and were told.
namespace tern::crash {

struct PartitionKey {
    std::string stream;
    std::uint32_t partition = 0;

    auto operator<=>(const PartitionKey&) const = default;
};
/// "orders/0"
inline std::string text_of(const PartitionKey& key) {
    return key.stream + "/" + std::to_string(key.partition);
}

struct OffsetKey {
    std::string group;
    PartitionKey partition;

    auto operator<=>(const OffsetKey&) const = default;
};

/// A record batch without its base offset, which is the broker's: what its producer sent, byte for byte.
inline std::string_view content_of(std::string_view batch) {
    return batch.substr(sizeof(std::int64_t));
}

/// One try to append a batch; a producer's stamp allows more than one.
struct AppendAttempt {
    Span span;
    /// As the answer told, whether it was a repetition or not.
    std::optional<std::uint64_t> base_offset;
};
struct SentBatch {
    PartitionKey partition;
    protocol::ProducerStamp producer;
    std::uint64_t records = 0;
    std::vector<AppendAttempt> attempts;
};

/// A batch that a fetch has shown, and when first.
struct ShownBatch {
    Position first = never;
    std::string content;
    std::uint64_t next_offset = 0;
};

struct StreamHistory {
    std::uint32_t partitions = 0;
    Span created;
    std::vector<Span> removals;
};

struct PartitionHistory {
    /// The offsets below which records were to be removed.
    std::vector<Setting> truncations;
    /// By base offset.
    std::map<std::uint64_t, ShownBatch> shown;
    /// The ends that fetches told, each greater than those before.
    std::vector<std::pair<Position, std::uint64_t>> ends;
};

struct MemberHistory {
    Span joined;
    std::vector<Span> leaves;
};
struct GroupHistory {
    std::map<std::string, MemberHistory> members;
    /// The generations that members were told, each greater than those before.
    std::vector<std::pair<Position, std::uint32_t>> generations;
};

/// Several things or none; each of them is noted with what it changes, too.
struct TransactionHistory {
    Span span;
    /// Names of messages.
    std::vector<std::string> deletes;
    std::vector<std::string> sends;
    /// Contents of batches.
    std::vector<std::string> appends;
    std::vector<std::pair<OffsetKey, std::int64_t>> commits;
};

}  // namespace tern::crash
