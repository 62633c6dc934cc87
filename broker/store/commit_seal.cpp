#include "broker/store/commit_seal.hpp"

#include "protocol/crc32c.hpp"

namespace tern::store {
namespace {

constexpr BytesView seal_magic = "ternseal";
/// The magic, the CRC of what follows, its length, the transaction, the CRC of the pages, the number of ranges.
constexpr std::size_t crc_at = 8;
constexpr std::size_t length_at = 12;
constexpr std::size_t transaction_at_in_seal = 16;
constexpr std::size_t contents_crc_at = 24;
constexpr std::size_t count_at = 28;
constexpr std::size_t seal_header_bytes = 32;
/// Most are one page, not far from the one before: numbers take a byte or two (LEB128).
constexpr unsigned varint_bits = 7;

void append_varint(Bytes& to, std::uint64_t value) {
    for (; value >= 1u << varint_bits; value >>= varint_bits)
        to += static_cast<char>((value & ((1u << varint_bits) - 1)) | (1u << varint_bits));
    to += static_cast<char>(value);
}

std::optional<std::uint64_t> take_varint(BytesView& from) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !from.empty(); shift += varint_bits) {
        const auto byte = static_cast<unsigned char>(from.front());
        from.remove_prefix(1);
        value |= std::uint64_t{byte & ((1u << varint_bits) - 1)} << shift;
        if (byte < 1u << varint_bits) return value;
    }
    return std::nullopt;
}

/// Signed numbers as unsigned ones that are small when these are near zero.
std::uint64_t zigzag(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t unzigzag(std::uint64_t value) {
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

}  // namespace

std::optional<Bytes> encode_seal(const CommitSeal& seal, std::size_t bytes_max) {
    Bytes bytes(seal_header_bytes, '\0');
    seal_magic.copy(bytes.data(), seal_magic.size());
    std::uint64_t end = 0;
    for (const auto& range : seal.ranges) {
        append_varint(bytes, zigzag(static_cast<std::int64_t>(range.offset - end)));
        append_varint(bytes, range.bytes);
        if (bytes.size() > bytes_max) return std::nullopt;
        end = range.offset + range.bytes;
    }
    store_little(bytes.data() + length_at, static_cast<std::uint32_t>(bytes.size()));
    store_little(bytes.data() + transaction_at_in_seal, seal.transaction);
    store_little(bytes.data() + contents_crc_at, seal.crc);
    store_little(bytes.data() + count_at, static_cast<std::uint32_t>(seal.ranges.size()));
    store_little(bytes.data() + crc_at, protocol::crc32c(BytesView(bytes).substr(length_at)));
    return bytes;
}

std::optional<CommitSeal> decode_seal(BytesView bytes) {
    if (bytes.size() < seal_header_bytes || !bytes.starts_with(seal_magic)) return std::nullopt;
    const std::size_t length = load_little<std::uint32_t>(bytes.data() + length_at);
    if (length < seal_header_bytes || length > bytes.size()) return std::nullopt;
    bytes = bytes.substr(0, length);
    if (protocol::crc32c(bytes.substr(length_at)) != load_little<std::uint32_t>(bytes.data() + crc_at))
        return std::nullopt;

    CommitSeal seal;
    seal.transaction = load_little<std::uint64_t>(bytes.data() + transaction_at_in_seal);
    seal.crc = load_little<std::uint32_t>(bytes.data() + contents_crc_at);
    const auto count = load_little<std::uint32_t>(bytes.data() + count_at);
    auto rest = bytes.substr(seal_header_bytes);
    std::uint64_t end = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto gap = take_varint(rest);
        const auto range_bytes = take_varint(rest);
        if (!gap || !range_bytes) return std::nullopt;
        const auto offset = end + static_cast<std::uint64_t>(unzigzag(*gap));
        seal.ranges.push_back({offset, *range_bytes});
        end = offset + *range_bytes;
    }
    if (!rest.empty()) return std::nullopt;
    return seal;
}

}  // namespace tern::store
