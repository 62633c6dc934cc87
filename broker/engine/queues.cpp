#include "broker/engine/queues.hpp"

#include <algorithm>
#include <optional>

#include "broker/base/check.hpp"
#include "broker/engine/catalog_lookup.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine {
namespace {

using store::Table;

constexpr BytesView next_queue_row = "next queue";
constexpr BytesView next_storage_row = "next storage";

/// The next number of a sequence in the meta table; the first is 1.
std::uint32_t next_number(store::WriteTransaction& transaction, BytesView row) {
    const auto stored = transaction.get(Table::meta, row);
    const auto number = stored ? load_little<std::uint32_t>(stored.bytes().data()) : 1u;
    const auto next = number + 1;
    TERN_CHECK(next != 0);
    transaction.put(Table::meta, row, {reinterpret_cast<const char*>(&next), sizeof next});
    return number;
}

std::optional<std::uint32_t> queue_id_of(const store::ReadTransaction& transaction, const QueueName& name) {
    return find_in_catalog(transaction, keys::CatalogKind::queue, name);
}

}  // namespace

Result<Queue> read_queue(const store::ReadTransaction& transaction, std::uint32_t id) {
    const auto key = keys::queue(id);
    const auto stored = transaction.get(Table::queues, key.view());
    if (stored.absent()) return Errc::queue_does_not_exist;
    if (stored.damaged()) return Errc::storage_damaged;
    auto row = decode_queue_row(stored.bytes());
    const auto counters = transaction.get(Table::queue_counters, key.view());
    if (!row || !counters) return Errc::storage_damaged;
    Queue queue;
    queue.id = id;
    queue.row = std::move(*row);
    queue.counters = decode_queue_counters(counters.bytes());
    return queue;
}

Result<Queue> read_queue(const store::ReadTransaction& transaction, const QueueName& name) {
    const auto id = queue_id_of(transaction, name);
    if (!id) return Errc::queue_does_not_exist;
    return read_queue(transaction, *id);
}

Result<Queue*> Queues::find(const store::ReadTransaction& transaction, const QueueName& name) {
    if (const auto known = by_name_.find(name); known != by_name_.end()) return known->second;
    auto read = read_queue(transaction, name);
    if (!read.has_value()) return read.error();
    auto kept = std::make_unique<Queue>(std::move(*read));
    auto* queue = kept.get();
    by_id_[queue->id] = std::move(kept);
    by_name_[name] = queue;
    return queue;
}

Queue* Queues::find(const store::ReadTransaction& transaction, std::uint32_t id) {
    if (const auto known = by_id_.find(id); known != by_id_.end()) return known->second.get();
    const auto read = read_queue(transaction, id);
    if (!read.has_value()) return nullptr;
    const auto kept = find(transaction, read->row.queue);
    return kept.has_value() ? *kept : nullptr;
}

Queue& Queues::add(store::WriteTransaction& transaction, QueueRow row, Timestamp now) {
    row.deduplicates_in = row.settings.deduplication_scope;
    auto kept = std::make_unique<Queue>();
    kept->id = next_number(transaction, next_queue_row);
    kept->row = std::move(row);
    kept->counters.storage = new_storage(transaction);
    kept->counters.crossed = SchedulePosition::end_of(now);
    auto* queue = kept.get();
    transaction.put(Table::catalog, keys::catalog(keys::CatalogKind::queue, queue->row.queue).view(),
                    {reinterpret_cast<const char*>(&queue->id), sizeof queue->id});
    save_row(transaction, *queue);
    hidden_counts::note(transaction, hidden_counts::queues_row, queue->row.queue, 1);
    by_id_[queue->id] = std::move(kept);
    by_name_[queue->row.queue] = queue;
    touch(*queue);
    return *queue;
}

void Queues::remove(store::WriteTransaction& transaction, Queue& queue) {
    transaction.erase(Table::catalog, keys::catalog(keys::CatalogKind::queue, queue.row.queue).view());
    transaction.erase(Table::queues, keys::queue(queue.id).view());
    transaction.erase(Table::queue_counters, keys::queue(queue.id).view());
    hidden_counts::note(transaction, hidden_counts::queues_row, queue.row.queue, -1);
    std::erase(dirty_, &queue);
    by_name_.erase(queue.row.queue);
    by_id_.erase(queue.id);
}

void Queues::save_row(store::WriteTransaction& transaction, const Queue& queue) {
    transaction.put(Table::queues, keys::queue(queue.id).view(), encode(queue.row));
}

void Queues::touch(Queue& queue) {
    if (queue.dirty) return;
    queue.dirty = true;
    dirty_.push_back(&queue);
}

void Queues::write_back(store::WriteTransaction& transaction) {
    // In the order of the keys, so that neighbours are written to a page one after the other.
    std::sort(dirty_.begin(), dirty_.end(), [](const Queue* a, const Queue* b) { return a->id < b->id; });
    for (auto* queue : dirty_) {
        transaction.put(Table::queue_counters, keys::queue(queue->id).view(), encode(queue->counters));
        queue->dirty = false;
    }
    dirty_.clear();
}

std::uint32_t Queues::new_storage(store::WriteTransaction& transaction) {
    return next_number(transaction, next_storage_row);
}

}  // namespace tern::engine
