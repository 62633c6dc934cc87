#include <snappy.h>

#include <cstring>

#include "protocol/big_endian.hpp"
#include "protocol/compression.hpp"

namespace tern::protocol {
namespace {

using namespace std::string_view_literals;

// Snappy comes in two shapes. Some clients write one *raw* block, as every Snappy library makes it. Java clients cut
// the bytes into blocks and frame them as snappy-java (xerial) does: a magic, two versions of four bytes, then for each
// block a length of four bytes and the raw block. We read both and write the frames, with blocks of the length that is
// usual there: whoever reads what Java clients write reads them, while not everybody reads raw blocks.
constexpr auto framing_magic = "\x82SNAPPY\0"sv;
constexpr auto framing_header = "\x82SNAPPY\0\0\0\0\x01\0\0\0\x01"sv;
constexpr std::size_t block_bytes_max = 32 * 1024;

// The densest element of the format makes 64 bytes of 3, so a block that claims more than this is lying, and no memory
// is given for it.
constexpr std::size_t ratio_max = 22;

/// Appends what a raw block holds.
Decompressed append_block(std::string_view block, ByteRoom& to, std::size_t bytes_max) {
    std::size_t claimed = 0;
    if (!snappy::GetUncompressedLength(block.data(), block.size(), &claimed)) return Decompressed::damaged;
    if (claimed > ratio_max * block.size()) return Decompressed::damaged;
    if (claimed > bytes_max - to.size()) return Decompressed::too_long;
    // A byte more, so that there is an address to write nothing to.
    to.reserve(claimed + 1);
    if (!snappy::RawUncompress(block.data(), block.size(), to.end())) return Decompressed::damaged;
    to.written(claimed);
    return Decompressed::whole;
}

Decompressed append_framed(std::string_view bytes, ByteRoom& to, std::size_t bytes_max) {
    while (!bytes.empty()) {
        // Streams may follow each other, each with its header.
        if (bytes.starts_with(framing_magic)) {
            if (bytes.size() < framing_header.size()) return Decompressed::damaged;
            bytes.remove_prefix(framing_header.size());
            continue;
        }
        if (bytes.size() < 4) return Decompressed::damaged;
        const std::size_t block_bytes = load_big<std::uint32_t>(bytes.data());
        bytes.remove_prefix(4);
        if (block_bytes > bytes.size()) return Decompressed::damaged;
        const auto result = append_block(bytes.substr(0, block_bytes), to, bytes_max);
        if (result != Decompressed::whole) return result;
        bytes.remove_prefix(block_bytes);
    }
    return Decompressed::whole;
}

class Snappy final : public Codec {
public:
    bool compress(std::string_view bytes, ByteRoom& to) override {
        const std::size_t before = to.size();
        std::memcpy(to.reserve(framing_header.size()), framing_header.data(), framing_header.size());
        to.written(framing_header.size());
        const std::size_t length = bytes.size();
        while (!bytes.empty()) {
            const auto block = bytes.substr(0, block_bytes_max);
            char* const at = to.reserve(4 + snappy::MaxCompressedLength(block.size()));
            std::size_t written = 0;
            snappy::RawCompress(block.data(), block.size(), at + 4, &written);
            store_big(at, static_cast<std::uint32_t>(written));
            to.written(4 + written);
            bytes.remove_prefix(block.size());
        }
        return to.size() - before < length;
    }

    Decompressed decompress(std::string_view bytes, ByteRoom& to, std::size_t bytes_max) override {
        to.clear();
        return bytes.starts_with(framing_magic) ? append_framed(bytes, to, bytes_max)
                                                : append_block(bytes, to, bytes_max);
    }
};

}  // namespace

std::unique_ptr<Codec> make_snappy() {
    return std::make_unique<Snappy>();
}

}  // namespace tern::protocol
