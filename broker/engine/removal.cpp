#include "broker/engine/removal.hpp"

#include <array>
#include <vector>

#include "broker/engine/agenda.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine::removal {
namespace {

using store::Table;

constexpr std::array tables = {Table::queue_messages, Table::queue_schedule,  Table::queue_positions,
                               Table::fifo_groups,    Table::fifo_order,      Table::fifo_delayed,
                               Table::deduplication,  Table::receive_attempts};

/// True when no row is left.
bool erase_some(Batch& batch, Table table, std::uint32_t storage) {
    std::vector<Bytes> rows;
    const auto prefix = keys::storage(storage);
    const auto cursor = batch.transaction.cursor(table);
    bool all = true;
    for (bool more = cursor->seek(prefix.view()); more; more = cursor->next()) {
        if (!cursor->key().starts_with(prefix.view())) break;
        if (!batch.take_due_work()) {
            all = false;
            break;
        }
        rows.emplace_back(cursor->key());
    }
    for (const auto& row : rows) batch.transaction.erase(table, row);
    return all;
}

}  // namespace

void abandon(Batch& batch, std::uint32_t storage) {
    agenda::add(batch.transaction, batch.now, agenda::Kind::remove_storage, keys::storage(storage).view());
}

void go_on(Batch& batch, std::uint32_t storage) {
    for (const auto table : tables) {
        if (!erase_some(batch, table, storage)) return abandon(batch, storage);
    }
}

}  // namespace tern::engine::removal
