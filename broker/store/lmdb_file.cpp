#include "broker/store/lmdb_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <utility>

#include "broker/store/data_folder.hpp"
#include "broker/store/format.hpp"
#include "broker/store/sealed_commits.hpp"

namespace tern::store::lmdb {
namespace {

[[noreturn]] void refuse(const std::string& folder, const std::string& why) {
    throw StoreFailure("Cannot use the data folder " + folder + ": " + why);
}

std::string name_of(Table table) {
    return std::string(traits_of(table).name);
}

void remove_file(const std::string& file) {
    if (::unlink(file.c_str()) != 0 && errno != ENOENT) {
        throw StoreFailure("Cannot remove " + file + " (" + system_error_text() + ").");
    }
}

/// The version that the file tells. Errors: throws StoreFailure when it is not ours, newer, or too old to be upgraded.
std::uint32_t format_of(const std::string& folder, MDB_txn* transaction) {
    const auto meta = open_table(transaction, name_of(Table::meta).c_str(), false);
    std::optional<std::uint32_t> version;
    Row row;
    if (meta && find(ReadCursor(open_cursor(transaction, *meta)).get(), format_key, row)) {
        version = format_version_of(row.value);
    }
    if (!version) refuse(folder, "its tern.mdb was not written by Tern; choose another folder.");
    if (*version > format_version) {
        refuse(folder, "it was written by a newer Tern (format " + std::to_string(*version) + ", this one knows " +
                           std::to_string(format_version) + "); start that version.");
    }
    if (*version < format_version_upgraded_min) {
        refuse(folder, "it was written by an older Tern (format " + std::to_string(*version) +
                           ") that this one cannot upgrade; start that version.");
    }
    return *version;
}

/// Brings an older file up to date, whole or not at all: so far newer formats have more tables, and nothing else.
void upgrade(const std::string& folder, MDB_env* environment) {
    const auto version = format_of(folder, begin_read(environment).get());
    if (version == format_version) return;
    auto transaction = begin_write(environment);
    for (const auto& traits : table_traits)
        if (traits.since > version) open_table(transaction.get(), std::string(traits.name).c_str(), true);
    const auto meta = open_table(transaction.get(), name_of(Table::meta).c_str(), false);
    put(open_cursor(transaction.get(), meta.value()), format_key, format_row());
    commit_and_settle(environment, std::move(transaction));
}

}  // namespace

void commit_and_settle(MDB_env* environment, Transaction transaction) {
    const auto number = id(transaction.get());
    commit(std::move(transaction));
    SealedCommits(file_descriptor(environment), info(environment).page_bytes).settle(number);
}

void create_file(const std::string& folder, std::uint64_t map_bytes) {
    const auto making = folder + "/" + std::string(new_data_file_name);
    remove_file(making);
    {
        const auto environment = open_environment(making, map_bytes, Access::read_write);
        auto transaction = begin_write(environment.get());
        for (const auto& traits : table_traits) open_table(transaction.get(), std::string(traits.name).c_str(), true);
        const auto meta = open_table(transaction.get(), name_of(Table::meta).c_str(), false);
        put(open_cursor(transaction.get(), meta.value()), format_key, format_row());
        commit_and_settle(environment.get(), std::move(transaction));
    }
    remove_file(making + "-lock");
    if (std::rename(making.c_str(), data_file_in(folder).c_str()) != 0) {
        throw StoreFailure("Cannot make the data file in " + folder + " (" + system_error_text() + ").");
    }
    flush_folder(folder);
}

File open_file(const std::string& folder, std::uint64_t map_bytes, Access access) {
    auto environment = open_environment(data_file_in(folder), map_bytes, access);
    if (access == Access::read_write) upgrade(folder, environment.get());
    return open_tables(folder, std::move(environment));
}

File open_tables(const std::string& folder, Environment environment) {
    File file{std::move(environment), {}};
    auto transaction = begin_read(file.environment.get());
    file.tables = open_tables(folder, transaction.get());
    // A handle outlives the transaction that opened it only if that one commits.
    commit(std::move(transaction));
    return file;
}

TableHandles open_tables(const std::string& folder, MDB_txn* transaction) {
    if (const auto version = format_of(folder, transaction); version < format_version) {
        refuse(folder, "it was written by an older Tern (format " + std::to_string(version) +
                           "); start a broker of this version on it once, which upgrades it, or use that version.");
    }
    TableHandles tables;
    for (std::size_t at = 0; at < table_count; ++at) {
        const auto handle = open_table(transaction, std::string(table_traits[at].name).c_str(), false);
        if (!handle) refuse(folder, "one of its tables is missing; restore it from a backup.");
        tables[at] = *handle;
    }
    return tables;
}

}  // namespace tern::store::lmdb
