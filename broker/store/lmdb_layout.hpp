#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

/// LMDB's two header pages, as LMDB 0.9 writes them on a 64-bit machine: a page header of 16 bytes, then MDB_meta.
namespace tern::store {

inline constexpr std::size_t last_page_at = 136;
inline constexpr std::size_t transaction_at = 144;
inline constexpr std::size_t lmdb_header_bytes = 152;

struct LmdbHeader {
    std::uint64_t page_bytes = 0;
    /// The highest page in use, counted from 0.
    std::uint64_t last_page = 0;
    std::uint64_t transaction = 0;
};

/// The header page at that place of the file; nothing when there is none.
std::optional<LmdbHeader> read_lmdb_header(int descriptor, std::uint64_t at);

}  // namespace tern::store
