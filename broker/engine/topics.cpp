#include "broker/engine/topics.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "broker/base/base64url.hpp"
#include "broker/base/check.hpp"
#include "broker/engine/catalog_lookup.hpp"
#include "broker/engine/filter_policy.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine {
namespace {

using store::Table;

constexpr BytesView next_topic_row = "next topic";

/// A FIFO topic without a history has numbers that grow over restarts all the same: they begin at the time in such
/// parts. More than so many publications a millisecond for the whole of a run do not occur, and the numbers stay below
/// 2^53, which is as far as a JSON reader may be able to count.
constexpr std::uint64_t run_offsets_per_ms = 1024;

std::uint32_t new_topic_id(store::WriteTransaction& transaction) {
    const auto stored = transaction.get(Table::meta, next_topic_row);
    const auto id = stored ? load_little<std::uint32_t>(stored.bytes().data()) : 1u;
    const auto next = id + 1;
    TERN_CHECK(next != 0);
    transaction.put(Table::meta, next_topic_row, {reinterpret_cast<const char*>(&next), sizeof next});
    return id;
}

std::uint32_t number_of(BytesView subscription_key) {
    store::KeyReader reader(subscription_key);
    reader.u32();
    return reader.u32();
}

/// Files a subscription in the index of its topic. A policy was checked when it was stored.
void file(Topic& topic, Subscription& subscription) {
    const auto& row = subscription.row;
    if (!row.token.empty()) topic.subscriptions_by_token[row.token] = &subscription;
    if (row.confirmed)
        topic.index.add(subscription.number,
                        {row.pattern, parse_filter_policy(row.filter_policy, row.filter_scope).policy});
}

void put(Batch& batch, const Topic& topic, const Subscription& subscription) {
    batch.transaction.put(Table::subscriptions, keys::subscription(topic.id, subscription.number).view(),
                          encode(subscription.row));
}

}  // namespace

SubscriptionCounters read_subscription_counters(const store::ReadTransaction& transaction, std::uint32_t topic,
                                                std::uint32_t subscription) {
    const auto stored = transaction.get(Table::subscription_counters, keys::subscription(topic, subscription).view());
    return stored ? decode_subscription_counters(stored.bytes()) : SubscriptionCounters{};
}

std::string new_epoch(RandomSource& random) {
    const auto bits = random.next();
    return encode_base64url({reinterpret_cast<const char*>(&bits), sizeof bits});
}

Result<StoredTopic> read_topic(const store::ReadTransaction& transaction, std::uint32_t id) {
    const auto stored = transaction.get(Table::topics, keys::topic(id).view());
    if (stored.absent()) return Errc::topic_does_not_exist;
    auto row = stored ? decode_topic_row(stored.bytes()) : std::nullopt;
    if (!row) return Errc::storage_damaged;
    return StoredTopic{id, std::move(*row)};
}

Result<StoredTopic> read_topic(const store::ReadTransaction& transaction, const TopicName& name) {
    if (!valid_namespace(name.namespace_name)) return Errc::topic_does_not_exist;
    const auto id = find_in_catalog(transaction, keys::CatalogKind::topic, name);
    if (!id) return Errc::topic_does_not_exist;
    return read_topic(transaction, *id);
}

Topic& Topics::keep(Batch& batch, std::uint32_t id, TopicRow row) {
    auto kept = std::make_unique<Topic>();
    kept->id = id;
    kept->row = std::move(row);
    kept->run_began_at = batch.now;
    if (!kept->has_history()) {
        kept->run_epoch = new_epoch(batch.random);
        if (kept->settings().fifo)
            kept->run_end_offset = static_cast<std::uint64_t>(batch.now.ms()) * run_offsets_per_ms;
    }
    auto& topic = *kept;
    by_name_[topic.row.topic] = std::move(kept);
    return topic;
}

Result<Topic*> Topics::find(Batch& batch, const TopicName& name) {
    if (const auto known = by_name_.find(name); known != by_name_.end()) return known->second.get();
    auto read = read_topic(batch.transaction, name);
    if (!read.has_value()) return read.error();
    return &keep(batch, read->id, std::move(read->row));
}

Topic& Topics::add(Batch& batch, TopicRow row) {
    auto& topic = keep(batch, new_topic_id(batch.transaction), std::move(row));
    topic.subscriptions_read = true;
    batch.transaction.put(Table::catalog, keys::catalog(keys::CatalogKind::topic, topic.row.topic).view(),
                          {reinterpret_cast<const char*>(&topic.id), sizeof topic.id});
    save_row(batch, topic);
    return topic;
}

void Topics::remove(Batch& batch, Topic& topic) {
    batch.transaction.erase(Table::catalog, keys::catalog(keys::CatalogKind::topic, topic.row.topic).view());
    batch.transaction.erase(Table::topics, keys::topic(topic.id).view());
    batch.topics_changed = true;
    std::erase_if(touched_, [&](const Touched& touched) { return touched.topic == topic.id; });
    const auto name = topic.row.topic;
    by_name_.erase(name);
}

Subscription& Topics::keep(Topic& topic, std::uint32_t number, SubscriptionRow row) {
    auto kept = std::make_unique<Subscription>();
    kept->number = number;
    kept->row = std::move(row);
    auto& subscription = *kept;
    topic.subscriptions[number] = std::move(kept);
    topic.subscriptions_by_name[subscription.row.name] = &subscription;
    if (auto target = subscription.row.target(); !target.empty())
        topic.subscriptions_by_target[std::move(target)] = &subscription;
    file(topic, subscription);
    return subscription;
}

void Topics::read_subscriptions(Batch& batch, Topic& topic) {
    if (std::exchange(topic.subscriptions_read, true) || topic.row.subscriptions == 0) return;
    const auto prefix = keys::topic(topic.id);
    const auto cursor = batch.transaction.cursor(Table::subscriptions);
    for (bool more = cursor->seek(prefix.view()); more; more = cursor->next()) {
        if (!cursor->key().starts_with(prefix.view())) break;
        const auto value = cursor->value();
        auto row = value ? decode_subscription_row(value.bytes()) : std::nullopt;
        const auto number = number_of(cursor->key());
        if (!row) continue;
        auto& subscription = keep(topic, number, std::move(*row));
        subscription.counters = read_subscription_counters(batch.transaction, topic.id, number);
    }
}

Subscription& Topics::add_subscription(Batch& batch, Topic& topic, SubscriptionRow row) {
    auto& subscription = keep(topic, topic.row.next_subscription++, std::move(row));
    topic.row.count(subscription.row, 1);
    save_row(batch, topic);
    put(batch, topic, subscription);
    return subscription;
}

void Topics::change_subscription(Batch& batch, Topic& topic, Subscription& subscription, SubscriptionRow row) {
    topic.index.remove(subscription.number);
    topic.subscriptions_by_token.erase(subscription.row.token);
    topic.row.count(subscription.row, -1);
    subscription.row = std::move(row);
    topic.row.count(subscription.row, 1);
    file(topic, subscription);
    put(batch, topic, subscription);
    save_row(batch, topic);
}

void Topics::remove_subscription(Batch& batch, Topic& topic, Subscription& subscription) {
    const auto number = subscription.number;
    const auto key = keys::subscription(topic.id, number);
    batch.transaction.erase(Table::subscriptions, key.view());
    batch.transaction.erase(Table::subscription_counters, key.view());
    std::erase_if(touched_, [&](const Touched& touched) { return touched.subscription == &subscription; });
    topic.index.remove(number);
    topic.subscriptions_by_name.erase(subscription.row.name);
    topic.subscriptions_by_target.erase(subscription.row.target());
    topic.subscriptions_by_token.erase(subscription.row.token);
    topic.row.count(subscription.row, -1);
    topic.subscriptions.erase(number);
    save_row(batch, topic);
}

void Topics::touch(const Topic& topic, Subscription& subscription) {
    if (std::exchange(subscription.dirty, true)) return;
    touched_.push_back({topic.id, &subscription});
}

void Topics::write_back(store::WriteTransaction& transaction) {
    // In the order of the keys, so that neighbours are written to a page one after the other.
    std::sort(touched_.begin(), touched_.end(), [](const Touched& a, const Touched& b) {
        return std::pair(a.topic, a.subscription->number) < std::pair(b.topic, b.subscription->number);
    });
    for (const auto& [topic, subscription] : touched_) {
        transaction.put(Table::subscription_counters, keys::subscription(topic, subscription->number).view(),
                        encode(subscription->counters));
        subscription->dirty = false;
    }
    touched_.clear();
}

void Topics::save_row(Batch& batch, const Topic& topic) {
    batch.transaction.put(Table::topics, keys::topic(topic.id).view(), encode(topic.row));
    batch.topics_changed = true;
}

}  // namespace tern::engine
