#pragma once

#include <string>
#include <vector>

#include "broker/base/bytes.hpp"

/// A data folder as the file system sees it: DIR/tern.mdb, LMDB's DIR/tern.mdb-lock, and our DIR/tern.lock.
namespace tern::store {

inline constexpr BytesView data_file_name = "tern.mdb";
/// A data file in the making; what is found under this name at start is of a start that did not end.
inline constexpr BytesView new_data_file_name = "tern.mdb.new";
inline constexpr BytesView lock_file_name = "tern.lock";

std::string data_file_in(const std::string& folder);

/// The right to use a data folder, as long as this object lives.
class FolderLock {
public:
    /// Makes the folder (mode 0700) if there is none. Errors: throws StoreFailure when that fails or another broker
    /// holds it.
    explicit FolderLock(const std::string& folder);
    ~FolderLock();
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

private:
    int descriptor_;
};

/// Sentences for the log about a file system that may not keep what it promises.
std::vector<std::string> file_system_warnings(const std::string& folder);

/// True when there is a data file. Errors: throws StoreFailure, naming the folder, when there is something that is not
/// whole or not LMDB's: LMDB itself would read such a file until it crashes.
bool has_data_file(const std::string& folder);

/// What a start does first (last_commit.hpp), for whoever looks into a folder that no broker has. A folder that cannot
/// be written to is left as it is.
void undo_cut_off_commit_if_unused(const std::string& folder);

/// Makes names that were added to or moved in the folder durable.
void flush_folder(const std::string& folder);

/// What the system says about the last call: "No space left on device".
std::string system_error_text();

}  // namespace tern::store
