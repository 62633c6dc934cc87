#include "broker/engine/stream_queries.hpp"

#include <algorithm>

#include "broker/base/base64url.hpp"
#include "broker/engine/catalog_page.hpp"
#include "broker/engine/group_rows.hpp"
#include "broker/engine/row_keys.hpp"
#include "broker/engine/stream_reading.hpp"
#include "broker/engine/streams.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

using store::Table;

/// A page of the list ends early when its streams have so many partitions, each of which is a row to read.
constexpr std::size_t partitions_listed_max = 20'000;
constexpr std::size_t groups_listed_max = 1000;

/// Calls `row(number, partition)` for each partition of a stream.
void for_each_partition(const store::ReadTransaction& snapshot, std::uint32_t stream, auto row) {
    const auto prefix = keys::stream(stream);
    const auto cursor = snapshot.cursor(Table::stream_partitions);
    for (bool more = cursor->seek(prefix.view()); more; more = cursor->next()) {
        if (!cursor->key().starts_with(prefix.view())) break;
        store::KeyReader key(cursor->key());
        key.u32();
        row(key.u32(), decode_partition_row(cursor->value().bytes()));
    }
}

std::optional<Timestamp> moment(Timestamp at) {
    if (at == Timestamp()) return std::nullopt;
    return at;
}

StreamSummary summary_of(const store::ReadTransaction& snapshot, const Stream& stream) {
    StreamSummary summary;
    summary.name = stream.row.stream.name;
    summary.partitions = stream.settings().partitions;
    for_each_partition(snapshot, stream.id, [&](std::uint32_t, const PartitionRow& row) {
        summary.records += row.end_offset - row.start_offset;
        summary.bytes += row.bytes;
        summary.newest_at = std::max(summary.newest_at, moment(row.newest_at));
    });
    return summary;
}

/// The consumer groups that have committed offsets, in no order that means anything.
std::vector<std::string> groups_of(const store::ReadTransaction& snapshot, std::uint32_t stream) {
    std::vector<std::string> groups;
    const auto prefix = keys::stream(stream);
    const auto cursor = snapshot.cursor(Table::stream_groups);
    for (bool more = cursor->seek(prefix.view()); more && groups.size() < groups_listed_max; more = cursor->next()) {
        if (!cursor->key().starts_with(prefix.view())) break;
        const auto stored = snapshot.get(Table::groups, cursor->key().substr(prefix.size()));
        if (const auto group = stored ? decode_group_row(stored.bytes()) : std::nullopt)
            groups.push_back(group->group.name);
    }
    return groups;
}

}  // namespace

Result<StreamDescription> describe_stream(const store::ReadTransaction& snapshot, const StreamName& name,
                                          const DurableEnd& durable_end) {
    const auto stream = read_stream(snapshot, name);
    if (!stream.has_value()) return stream.error();
    StreamDescription description;
    description.stream = stream->row.stream;
    description.settings = stream->row.settings;
    description.created_at = stream->row.created_at;
    description.modified_at = stream->row.modified_at;
    description.partitions.reserve(stream->settings().partitions);
    for_each_partition(snapshot, stream->id, [&](std::uint32_t number, const PartitionRow& row) {
        auto& partition = description.partitions.emplace_back();
        partition.partition = number;
        partition.start_offset = row.start_offset;
        partition.end_offset = readable_end({stream->id, number}, row, durable_end);
        partition.bytes = row.bytes;
        partition.oldest_at = moment(row.oldest_at);
        partition.newest_at = moment(row.newest_at);
    });
    description.groups = groups_of(snapshot, stream->id);
    if (description.partitions.size() != stream->settings().partitions) return Errc::storage_damaged;
    return description;
}

Result<StreamPage> list_streams(const store::ReadTransaction& snapshot, const std::string& namespace_name,
                                const std::string& prefix, const Page& page) {
    const auto named = catalog_page(snapshot, keys::CatalogKind::stream, {namespace_name, prefix}, page,
                                    protocol::stream_name_bytes_max);
    if (!named.has_value()) return named.error();
    StreamPage listed;
    std::size_t partitions = 0;
    const CatalogPage::Entry* last = nullptr;
    for (const auto& entry : named->entries) {
        if (partitions >= partitions_listed_max) {
            listed.next_token = encode_base64url(last->name);
            return listed;
        }
        last = &entry;
        const auto stream = read_stream(snapshot, entry.id);
        if (!stream.has_value()) continue;
        listed.streams.push_back(summary_of(snapshot, *stream));
        partitions += stream->settings().partitions;
    }
    listed.next_token = named->next_token;
    return listed;
}

std::uint64_t count_streams(const store::ReadTransaction& snapshot) {
    return snapshot.rows(Table::streams) - hidden_counts::read(snapshot, hidden_counts::streams_row);
}

}  // namespace tern::engine
