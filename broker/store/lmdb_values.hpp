#pragma once

#include "broker/store/lmdb_calls.hpp"
#include "broker/store/seal.hpp"
#include "broker/store/store.hpp"

/// Values in LMDB's rows: plain in ordinary tables; under a seal, and in pieces if long, in sealed ones.
/// Each function moves the cursor.
namespace tern::store::lmdb {

Value get_value(MDB_cursor* cursor, Table table, BytesView key);
/// The value whose first row is `row`; the cursor, of the same table, fetches the further pieces.
Value value_of(MDB_cursor* cursor, Table table, const Row& row);
/// What Cursor::value_bytes and Cursor::append_value promise, likewise.
std::size_t value_bytes_of(Table table, const Row& row);
bool append_value_of(MDB_cursor* cursor, Table table, const Row& row, Bytes& to, std::size_t skipped);
void put_value(MDB_cursor* cursor, Table table, BytesView key, BytesView value);
bool erase_value(MDB_cursor* cursor, Table table, BytesView key);

}  // namespace tern::store::lmdb
