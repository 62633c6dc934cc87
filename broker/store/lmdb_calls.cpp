#include "broker/store/lmdb_calls.hpp"

#include <lmdb.h>

#include <cstring>

#include "broker/store/store.hpp"

namespace tern::store::lmdb {
namespace {

// Each snapshot that is open at one time takes one; an I/O thread has one or two at a time.
constexpr unsigned readers_max = 510;
constexpr unsigned tables_max = 32;

[[noreturn]] void fail(const char* doing, int code) {
    throw StoreFailure(std::string("The data file failed while ") + doing + ": " + mdb_strerror(code) + ".");
}

void check(const char* doing, int code) {
    if (code != MDB_SUCCESS) [[unlikely]]
        fail(doing, code);
}

/// True for a row, false for "there is none".
bool found(const char* doing, int code) {
    if (code == MDB_SUCCESS) return true;
    if (code == MDB_NOTFOUND) return false;
    fail(doing, code);
}

// LMDB takes pointers to non-const everywhere, also where it only reads.
MDB_val to_val(BytesView bytes) {
    return {bytes.size(), const_cast<char*>(bytes.data())};
}
BytesView to_view(const MDB_val& val) {
    return {static_cast<const char*>(val.mv_data), val.mv_size};
}

bool get(const char* doing, MDB_cursor* cursor, MDB_val key, MDB_cursor_op operation, Row& row) {
    MDB_val value;
    if (!found(doing, mdb_cursor_get(cursor, &key, &value, operation))) return false;
    row = {to_view(key), to_view(value)};
    return true;
}

}  // namespace

void CloseEnvironment::operator()(MDB_env* environment) const {
    mdb_env_close(environment);
}
void AbortTransaction::operator()(MDB_txn* transaction) const {
    mdb_txn_abort(transaction);
}
void CloseCursor::operator()(MDB_cursor* cursor) const {
    mdb_cursor_close(cursor);
}

Environment open_environment(const std::string& file, std::uint64_t map_bytes, Access access) {
    MDB_env* made = nullptr;
    check("preparing to open it", mdb_env_create(&made));
    Environment environment(made);
    check("setting its limits", mdb_env_set_maxdbs(made, tables_max));
    check("setting its limits", mdb_env_set_maxreaders(made, readers_max));
    check("setting its map", mdb_env_set_mapsize(made, map_bytes));

    unsigned flags = MDB_NOSUBDIR | MDB_NOTLS;
    flags |= access == Access::read_only ? MDB_RDONLY : MDB_NOMETASYNC;
    check("opening it", mdb_env_open(made, file.c_str(), flags, 0600));

    // Places of readers whose process was killed; they would keep pages from being used again.
    int dead = 0;
    check("looking for readers that are gone", mdb_reader_check(made, &dead));
    return environment;
}

Info info(MDB_env* environment) {
    MDB_envinfo info;
    MDB_stat stat;
    check("being asked for its size", mdb_env_info(environment, &info));
    check("being asked for its size", mdb_env_stat(environment, &stat));
    return {info.me_mapsize, stat.ms_psize, info.me_last_pgno, info.me_last_txnid};
}

int file_descriptor(MDB_env* environment) {
    int descriptor = -1;
    check("being asked for its descriptor", mdb_env_get_fd(environment, &descriptor));
    return descriptor;
}

void set_map_bytes(MDB_env* environment, std::uint64_t bytes) {
    check("growing its map", mdb_env_set_mapsize(environment, bytes));
}

void flush_no_more(MDB_env* environment) {
    check("being set up", mdb_env_set_flags(environment, MDB_NOSYNC, 1));
}

void copy_compacted(MDB_env* environment, int file_descriptor) {
    check("being copied", mdb_env_copyfd2(environment, file_descriptor, MDB_CP_COMPACT));
}

Transaction begin_write(MDB_env* environment) {
    MDB_txn* made = nullptr;
    check("beginning to write", mdb_txn_begin(environment, nullptr, 0, &made));
    return Transaction(made);
}

Transaction begin_read(MDB_env* environment) {
    MDB_txn* made = nullptr;
    check("beginning to read", mdb_txn_begin(environment, nullptr, MDB_RDONLY, &made));
    return Transaction(made);
}

void rest(MDB_txn* read_transaction) {
    mdb_txn_reset(read_transaction);
}
void resume(MDB_txn* resting) {
    check("beginning to read", mdb_txn_renew(resting));
}
std::uint64_t id(MDB_txn* transaction) {
    return mdb_txn_id(transaction);
}

void commit(Transaction transaction) {
    check("committing", mdb_txn_commit(transaction.release()));
}

std::optional<TableHandle> open_table(MDB_txn* transaction, const char* name, bool create) {
    MDB_dbi handle = 0;
    const int code = mdb_dbi_open(transaction, name, create ? MDB_CREATE : 0, &handle);
    if (!found("opening a table", code)) return std::nullopt;
    return handle;
}

std::uint64_t rows(MDB_txn* transaction, TableHandle table) {
    MDB_stat stat;
    check("counting rows", mdb_stat(transaction, table, &stat));
    return stat.ms_entries;
}

std::uint64_t free_pages(MDB_txn* transaction, std::uint64_t transaction_id, std::uint64_t enough) {
    // LMDB's own table 0: the id of a transaction -> how many pages it freed, and which.
    constexpr MDB_dbi free_table = 0;
    MDB_cursor* made = nullptr;
    check("counting free pages", mdb_cursor_open(transaction, free_table, &made));
    const ReadCursor cursor(made);

    std::uint64_t pages = 0;
    Row row;
    while (pages < enough && move(made, Move::next, row)) {
        if (load_little<std::size_t>(row.key.data()) >= transaction_id) break;
        pages += load_little<std::size_t>(row.value.data());
    }
    return pages;
}

MDB_cursor* open_cursor(MDB_txn* transaction, TableHandle table) {
    MDB_cursor* made = nullptr;
    check("opening a cursor", mdb_cursor_open(transaction, table, &made));
    return made;
}

void resume_cursor(MDB_cursor* cursor, MDB_txn* read_transaction) {
    check("opening a cursor", mdb_cursor_renew(read_transaction, cursor));
}

bool find(MDB_cursor* cursor, BytesView key, Row& row) {
    return get("reading", cursor, to_val(key), MDB_SET_KEY, row);
}

bool find_not_below(MDB_cursor* cursor, BytesView key, Row& row) {
    return get("reading", cursor, to_val(key), MDB_SET_RANGE, row);
}

bool move(MDB_cursor* cursor, Move move, Row& row) {
    constexpr std::array operations{MDB_FIRST, MDB_LAST, MDB_NEXT, MDB_PREV};
    return get("reading", cursor, MDB_val{}, operations[static_cast<std::size_t>(move)], row);
}

void put(MDB_cursor* cursor, BytesView key, BytesView value) {
    MDB_val key_val = to_val(key);
    MDB_val value_val = to_val(value);
    check("writing a row", mdb_cursor_put(cursor, &key_val, &value_val, 0));
}

char* put_space(MDB_cursor* cursor, BytesView key, std::size_t value_bytes) {
    MDB_val key_val = to_val(key);
    MDB_val space{value_bytes, nullptr};
    check("writing a row", mdb_cursor_put(cursor, &key_val, &space, MDB_RESERVE));
    return static_cast<char*>(space.mv_data);
}

char* put_space_if_absent(MDB_cursor* cursor, BytesView key, std::size_t value_bytes, BytesView& present) {
    MDB_val key_val = to_val(key);
    MDB_val space{value_bytes, nullptr};
    const int code = mdb_cursor_put(cursor, &key_val, &space, MDB_RESERVE | MDB_NOOVERWRITE);
    if (code == MDB_KEYEXIST) {
        present = to_view(space);
        return nullptr;
    }
    check("writing a row", code);
    return static_cast<char*>(space.mv_data);
}

void erase(MDB_cursor* cursor) {
    check("erasing a row", mdb_cursor_del(cursor, 0));
}

}  // namespace tern::store::lmdb
