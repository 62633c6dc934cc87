#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/store/store.hpp"

/// Looks at a data folder from outside, whether or not a broker runs on it: for `tern check`.
/// Not in the process of that broker: LMDB cannot have one file open twice in a process.
namespace tern::store {

/// A row, or a run of rows, that is not what was stored.
struct DamagedRow {
    std::string_view table;
    /// Readable: "storage 7, sequence 12", or hexadecimal.
    std::string key;
    /// What is wrong, as the end of a sentence: "does not match its checksum".
    std::string fault;
};

struct TableReport {
    std::string_view table;
    std::uint64_t values = 0;
    /// More than the values where long ones are cut into pieces.
    std::uint64_t rows = 0;
    std::uint64_t damaged = 0;
};

struct FolderReport {
    std::uint64_t file_bytes = 0;
    std::uint64_t used_bytes = 0;
    std::vector<TableReport> tables;
    /// The first damaged rows, damaged_rows_listed_max at most.
    std::vector<DamagedRow> damaged;
    std::uint64_t damaged_count = 0;

    bool sound() const { return damaged_count == 0; }
};

inline constexpr std::size_t damaged_rows_listed_max = 1000;

/// Walks every row of every table and checks what has a checksum, and the lengths and keys of the rest.
/// Errors: throws StoreFailure when there is no data file, it is cut off, not ours or of another version.
FolderReport check_folder(const std::string& folder);

/// A snapshot of a data folder, for those who look further than rows and checksums.
class FolderSnapshot {
public:
    /// Errors: as check_folder.
    explicit FolderSnapshot(const std::string& folder);
    ~FolderSnapshot();
    FolderSnapshot(const FolderSnapshot&) = delete;
    FolderSnapshot& operator=(const FolderSnapshot&) = delete;

    const ReadTransaction& transaction() const;

private:
    struct Opened;
    std::unique_ptr<Opened> opened_;
};

}  // namespace tern::store
