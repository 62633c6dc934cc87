#pragma once

#include <cstddef>

/// Where things are in a header page of LMDB 0.9 on a 64-bit machine, behind its page header of 16 bytes (MDB_meta).
namespace tern::store {

inline constexpr std::size_t last_page_at = 136;
inline constexpr std::size_t transaction_at = 144;

}  // namespace tern::store
