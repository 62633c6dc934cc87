#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/engine/batch.hpp"
#include "broker/engine/topic.hpp"
#include "broker/store/store.hpp"
#include "protocol/record_batch.hpp"

namespace tern::engine {

/// The topics that the engine has in hand: read when first named. Pointers stay valid until the topic is removed.
class Topics {
public:
    /// Errors: topic_does_not_exist; storage_damaged.
    Result<Topic*> find(Batch& batch, const TopicName& name);

    /// Makes a topic that does not exist yet; its row names the stream of its history already.
    Topic& add(Batch& batch, TopicRow row);
    /// Takes a topic out of the catalog. Its rows stay: see topic_removal.hpp. The reference is dead afterwards.
    void remove(Batch& batch, Topic& topic);
    /// Writes the topic's row.
    void save_row(Batch& batch, const Topic& topic);

    std::uint64_t count(const store::ReadTransaction& transaction) const {
        return transaction.rows(store::Table::topics);
    }

    /// Sees to it that the topic's subscriptions are in hand. Damaged ones are left to `tern check`.
    void read_subscriptions(Batch& batch, Topic& topic);
    /// Makes a subscription that does not exist yet; its number is the topic's next.
    Subscription& add_subscription(Batch& batch, Topic& topic, SubscriptionRow row);
    /// Its settings have changed.
    void change_subscription(Batch& batch, Topic& topic, Subscription& subscription, SubscriptionRow row);
    /// The reference is dead afterwards.
    void remove_subscription(Batch& batch, Topic& topic, Subscription& subscription);
    /// Notes that the subscription's counters must be written at the end of the batch.
    void touch(const Topic& topic, Subscription& subscription);
    void write_back(store::WriteTransaction& transaction);

    /// Where histories put record batches together; kept for its memory.
    protocol::BatchBuilder& builder() { return builder_; }

private:
    struct NameHash {
        std::size_t operator()(const TopicName& name) const {
            return std::hash<std::string_view>()(name.name) * 31 + std::hash<std::string_view>()(name.namespace_name);
        }
    };

    struct Touched {
        std::uint32_t topic = 0;
        Subscription* subscription = nullptr;
    };

    Topic& keep(Batch& batch, std::uint32_t id, TopicRow row);
    Subscription& keep(Topic& topic, std::uint32_t number, SubscriptionRow row);

    std::unordered_map<TopicName, std::unique_ptr<Topic>, NameHash> by_name_;
    std::vector<Touched> touched_;
    protocol::BatchBuilder builder_;
};

/// A random text that names a run of offsets.
std::string new_epoch(RandomSource& random);

struct StoredTopic {
    std::uint32_t id = 0;
    TopicRow row;
};
/// Reads without keeping: for queries on snapshots. Errors: topic_does_not_exist; storage_damaged.
Result<StoredTopic> read_topic(const store::ReadTransaction& transaction, const TopicName& name);
Result<StoredTopic> read_topic(const store::ReadTransaction& transaction, std::uint32_t id);
SubscriptionCounters read_subscription_counters(const store::ReadTransaction& transaction, std::uint32_t topic,
                                                std::uint32_t subscription);

}  // namespace tern::engine
