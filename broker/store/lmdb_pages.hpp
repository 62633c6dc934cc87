#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The pages of an LMDB file read without LMDB, which trusts what it maps: for the check of a folder, which must
/// survive whatever it finds there.
namespace tern::store {

/// The first page of a tree that is not what it should be.
struct PageFault {
    /// The name of the table; empty for the list of tables itself.
    std::string table;
    std::uint64_t page = 0;
    std::string fault;
};

/// Walks the trees of all tables as of the transaction `transaction_id`, and tells one fault a tree. LMDB can read a
/// tree without a fault. Nothing when the file has moved on from that transaction; a caller who holds a snapshot of it
/// has the pages, but must take a newer one to find their root.
std::optional<std::vector<PageFault>> find_page_faults(int file_descriptor, std::uint64_t transaction_id);

}  // namespace tern::store
