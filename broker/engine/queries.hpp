#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/answers.hpp"
#include "broker/engine/commands.hpp"
#include "broker/store/store.hpp"

/// What can be asked without changing anything: read from a snapshot, on any thread.
namespace tern::engine {

/// Exact as of the snapshot and `now`, in constant time but for entries that have fallen due and were not counted yet,
/// of which at most a thousand are looked at.
struct QueueCounts {
    std::uint64_t visible = 0;
    std::uint64_t in_flight = 0;
    std::uint64_t delayed = 0;
    std::optional<Timestamp> oldest_sent_at;
};

struct QueueTotals {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t deleted = 0;
    std::uint64_t damaged = 0;
};

struct QueueDescription {
    QueueName queue;
    QueueSettings settings;
    std::vector<QueueTag> tags;
    QueueCounts counts;
    QueueTotals totals;
    Timestamp created_at;
    Timestamp modified_at;
};

/// Errors: queue_does_not_exist; storage_damaged.
Result<QueueDescription> describe_queue(const store::ReadTransaction& snapshot, Timestamp now, const QueueName& queue);

struct Page {
    /// 1 to 1000.
    std::int64_t entries_max = 1000;
    /// Empty for the first page.
    std::string token;
};
struct QueuePage {
    std::vector<QueueDescription> queues;
    /// Empty after the last page.
    std::string next_token;
};

/// The queues of a namespace in the order of their names.
/// Errors: page_size_invalid, page_token_invalid.
Result<QueuePage> list_queues(const store::ReadTransaction& snapshot, Timestamp now, const std::string& namespace_name,
                              const std::string& prefix, const Page& page);

struct NamePage {
    std::vector<std::string> names;
    std::string next_token;
};
/// The queues that name this one in their redrive policy.
/// Errors: queue_does_not_exist, page_size_invalid, page_token_invalid.
Result<NamePage> list_dead_letter_sources(const store::ReadTransaction& snapshot, const QueueName& queue,
                                          const Page& page);

struct PeekFilter {
    std::int64_t messages_max = 10;
    bool visible = true;
    bool in_flight = false;
    bool delayed = false;
};
/// Messages in the order in which they would be received, without touching them: no receipt handles, no counting.
/// Errors: queue_does_not_exist, peek_max_invalid.
Result<Messages> peek(const store::ReadTransaction& snapshot, Timestamp now, const QueueName& queue,
                      const PeekFilter& filter);

/// Numbers are stored: values are only ever appended.
enum class MoveStatus : std::uint8_t { running = 0, completed = 1, cancelling = 2, cancelled = 3, failed = 4 };

struct MoveTaskDescription {
    std::string task;
    QueueName source;
    std::optional<QueueName> destination;
    MoveStatus status = MoveStatus::running;
    Timestamp started_at;
    std::optional<std::int64_t> messages_per_second_max;
    std::uint64_t moved = 0;
    std::uint64_t to_move = 0;
    std::string failure;
};
/// The tasks of a source queue, newest first. Errors: move_source_does_not_exist, page_size_invalid (1 to 10).
Result<std::vector<MoveTaskDescription>> list_moves(const store::ReadTransaction& snapshot, const QueueName& source,
                                                    std::int64_t entries_max);

std::uint64_t count_queues(const store::ReadTransaction& snapshot);

}  // namespace tern::engine
