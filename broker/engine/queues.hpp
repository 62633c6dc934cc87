#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/engine/commands.hpp"
#include "broker/engine/hidden_counts.hpp"
#include "broker/engine/queue.hpp"
#include "broker/store/store.hpp"

namespace tern::engine {

/// The queues that the engine has in hand: read when first named, written back once a batch. Pointers stay valid until
/// the queue is removed.
class Queues {
public:
    /// Errors: queue_does_not_exist; storage_damaged.
    Result<Queue*> find(const store::ReadTransaction& transaction, const QueueName& name);
    /// The same by number; null when there is no such queue or its row is damaged.
    Queue* find(const store::ReadTransaction& transaction, std::uint32_t id);

    /// Makes a queue that does not exist yet.
    Queue& add(store::WriteTransaction& transaction, QueueRow row, Timestamp now);
    /// Takes a queue out of the catalog. Its rows stay: see removal.hpp. The reference is dead afterwards.
    void remove(store::WriteTransaction& transaction, Queue& queue);
    /// Writes the settings and tags of a queue.
    void save_row(store::WriteTransaction& transaction, const Queue& queue);
    /// Notes that the counters must be written at the end of the batch.
    void touch(Queue& queue);
    /// The queues that write_back will write.
    const std::vector<Queue*>& touched() const { return dirty_; }
    void write_back(store::WriteTransaction& transaction);

    /// A storage id that was never used.
    std::uint32_t new_storage(store::WriteTransaction& transaction);
    /// Without those of durable subscriptions.
    std::uint64_t count(const store::ReadTransaction& transaction) const {
        return transaction.rows(store::Table::queues) - hidden_counts::read(transaction, hidden_counts::queues_row);
    }

private:
    struct NameHash {
        std::size_t operator()(const QueueName& name) const {
            return std::hash<std::string_view>()(name.name) * 31 + std::hash<std::string_view>()(name.namespace_name);
        }
    };

    std::unordered_map<QueueName, Queue*, NameHash> by_name_;
    std::unordered_map<std::uint32_t, std::unique_ptr<Queue>> by_id_;
    std::vector<Queue*> dirty_;
};

/// Reads without keeping: for queries on snapshots. Errors: queue_does_not_exist; storage_damaged.
Result<Queue> read_queue(const store::ReadTransaction& transaction, const QueueName& name);
Result<Queue> read_queue(const store::ReadTransaction& transaction, std::uint32_t id);

}  // namespace tern::engine
