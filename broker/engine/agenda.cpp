#include "broker/engine/agenda.hpp"

#include "broker/base/check.hpp"

namespace tern::engine::agenda {
namespace {

store::Key key_of(Timestamp due, Kind kind, BytesView subject) {
    return store::Key().u64(static_cast<std::uint64_t>(due.ms())).u8(static_cast<std::uint8_t>(kind)).raw(subject);
}

}  // namespace

void add(store::WriteTransaction& transaction, Timestamp due, Kind kind, BytesView subject) {
    transaction.put(store::Table::agenda, key_of(due, kind, subject).view(), {});
}

void remove(store::WriteTransaction& transaction, const Item& item) {
    transaction.erase(store::Table::agenda, key_of(item.due, item.kind, item.subject).view());
}

std::optional<Item> first(const store::ReadTransaction& transaction) {
    const auto cursor = transaction.cursor(store::Table::agenda);
    if (!cursor->seek({})) return std::nullopt;
    store::KeyReader key(cursor->key());
    Item item;
    item.due = Timestamp(static_cast<std::int64_t>(key.u64()));
    item.kind = static_cast<Kind>(key.u8());
    item.subject = Bytes(key.rest());
    TERN_CHECK(key.ok());
    return item;
}

}  // namespace tern::engine::agenda
