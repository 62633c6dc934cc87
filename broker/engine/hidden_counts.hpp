#pragma once

#include <cstdint>

#include "broker/engine/hidden_names.hpp"
#include "broker/store/store.hpp"

/// How many streams and queues are hidden: they count for no limit, and no user is told of them.
namespace tern::engine::hidden_counts {

inline constexpr BytesView streams_row = "hidden streams";
inline constexpr BytesView queues_row = "hidden queues";

inline std::uint64_t read(const store::ReadTransaction& transaction, BytesView row) {
    const auto stored = transaction.get(store::Table::meta, row);
    return stored ? load_little<std::uint64_t>(stored.bytes().data()) : 0;
}

/// Counts a stream or queue of that name that was added (1) or removed (-1), if it is hidden.
inline void note(store::WriteTransaction& transaction, BytesView row, const QueueName& name, int change) {
    if (!hidden_names::is_hidden(name)) return;
    const auto count = read(transaction, row) + static_cast<std::uint64_t>(static_cast<std::int64_t>(change));
    transaction.put(store::Table::meta, row, {reinterpret_cast<const char*>(&count), sizeof count});
}

}  // namespace tern::engine::hidden_counts
