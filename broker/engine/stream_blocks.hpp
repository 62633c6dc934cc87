#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "broker/base/bytes.hpp"
#include "broker/base/time.hpp"
#include "broker/store/seal.hpp"

/// How record batches lie in the table `stream_log`: a block is a header and then whole batches, one behind the other.
namespace tern::engine {

struct BlockHeader {
    /// Of the block's first record.
    std::uint64_t base_offset = 0;
    /// When the last of its batches was appended, by the latest that the clock ever said: retention counts from it.
    Timestamp appended_at{};
    /// The greatest timestamp of its records.
    std::int64_t timestamp_max = 0;
    /// Of its oldest batch.
    Timestamp first_appended_at{};
};

inline constexpr std::size_t block_header_bytes = 32;
/// How long a block gets; only a single batch that is longer makes a longer one.
inline constexpr std::size_t block_bytes_target = 64u << 10;
/// What two rows of a sealed value hold: up to there a commit adds to the partition's last block.
inline constexpr std::size_t joined_block_bytes_max = 8151;
static_assert(store::further_rows(joined_block_bytes_max) == 1 && store::further_rows(joined_block_bytes_max + 1) == 2);

/// Writes the header over the first block_header_bytes of a block.
void write_block_header(char* block, const BlockHeader& header);
/// Nothing when the bytes are too short to be a block.
std::optional<BlockHeader> read_block_header(BytesView block);
/// The batches of a block.
inline BytesView batches_of(BytesView block) {
    return block.substr(block_header_bytes);
}

/// How many pages a block takes: what it costs to remove it.
constexpr std::uint32_t pages_of_block(std::size_t block_bytes) {
    return static_cast<std::uint32_t>(1 + store::further_rows(block_bytes));
}

}  // namespace tern::engine
