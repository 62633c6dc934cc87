#pragma once

#include "broker/store/store.hpp"

namespace tern::engine {

/// Calls `row(key, value)` for each row of a table whose key begins so.
void walk(const store::ReadTransaction& snapshot, store::Table table, BytesView prefix, auto row) {
    const auto cursor = snapshot.cursor(table);
    for (bool more = cursor->seek(prefix); more && cursor->key().starts_with(prefix); more = cursor->next())
        row(cursor->key(), cursor->value());
}

}  // namespace tern::engine
