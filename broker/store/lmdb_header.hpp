#pragma once

#include <optional>
#include <string>

namespace tern::store {

/// What keeps a file from being a whole LMDB file, in words for people; nothing when its two header pages are sound and
/// it is as long as they say. Looks at the bytes itself, since LMDB trusts what it maps.
std::optional<std::string> lmdb_header_fault(const std::string& file);

}  // namespace tern::store
