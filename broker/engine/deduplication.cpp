#include "broker/engine/deduplication.hpp"

#include <openssl/sha.h>

#include "broker/base/hex.hpp"
#include "broker/engine/agenda.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine::deduplication {
namespace {

using store::Table;

store::Key key_of(const Queue& queue, BytesView group, BytesView id) {
    const bool by_group = queue.row.deduplicates_in == DeduplicationScope::message_group;
    return keys::deduplication(queue.storage(), by_group ? group : BytesView(), id);
}

bool open(const DeduplicationEntry& entry, Timestamp now) {
    return now < entry.sent_at + window;
}

std::optional<DeduplicationEntry> find_row(const Batch& batch, const store::Key& key) {
    const auto stored = batch.transaction.get(Table::deduplication, key.view());
    if (!stored) return std::nullopt;
    const auto entry = decode_deduplication_entry(stored.bytes());
    if (!open(entry, batch.now)) return std::nullopt;
    return entry;
}

void put_row(Batch& batch, const store::Key& key, const DeduplicationEntry& entry) {
    batch.transaction.put(Table::deduplication, key.view(), encode(entry));
    agenda::add(batch.transaction, agenda::rounded_up(entry.sent_at + window), agenda::Kind::forget_deduplication,
                key.view());
}

}  // namespace

Bytes content_id(BytesView body) {
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest);
    return hex_of(digest);
}

std::optional<DeduplicationEntry> find(const Batch& batch, const Queue& queue, BytesView group, BytesView id) {
    return find_row(batch, key_of(queue, group, id));
}

std::optional<DeduplicationEntry> find(const Batch& batch, std::uint32_t storage, BytesView group, BytesView id) {
    return find_row(batch, keys::deduplication(storage, group, id));
}

void remember(Batch& batch, const Queue& queue, BytesView group, BytesView id, const DeduplicationEntry& entry) {
    put_row(batch, key_of(queue, group, id), entry);
}

void remember(Batch& batch, std::uint32_t storage, BytesView group, BytesView id, const DeduplicationEntry& entry) {
    put_row(batch, keys::deduplication(storage, group, id), entry);
}

void forget(Batch& batch, BytesView row_key) {
    const auto stored = batch.transaction.get(Table::deduplication, row_key);
    if (stored && !open(decode_deduplication_entry(stored.bytes()), batch.now))
        batch.transaction.erase(Table::deduplication, row_key);
}

}  // namespace tern::engine::deduplication
