#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "broker/base/bytes.hpp"

/// What makes a commit final with a single flush (docs/storage.md): a record of which pages it wrote and what they
/// hold, on the disk beside its header page. Without the record nobody could tell after a power cut whether all of the
/// pages came as far as the header page that points to them.
namespace tern::store {

/// So many bytes of a file from there on.
struct FileRange {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;

    bool operator==(const FileRange&) const = default;
};

struct CommitSeal {
    /// The number of LMDB's transaction.
    std::uint64_t transaction = 0;
    /// What it wrote: pages in their order in the file, and last the part of the header page. None of a transaction
    /// that was flushed before the seal was written: then nothing needs a check.
    std::vector<FileRange> ranges;
    /// CRC-32C of all these bytes, one range after the other.
    std::uint32_t crc = 0;

    bool operator==(const CommitSeal&) const = default;
};

/// Behind what LMDB keeps in its header pages, in sectors of their own.
constexpr std::uint64_t seal_at = 512;

/// LMDB's two header pages take turns, and so do the seals.
constexpr std::uint64_t seal_offset(std::uint64_t transaction, std::uint64_t page_bytes) {
    return transaction % 2 * page_bytes + seal_at;
}

/// The bytes of a seal; nothing when it has so many ranges that it is longer than `bytes_max`.
std::optional<Bytes> encode_seal(const CommitSeal& seal, std::size_t bytes_max);

/// Nothing when the bytes are no whole seal.
std::optional<CommitSeal> decode_seal(BytesView bytes);

}  // namespace tern::store
