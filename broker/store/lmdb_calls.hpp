#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "broker/base/bytes.hpp"

struct MDB_env;
struct MDB_txn;
struct MDB_cursor;

/// LMDB as the rest of this folder uses it: its calls with exceptions for errors and views for values. The only file
/// that includes lmdb.h is lmdb_calls.cpp. Every function throws StoreFailure when LMDB fails.
namespace tern::store::lmdb {

struct CloseEnvironment {
    void operator()(MDB_env* environment) const;
};
using Environment = std::unique_ptr<MDB_env, CloseEnvironment>;

struct AbortTransaction {
    void operator()(MDB_txn* transaction) const;
};
using Transaction = std::unique_ptr<MDB_txn, AbortTransaction>;

struct CloseCursor {
    void operator()(MDB_cursor* cursor) const;
};
/// For cursors of read transactions; those of a write transaction end with it.
using ReadCursor = std::unique_ptr<MDB_cursor, CloseCursor>;

using TableHandle = unsigned int;

enum class Access : std::uint8_t { read_write, read_only };

struct Info {
    std::uint64_t map_bytes = 0;
    std::uint64_t page_bytes = 0;
    /// The highest page in use, counted from 0.
    std::uint64_t last_page = 0;
    std::uint64_t last_transaction = 0;
};

struct Row {
    BytesView key;
    BytesView value;
};

enum class Move : std::uint8_t { first, last, next, previous };

Environment open_environment(const std::string& file, std::uint64_t map_bytes, Access access);
Info info(MDB_env* environment);
int file_descriptor(MDB_env* environment);
void set_map_bytes(MDB_env* environment, std::uint64_t bytes);
/// From now on commits are written without any flush, not even in an order of their own.
void flush_no_more(MDB_env* environment);
void copy_compacted(MDB_env* environment, int file_descriptor);

Transaction begin_write(MDB_env* environment);
Transaction begin_read(MDB_env* environment);
/// A read transaction that rests keeps its place among LMDB's readers but holds no snapshot.
void rest(MDB_txn* read_transaction);
void resume(MDB_txn* resting);
std::uint64_t id(MDB_txn* transaction);
void commit(Transaction transaction);

/// Nothing when there is no such table and `create` is false.
std::optional<TableHandle> open_table(MDB_txn* transaction, const char* name, bool create);
std::uint64_t rows(MDB_txn* transaction, TableHandle table);
/// How many pages the commits before `transaction_id` have freed for reuse; counts no further once `enough` are found.
std::uint64_t free_pages(MDB_txn* transaction, std::uint64_t transaction_id, std::uint64_t enough);

MDB_cursor* open_cursor(MDB_txn* transaction, TableHandle table);
/// Lets a cursor of an ended read transaction walk the same table in another one.
void resume_cursor(MDB_cursor* cursor, MDB_txn* read_transaction);
bool find(MDB_cursor* cursor, BytesView key, Row& row);
bool find_not_below(MDB_cursor* cursor, BytesView key, Row& row);
bool move(MDB_cursor* cursor, Move move, Row& row);
/// Inserts or replaces.
void put(MDB_cursor* cursor, BytesView key, BytesView value);
/// Inserts or replaces; the caller fills the returned bytes before the next call.
char* put_space(MDB_cursor* cursor, BytesView key, std::size_t value_bytes);
/// Inserts if there is no such key; otherwise changes nothing, gives the value that is there, and returns null.
char* put_space_if_absent(MDB_cursor* cursor, BytesView key, std::size_t value_bytes, BytesView& present);
/// Erases the row that the cursor was moved to.
void erase(MDB_cursor* cursor);

}  // namespace tern::store::lmdb
