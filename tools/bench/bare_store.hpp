#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace tern::bench {

/// LMDB as the bare loops use it, without anything of a broker around it: one environment, one write transaction at a
/// time, one flush a commit (MDB_NOMETASYNC). A table is named by its place in the list it was opened with.
/// Errors: every function throws BenchError when LMDB fails.
class BareStore {
public:
    BareStore(const std::filesystem::path& folder, std::initializer_list<const char*> tables);
    ~BareStore();
    BareStore(const BareStore&) = delete;
    BareStore& operator=(const BareStore&) = delete;

    void begin();
    void commit();
    void abort();

    // All of these within a transaction.
    void put(std::size_t table, std::string_view key, std::string_view value);
    /// The row must be there.
    void erase(std::size_t table, std::string_view key);
    /// The row must be there; valid until the next change.
    std::string_view get(std::size_t table, std::string_view key);
    /// Erases the first row from `from` to `to`, both included, and copies its key; false when there is none.
    bool take_first(std::size_t table, std::string_view from, std::string_view to, std::string& key);
    std::uint64_t rows(std::size_t table);

private:
    struct Lmdb;
    std::unique_ptr<Lmdb> lmdb_;
};

}  // namespace tern::bench
