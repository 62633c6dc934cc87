#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "broker/store/store.hpp"

namespace tern::store {

struct LmdbOptions {
    /// How much of the address space the file gets at first; it is doubled when half of it is used. A file that is
    /// longer already gets more.
    std::uint64_t map_bytes = std::uint64_t{4} << 30;
    /// The data file never grows beyond this.
    std::uint64_t map_bytes_max = std::uint64_t{16} << 40;
    /// What is kept allocated ahead, for receives and deletes on a full disk. More than any one batch may write, copied
    /// pages included.
    std::uint64_t reserve_bytes = 32u << 20;
    /// A mutant for tests: what a commit has written is flushed only before the next one writes.
    bool unsafe_late_flush = false;
};

/// The store in one LMDB file, DIR/tern.mdb (docs/storage.md).
class LmdbStore final : public Store {
public:
    /// Opens the data folder, or makes a new one. The folder belongs to this object until its end.
    /// Errors: throws StoreFailure with one sentence that names the folder and what to do, when another broker has it,
    /// when it is of another version or not ours, when it is cut off, when the system refuses.
    static std::unique_ptr<LmdbStore> open(const std::string& folder, const LmdbOptions& options = {});

    /// All transactions must have ended.
    ~LmdbStore() override;

    std::unique_ptr<WriteTransaction> begin_write() override;
    std::unique_ptr<ReadTransaction> begin_read() override;
    void flush() override;
    Space space() override;
    std::uint64_t backup(const std::string& path) override;

    /// What the log should tell about the folder: a sentence each.
    const std::vector<std::string>& warnings() const;

private:
    struct Opened;
    class Write;
    explicit LmdbStore(std::unique_ptr<Opened> opened);

    std::unique_ptr<Opened> opened_;
};

}  // namespace tern::store
