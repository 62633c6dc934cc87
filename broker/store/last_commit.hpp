#pragma once

#include <cstdint>
#include <string>

namespace tern::store {

/// What a data file holds of the last transaction that has a header page there.
enum class LastCommit : std::uint8_t {
    /// It is whole.
    whole,
    /// A power cut, or the end of the process, came before it was: nobody was told that it is done.
    cut_off,
    /// Nothing tells: the file has no seals, as backups have none, or is no data file.
    unknown,
};

/// Looks at the file's bytes, before LMDB does.
LastCommit judge_last_commit(const std::string& file);

/// Takes back the last transaction if it is cut off, and says whether it was: then the one before is the last. That one
/// is whole, since a transaction begins to write when everything of the one before is flushed. A power cut meanwhile
/// does no harm. Errors: throws StoreFailure when the file cannot be written.
bool undo_cut_off_commit(const std::string& file);

}  // namespace tern::store
