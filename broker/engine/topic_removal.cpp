#include "broker/engine/topic_removal.hpp"

#include <optional>
#include <vector>

#include "broker/engine/agenda.hpp"
#include "broker/engine/queue_commands.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/removal.hpp"
#include "broker/engine/row_keys.hpp"
#include "broker/engine/topic_history.hpp"
#include "broker/engine/topic_rows.hpp"

namespace tern::engine::topic_removal {
namespace {

using store::Table;

/// What is left to be erased: the topic's number, and the namespace in which its subscriptions' hidden queues are.
struct Remains {
    std::uint32_t topic = 0;
    std::string namespace_name;
};

Bytes subject_of(const Remains& remains) {
    return Bytes(keys::topic(remains.topic).raw(remains.namespace_name).view());
}

/// Some of the rows under the topic, as many as the budget allows; `all` tells whether these are the last.
std::vector<Bytes> take_some(Batch& batch, Table table, std::uint32_t topic, bool& all) {
    std::vector<Bytes> rows;
    const auto prefix = keys::topic(topic);
    const auto cursor = batch.transaction.cursor(table);
    all = true;
    for (bool more = cursor->seek(prefix.view()); more; more = cursor->next()) {
        if (!cursor->key().starts_with(prefix.view())) break;
        if (!batch.take_due_work()) {
            all = false;
            break;
        }
        rows.emplace_back(cursor->key());
    }
    return rows;
}

/// True when no row is left. `leave` is told the key of each row before it is erased.
bool erase_some(Batch& batch, Table table, std::uint32_t topic, auto leave) {
    bool all = true;
    for (const auto& row : take_some(batch, table, topic, all)) {
        leave(row);
        batch.transaction.erase(table, row);
    }
    return all;
}

bool erase_some(Batch& batch, Table table, std::uint32_t topic) {
    return erase_some(batch, table, topic, [](const Bytes&) {});
}

void remove_hidden_queue(Batch& batch, const Remains& remains, const Bytes& subscription) {
    const auto stored = batch.transaction.get(Table::subscriptions, subscription);
    const auto row = stored ? decode_subscription_row(stored.bytes()) : std::nullopt;
    if (!row || row->kind == SubscriptionKind::queue) return;
    const auto name = hidden_queue({remains.namespace_name, {}}, remains.topic, *row);
    const auto queue = batch.queues.find(batch.transaction, name);
    if (queue.has_value()) remove_queue(batch, **queue);
}

}  // namespace

void abandon(Batch& batch, const Topic& topic) {
    if (topic.has_history()) topic_history::remove(batch, topic);
    removal::abandon(batch, topic.row.storage);
    const auto subject = subject_of({topic.id, topic.row.topic.namespace_name});
    agenda::add(batch.transaction, batch.now, agenda::Kind::remove_topic, subject);
}

void go_on(Batch& batch, BytesView subject) {
    store::KeyReader reader(subject);
    Remains remains;
    remains.topic = reader.u32();
    remains.namespace_name = std::string(reader.rest());
    const bool all = erase_some(batch, Table::retained_subjects, remains.topic) &&
                     erase_some(batch, Table::retained, remains.topic) &&
                     erase_some(batch, Table::subscription_counters, remains.topic) &&
                     erase_some(batch, Table::subscriptions, remains.topic,
                                [&](const Bytes& subscription) { remove_hidden_queue(batch, remains, subscription); });
    if (!all) agenda::add(batch.transaction, batch.now, agenda::Kind::remove_topic, subject);
}

}  // namespace tern::engine::topic_removal
