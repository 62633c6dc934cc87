#pragma once

#include <cstdint>
#include <string>

#include "broker/store/lmdb_calls.hpp"
#include "broker/store/lmdb_cursors.hpp"

/// A data file as LMDB and our format see it.
namespace tern::store::lmdb {

struct File {
    Environment environment;
    TableHandles tables{};
};

/// Writes a new, empty data file with all tables and the format row; after a power cut it is there whole or not at all.
void create_file(const std::string& folder, std::uint64_t map_bytes);

/// Opens an existing data file; to be written, an older one is upgraded first. Errors: throws StoreFailure, naming the
/// folder, when it is of a version that cannot be used so, or not ours.
File open_file(const std::string& folder, std::uint64_t map_bytes, Access access);

/// Commits what is none of the store's own transactions, durably, with a seal that says so.
void commit_and_settle(MDB_env* environment, Transaction transaction);

/// The second half of open_file: checks the format and finds the tables of an opened environment.
File open_tables(const std::string& folder, Environment environment);
/// The same for use within that transaction only.
TableHandles open_tables(const std::string& folder, MDB_txn* transaction);

}  // namespace tern::store::lmdb
