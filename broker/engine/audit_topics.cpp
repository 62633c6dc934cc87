#include "broker/engine/audit_topics.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "broker/engine/agenda.hpp"
#include "broker/engine/filter_policy.hpp"
#include "broker/engine/hidden_counts.hpp"
#include "broker/engine/hidden_names.hpp"
#include "broker/engine/publication_record.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/row_keys.hpp"
#include "broker/engine/streams.hpp"
#include "broker/engine/topics.hpp"

namespace tern::engine {
namespace {

using store::Table;

void walk_rows(const store::ReadTransaction& snapshot, Table table, BytesView prefix, auto row) {
    const auto cursor = snapshot.cursor(table);
    for (bool more = cursor->seek(prefix); more && cursor->key().starts_with(prefix); more = cursor->next())
        row(cursor->key(), cursor->value());
}

class TopicAudit {
public:
    TopicAudit(const store::ReadTransaction& snapshot, const StoredTopic& topic, std::vector<std::string>& findings)
        : snapshot_(snapshot),
          topic_(topic),
          findings_(findings),
          prefix_(keys::topic(topic.id)) {}

    void run() {
        check_history();
        check_subscriptions();
        check_retained();
    }

    std::uint64_t hidden_queues = 0;

private:
    void find(const std::string& what) { findings_.push_back("topic " + topic_.row.topic.name + ": " + what); }

    void check_history() {
        const auto& row = topic_.row;
        if (row.settings.history != (row.stream != 0)) return find("keeps a history, or keeps none, unexpectedly");
        if (row.stream == 0) return;
        if (row.epoch.empty()) find("has a history without an epoch");
        const auto stream = read_stream(snapshot_, row.stream);
        if (!stream.has_value() || stream->row.stream != hidden_names::history_stream(row.topic))
            find("has lost the stream of its history");
    }

    void check_subscriptions() {
        std::uint32_t count = 0;
        std::uint32_t unconfirmed = 0;
        std::set<std::string> names;
        walk_rows(snapshot_, Table::subscriptions, prefix_.view(), [&](BytesView key, const store::Value& value) {
            ++count;
            store::KeyReader reader(key);
            reader.u32();
            if (reader.u32() >= topic_.row.next_subscription) find("has a subscription that was never made");
            // What is damaged is `tern check`'s to name.
            const auto row = value ? decode_subscription_row(value.bytes()) : std::nullopt;
            if (!row) return;
            if (!row->confirmed) ++unconfirmed;
            if (!names.insert(row->name).second) find("has two subscriptions of the name " + row->name);
            if (parse_filter_policy(row->filter_policy, row->filter_scope).refusal)
                find("has a filter policy that is not valid, of subscription " + row->name);
            if (row->kind != SubscriptionKind::queue) check_hidden_queue(*row);
        });
        if (count != topic_.row.subscriptions) find("counts another number of subscriptions than there are");
        if (unconfirmed != topic_.row.unconfirmed) find("counts another number of endpoints that are not confirmed");
        walk_rows(snapshot_, Table::subscription_counters, prefix_.view(), [&](BytesView key, const store::Value&) {
            if (snapshot_.get(Table::subscriptions, key).absent()) find("has counters of a subscription that is gone");
        });
    }

    void check_hidden_queue(const SubscriptionRow& row) {
        ++hidden_queues;
        const auto queue = read_queue(snapshot_, hidden_queue(topic_.row.topic, topic_.id, row));
        if (!queue.has_value()) find("has lost the queue of the subscription " + row.name);
    }

    void check_retained() {
        std::set<std::uint64_t> numbers;
        walk_rows(snapshot_, Table::retained_subjects, prefix_.view(), [&](BytesView key, const store::Value& value) {
            const auto number = load_little<std::uint64_t>(value.bytes().data());
            const Bytes subject(key.substr(prefix_.size()));
            if (!numbers.insert(number).second) find("retains one value for two subjects");
            const auto stored = snapshot_.get(Table::retained, keys::retained(topic_.id, number).view());
            const auto retained = stored ? decode_retained(stored.bytes()) : std::nullopt;
            if (stored.absent() || (retained && retained->publication.subject != subject))
                find("has no retained value that fits the subject " + subject);
        });
        std::size_t values = 0;
        walk_rows(snapshot_, Table::retained, prefix_.view(), [&](BytesView, const store::Value&) { ++values; });
        if (values != numbers.size()) find("has another number of retained values than of subjects");
    }

    const store::ReadTransaction& snapshot_;
    const StoredTopic& topic_;
    std::vector<std::string>& findings_;
    store::Key prefix_;
};

std::set<std::uint32_t> topics_under_removal(const store::ReadTransaction& snapshot) {
    std::set<std::uint32_t> topics;
    walk_rows(snapshot, Table::agenda, {}, [&](BytesView key, const store::Value&) {
        store::KeyReader reader(key);
        reader.u64();
        if (static_cast<agenda::Kind>(reader.u8()) == agenda::Kind::remove_topic) topics.insert(reader.u32());
    });
    return topics;
}

std::uint64_t hidden_names_in(const store::ReadTransaction& snapshot, keys::CatalogKind kind) {
    std::uint64_t count = 0;
    walk_rows(snapshot, Table::catalog, store::Key().u8(static_cast<std::uint8_t>(kind)).raw("~").view(),
              [&](BytesView, const store::Value&) { ++count; });
    return count;
}

}  // namespace

void audit_topics(const store::ReadTransaction& snapshot, std::vector<std::string>& findings) {
    std::set<std::uint32_t> known;
    std::uint64_t histories = 0;
    std::uint64_t hidden_queues = 0;
    walk_rows(snapshot, Table::catalog, store::Key().u8(static_cast<std::uint8_t>(keys::CatalogKind::topic)).view(),
              [&](BytesView key, const store::Value& value) {
                  store::KeyReader reader(key);
                  reader.u8();
                  const TopicName name{reader.text(), Bytes(reader.rest())};
                  const auto id = load_little<std::uint32_t>(value.bytes().data());
                  known.insert(id);
                  const auto topic = read_topic(snapshot, id);
                  if (!topic.has_value() || topic->row.topic != name) {
                      findings.push_back("topic " + name.name + ": its settings are missing or damaged");
                      return;
                  }
                  TopicAudit audit(snapshot, *topic, findings);
                  audit.run();
                  histories += topic->row.stream != 0 ? 1 : 0;
                  hidden_queues += audit.hidden_queues;
              });

    const auto leaving = topics_under_removal(snapshot);
    for (const auto table :
         {Table::topics, Table::subscriptions, Table::subscription_counters, Table::retained_subjects, Table::retained})
        walk_rows(snapshot, table, {}, [&](BytesView key, const store::Value&) {
            const auto topic = store::KeyReader(key).u32();
            if (!known.contains(topic) && !leaving.contains(topic))
                findings.push_back("there are rows of topic " + std::to_string(topic) + ", which is gone");
        });

    const auto streams = hidden_names_in(snapshot, keys::CatalogKind::stream);
    const auto queues = hidden_names_in(snapshot, keys::CatalogKind::queue);
    if (streams != histories) findings.push_back("there is another number of histories than of topics that keep one");
    if (read_queue(snapshot, hidden_names::farewell_queue()).has_value()) ++hidden_queues;
    if (leaving.empty() && queues != hidden_queues)
        findings.push_back("there is another number of hidden queues than of subscriptions that stand on one");
    if (streams != hidden_counts::read(snapshot, hidden_counts::streams_row) ||
        queues != hidden_counts::read(snapshot, hidden_counts::queues_row))
        findings.push_back("the counters of hidden streams and queues do not count what is there");
}

}  // namespace tern::engine
