#include "broker/engine/stream_blocks.hpp"

#include <cstring>

namespace tern::engine {
namespace {

struct [[gnu::packed]] BlockLayout {
    std::uint64_t base_offset;
    std::int64_t appended_at;
    std::int64_t timestamp_max;
    std::int64_t first_appended_at;
};
static_assert(sizeof(BlockLayout) == block_header_bytes);

}  // namespace

void write_block_header(char* block, const BlockHeader& header) {
    const BlockLayout layout{header.base_offset, header.appended_at.ms(), header.timestamp_max,
                             header.first_appended_at.ms()};
    std::memcpy(block, &layout, sizeof layout);
}

std::optional<BlockHeader> read_block_header(BytesView block) {
    if (block.size() < block_header_bytes) return std::nullopt;
    BlockLayout layout;
    std::memcpy(&layout, block.data(), sizeof layout);
    return BlockHeader{layout.base_offset, Timestamp(layout.appended_at), layout.timestamp_max,
                       Timestamp(layout.first_appended_at)};
}

}  // namespace tern::engine
