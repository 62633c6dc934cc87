#pragma once

#include <cstdint>
#include <string>

struct MDB_env;

namespace tern::store {

/// Copies what is committed, compacted, into the new folder `path`, from which a broker can start. Returns the bytes of
/// the copy. Errors: throws StoreFailure when there is such a path already or the system refuses; what was begun is
/// removed.
std::uint64_t write_backup(MDB_env* environment, const std::string& path);

}  // namespace tern::store
