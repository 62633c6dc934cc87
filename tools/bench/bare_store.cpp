#include "tools/bench/bare_store.hpp"

#include <fmt/format.h>
#include <lmdb.h>

#include <vector>

#include "tools/bench/bench_error.hpp"

namespace tern::bench {

namespace {

/// Address space, not memory.
constexpr std::size_t map_bytes = std::size_t{256} << 30;

void check(int error, const char* what) {
    if (error != MDB_SUCCESS) throw BenchError(fmt::format("LMDB: {}: {}.", what, mdb_strerror(error)));
}

MDB_val value_of(std::string_view bytes) {
    return {bytes.size(), const_cast<char*>(bytes.data())};
}

std::string_view view_of(const MDB_val& value) {
    return {static_cast<const char*>(value.mv_data), value.mv_size};
}

}  // namespace

struct BareStore::Lmdb {
    struct Table {
        MDB_dbi handle = 0;
        /// Opened when it is first needed in a transaction, and gone with it.
        MDB_cursor* cursor = nullptr;
    };

    ~Lmdb() { mdb_env_close(environment); }

    MDB_cursor* cursor_of(std::size_t table) {
        auto& cursor = tables[table].cursor;
        if (cursor == nullptr) check(mdb_cursor_open(transaction, tables[table].handle, &cursor), "mdb_cursor_open");
        return cursor;
    }

    void close_cursors() {
        for (auto& table : tables) {
            if (table.cursor != nullptr) mdb_cursor_close(table.cursor);
            table.cursor = nullptr;
        }
    }

    MDB_env* environment = nullptr;
    MDB_txn* transaction = nullptr;
    std::vector<Table> tables;
};

BareStore::BareStore(const std::filesystem::path& folder, std::initializer_list<const char*> tables)
    : lmdb_(std::make_unique<Lmdb>()) {
    auto& environment = lmdb_->environment;
    check(mdb_env_create(&environment), "mdb_env_create");
    check(mdb_env_set_mapsize(environment, map_bytes), "mdb_env_set_mapsize");
    check(mdb_env_set_maxdbs(environment, static_cast<MDB_dbi>(tables.size())), "mdb_env_set_maxdbs");
    check(mdb_env_open(environment, folder.c_str(), MDB_NOMETASYNC, 0644), "mdb_env_open");
    begin();
    for (const char* name : tables) {
        auto& table = lmdb_->tables.emplace_back();
        check(mdb_dbi_open(lmdb_->transaction, name, MDB_CREATE, &table.handle), "mdb_dbi_open");
    }
    commit();
}

BareStore::~BareStore() = default;

void BareStore::begin() {
    check(mdb_txn_begin(lmdb_->environment, nullptr, 0, &lmdb_->transaction), "mdb_txn_begin");
}

void BareStore::commit() {
    lmdb_->close_cursors();
    check(mdb_txn_commit(lmdb_->transaction), "mdb_txn_commit");
}

void BareStore::abort() {
    lmdb_->close_cursors();
    mdb_txn_abort(lmdb_->transaction);
}

void BareStore::put(std::size_t table, std::string_view key, std::string_view value) {
    auto key_value = value_of(key), row = value_of(value);
    check(mdb_cursor_put(lmdb_->cursor_of(table), &key_value, &row, 0), "mdb_cursor_put");
}

void BareStore::erase(std::size_t table, std::string_view key) {
    auto key_value = value_of(key);
    check(mdb_del(lmdb_->transaction, lmdb_->tables[table].handle, &key_value, nullptr), "mdb_del");
}

std::string_view BareStore::get(std::size_t table, std::string_view key) {
    auto key_value = value_of(key);
    MDB_val row;
    check(mdb_get(lmdb_->transaction, lmdb_->tables[table].handle, &key_value, &row), "mdb_get");
    return view_of(row);
}

bool BareStore::take_first(std::size_t table, std::string_view from, std::string_view to, std::string& key) {
    auto* const cursor = lmdb_->cursor_of(table);
    auto found = value_of(from);
    MDB_val row;
    const int error = mdb_cursor_get(cursor, &found, &row, MDB_SET_RANGE);
    if (error == MDB_NOTFOUND) return false;
    check(error, "mdb_cursor_get");
    if (view_of(found) > to) return false;
    key.assign(view_of(found));
    check(mdb_cursor_del(cursor, 0), "mdb_cursor_del");
    return true;
}

std::uint64_t BareStore::rows(std::size_t table) {
    MDB_stat stat;
    check(mdb_stat(lmdb_->transaction, lmdb_->tables[table].handle, &stat), "mdb_stat");
    return stat.ms_entries;
}

}  // namespace tern::bench
