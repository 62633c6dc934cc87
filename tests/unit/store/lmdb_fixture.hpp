#pragma once

#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "broker/store/data_folder.hpp"
#include "broker/store/keys.hpp"
#include "broker/store/lmdb_store.hpp"
#include "tests/contract/temporary_folder.hpp"

namespace tern::test {

inline constexpr auto messages = store::Table::queue_messages;

/// A data folder of its own, and the small steps that these tests are made of.
struct LmdbFixture {
    void open(const store::LmdbOptions& options = {}) { lmdb = store::LmdbStore::open(data, options); }
    void close() { lmdb.reset(); }

    /// What the refusal to open says; empty when it opens.
    std::string refusal() {
        try {
            open();
            close();
            return "";
        } catch (const store::StoreFailure& failure) {
            return failure.what();
        }
    }

    void put(store::Table table, BytesView key, BytesView value) {
        const auto transaction = lmdb->begin_write();
        transaction->put(table, key, value);
        transaction->commit();
    }

    bool erase(store::Table table, BytesView key) {
        const auto transaction = lmdb->begin_write();
        const bool there = transaction->erase(table, key);
        transaction->commit();
        return there;
    }

    static Bytes message_key(std::uint64_t sequence) { return Bytes(store::Key().u32(7).u64(sequence).view()); }

    std::string file_content() const {
        std::ifstream file(store::data_file_in(data), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void write_file(const std::string& content) const {
        std::ofstream file(store::data_file_in(data), std::ios::binary | std::ios::trunc);
        file << content;
    }
    void write_at(std::uint64_t offset, const std::string& content) const {
        std::fstream file(store::data_file_in(data), std::ios::binary | std::ios::in | std::ios::out);
        file.seekp(static_cast<std::streamoff>(offset));
        file << content;
    }

    TemporaryFolder folder;
    std::string data = folder.at("data");
    std::unique_ptr<store::LmdbStore> lmdb;
};

}  // namespace tern::test
