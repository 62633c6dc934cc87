#include "broker/engine/stream_removal.hpp"

#include <vector>

#include "broker/engine/agenda.hpp"
#include "broker/engine/row_keys.hpp"
#include "broker/engine/stream_blocks.hpp"
#include "broker/engine/stream_partition_row.hpp"
#include "broker/engine/stream_producers.hpp"

namespace tern::engine::stream_removal {
namespace {

using store::Table;

struct Found {
    Bytes key;
    Bytes value;
};

/// Some of the rows whose keys begin so, as many as the budget allows; `all` tells whether these are the last.
std::vector<Found> take_some(Batch& batch, Table table, BytesView prefix, bool& all) {
    std::vector<Found> rows;
    const auto cursor = batch.transaction.cursor(table);
    all = true;
    for (bool more = cursor->seek(prefix); more; more = cursor->next()) {
        if (!cursor->key().starts_with(prefix)) break;
        if (!batch.take_due_work()) {
            all = false;
            break;
        }
        // A block is as much work as it has pages; nobody reads it again.
        const bool is_block = table == Table::stream_log;
        if (is_block) batch.take_due_work(pages_of_block(cursor->value_bytes()) - 1);
        rows.push_back({Bytes(cursor->key()), is_block ? Bytes() : Bytes(cursor->value().bytes())});
    }
    return rows;
}

/// True when no row is left. `leave` is told of each row before it is erased.
bool erase_some(Batch& batch, Table table, BytesView prefix, auto leave) {
    bool all = true;
    for (const auto& row : take_some(batch, table, prefix, all)) {
        leave(row);
        batch.transaction.erase(table, row.key);
    }
    return all;
}

bool erase_some(Batch& batch, Table table, BytesView prefix) {
    return erase_some(batch, table, prefix, [](const Found&) {});
}

void leave_retention(Batch& batch, const Found& partition) {
    const auto due = decode_partition_row(partition.value).retention_due;
    if (due != Timestamp()) agenda::remove(batch.transaction, {due, agenda::Kind::stream_retention, partition.key});
}

void leave_expiry(Batch& batch, const Found& producer) {
    const auto due = decode_producer_row(producer.value).forget_due;
    agenda::remove(batch.transaction, {due, agenda::Kind::forget_producer, producer.key});
}

/// The offsets that groups have committed on the stream.
bool erase_group_offsets(Batch& batch, std::uint32_t stream) {
    const auto prefix = keys::stream(stream);
    for (;;) {
        Bytes key;
        {
            const auto cursor = batch.transaction.cursor(Table::stream_groups);
            if (!cursor->seek(prefix.view()) || !cursor->key().starts_with(prefix.view())) return true;
            key = Bytes(cursor->key());
        }
        store::KeyReader reader(key);
        reader.u32();
        const auto group = reader.u32();
        const auto offsets = store::Key().u32(group).u32(stream);
        if (!erase_some(batch, Table::group_offsets, offsets.view()) || !batch.take_due_work()) return false;
        batch.transaction.erase(Table::stream_groups, key);
    }
}

}  // namespace

void abandon(Batch& batch, std::uint32_t stream) {
    agenda::add(batch.transaction, batch.now, agenda::Kind::remove_stream, keys::stream(stream).view());
}

void go_on(Batch& batch, std::uint32_t stream) {
    const auto prefix = keys::stream(stream);
    const bool all = erase_some(batch, Table::stream_log, prefix.view()) &&
                     erase_some(batch, Table::stream_times, prefix.view()) &&
                     erase_some(batch, Table::stream_producers, prefix.view(),
                                [&](const Found& row) { leave_expiry(batch, row); }) &&
                     erase_some(batch, Table::stream_partitions, prefix.view(),
                                [&](const Found& row) { leave_retention(batch, row); }) &&
                     erase_group_offsets(batch, stream);
    if (!all) abandon(batch, stream);
}

}  // namespace tern::engine::stream_removal
