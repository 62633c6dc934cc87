#include "broker/engine/topic_queries.hpp"

#include <algorithm>

#include "broker/engine/catalog_page.hpp"
#include "broker/engine/publication_record.hpp"
#include "broker/engine/row_keys.hpp"
#include "broker/engine/stream_reading.hpp"
#include "broker/engine/streams.hpp"
#include "broker/engine/subject.hpp"
#include "broker/engine/topic_history.hpp"
#include "broker/engine/topics.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

using store::Table;

Result<PartitionRow> history_row(const store::ReadTransaction& snapshot, const TopicRow& topic) {
    const auto stream = read_stream(snapshot, topic.stream);
    if (!stream.has_value()) return Errc::storage_damaged;
    return read_partition(snapshot, *stream, 0);
}

/// A pattern may match few of many subjects: others have their turn in between.
constexpr std::size_t retained_looked_at_max = 1'000;

/// What all subjects that a pattern matches begin with.
std::string_view common_beginning(std::string_view pattern) {
    return pattern.substr(0, pattern.find_first_of("*>"));
}

}  // namespace

Result<TopicDescription> describe_topic(const store::ReadTransaction& snapshot, const TopicName& name,
                                        const DurableEnd& durable_end) {
    auto topic = read_topic(snapshot, name);
    if (!topic.has_value()) return topic.error();
    auto& row = topic->row;
    TopicDescription description;
    if (row.stream != 0) {
        const auto history = history_row(snapshot, row);
        if (!history.has_value()) return history.error();
        description.end_offset = readable_end({row.stream, 0}, *history, durable_end);
        description.start_offset =
            std::min(topic_history::start_offset(row.settings, *history), description.end_offset);
        description.bytes = history->bytes;
    }
    description.id = topic->id;
    description.epoch = std::move(row.epoch);
    description.topic = std::move(row.topic);
    description.settings = row.settings;
    description.tags = std::move(row.tags);
    description.annotations = std::move(row.annotations);
    description.created_at = row.created_at;
    description.modified_at = row.modified_at;
    description.subscriptions = row.subscriptions;
    // Their numbers are given out once each, from 1.
    description.subscriptions_removed = row.next_subscription - 1 - row.subscriptions;
    description.unconfirmed = row.unconfirmed;
    description.has_enveloped = row.enveloped > 0;
    return description;
}

Result<TopicName> topic_name(const store::ReadTransaction& snapshot, std::uint32_t id) {
    auto topic = read_topic(snapshot, id);
    if (!topic.has_value()) return topic.error();
    return std::move(topic->row.topic);
}

Result<TopicPage> list_topics(const store::ReadTransaction& snapshot, const std::string& namespace_name,
                              const std::string& prefix, const Page& page) {
    const auto named = catalog_page(snapshot, keys::CatalogKind::topic, {namespace_name, prefix}, page,
                                    protocol::topic_name_bytes_max);
    if (!named.has_value()) return named.error();
    TopicPage listed;
    listed.next_token = named->next_token;
    for (const auto& entry : named->entries) {
        const auto topic = read_topic(snapshot, entry.id);
        if (!topic.has_value()) continue;
        const auto& row = topic->row;
        TopicSummary summary{entry.id, entry.name, row.stream != 0, 0, row.subscriptions};
        const auto history = summary.history ? history_row(snapshot, row) : PartitionRow{};
        if (history.has_value())
            summary.publications = history->end_offset - topic_history::start_offset(row.settings, *history);
        listed.topics.push_back(std::move(summary));
    }
    return listed;
}

Result<RetainedPiece> read_retained(const store::ReadTransaction& snapshot, std::uint32_t topic,
                                    const std::string& pattern, const std::string& after, const HistoryLimits& limits) {
    const auto known = read_topic(snapshot, topic);
    if (!known.has_value()) return known.error();
    RetainedPiece piece;
    std::uint64_t bytes = 0;
    std::size_t looked_at = 0;
    const auto prefix_bytes = keys::topic(topic).size();
    const auto start = keys::retained_subject(topic, common_beginning(pattern));
    const auto behind = keys::retained_subject(topic, after);
    const auto cursor = snapshot.cursor(Table::retained_subjects);
    for (bool more = cursor->seek(std::max(start.view(), behind.view())); more; more = cursor->next()) {
        if (!cursor->key().starts_with(start.view())) break;
        const auto subject = cursor->key().substr(prefix_bytes);
        if (subject == after) continue;
        const bool enough = piece.publications.size() >= limits.publications_max || bytes >= limits.bytes_max;
        if (enough || looked_at == retained_looked_at_max) return piece;
        ++looked_at;
        piece.next_after = subject;
        if (!matches(pattern, subject)) continue;
        const auto number = load_little<std::uint64_t>(cursor->value().bytes().data());
        const auto stored = snapshot.get(Table::retained, keys::retained(topic, number).view());
        auto value = stored ? decode_retained(stored.bytes()) : std::nullopt;
        if (!value) return Errc::storage_damaged;
        bytes += value->publication.data.size();
        piece.publications.push_back(std::move(*value));
    }
    piece.next_after.clear();
    return piece;
}

std::uint64_t count_topics(const store::ReadTransaction& snapshot) {
    return snapshot.rows(Table::topics);
}

}  // namespace tern::engine
