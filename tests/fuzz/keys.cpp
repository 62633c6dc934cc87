#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "broker/store/keys.hpp"

/// Keys, both ways: what a key was made of comes out of it again, two keys compare like what they were made of, and
/// bytes that are no key are noticed and never read past.
///
/// The input is a list of pieces: a byte that tells the kind, then its content; used twice, from the front for one key
/// and from the middle for another.
namespace {

using tern::BytesView;
using tern::store::Key;
using tern::store::KeyReader;

enum class Kind : std::uint8_t { number8, number16, number32, number64, text };

struct Piece {
    Kind kind;
    std::uint64_t number = 0;
    std::string text;

    auto operator<=>(const Piece&) const = default;
};

/// Both keys take their kinds from `shape`, as the keys of one table do.
std::vector<Piece> pieces_of(BytesView shape, BytesView content) {
    std::vector<Piece> pieces;
    std::size_t bytes = 0;
    for (const char byte : shape.substr(0, 8)) {
        const auto kind = static_cast<Kind>(static_cast<unsigned char>(byte) % 5);
        Piece piece{kind, 0, {}};
        if (kind == Kind::text) {
            const auto end = std::min<std::size_t>(
                content.size(), content.empty() ? 0 : 1 + static_cast<unsigned char>(content[0]) % 16);
            piece.text = content.substr(0, end);
            content.remove_prefix(end);
        } else {
            const std::size_t width = std::size_t{1} << static_cast<int>(kind);
            for (std::size_t i = 0; i < width && !content.empty(); ++i) {
                piece.number = piece.number << 8 | static_cast<unsigned char>(content[0]);
                content.remove_prefix(1);
            }
        }
        // In the worst case a text doubles, and it has an end.
        bytes += 8 + 2 * piece.text.size() + 2;
        if (bytes > tern::store::key_bytes_max) break;
        pieces.push_back(std::move(piece));
    }
    return pieces;
}

Key key_of(const std::vector<Piece>& pieces) {
    Key key;
    for (const auto& piece : pieces) {
        switch (piece.kind) {
            case Kind::number8: key.u8(static_cast<std::uint8_t>(piece.number)); break;
            case Kind::number16: key.u16(static_cast<std::uint16_t>(piece.number)); break;
            case Kind::number32: key.u32(static_cast<std::uint32_t>(piece.number)); break;
            case Kind::number64: key.u64(piece.number); break;
            case Kind::text: key.text(piece.text); break;
        }
    }
    return key;
}

/// Reads pieces of these kinds; the reader tells whether they were there.
std::vector<Piece> read(KeyReader& reader, const std::vector<Piece>& shape) {
    std::vector<Piece> pieces;
    for (const auto& like : shape) {
        Piece piece{like.kind, 0, {}};
        switch (like.kind) {
            case Kind::number8: piece.number = reader.u8(); break;
            case Kind::number16: piece.number = reader.u16(); break;
            case Kind::number32: piece.number = reader.u32(); break;
            case Kind::number64: piece.number = reader.u64(); break;
            case Kind::text: piece.text = reader.text(); break;
        }
        pieces.push_back(std::move(piece));
    }
    return pieces;
}

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const BytesView input(reinterpret_cast<const char*>(bytes), size);
    const auto shape = input.substr(0, std::min<std::size_t>(size, 8));
    const auto content = input.substr(shape.size());
    const auto one = pieces_of(shape, content);
    auto other = pieces_of(shape, content.substr(content.size() / 2));
    other.resize(std::min(one.size(), other.size()));
    const std::vector<Piece> same_shape(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(other.size()));

    const auto key = key_of(one);
    KeyReader reader(key.view());
    require(read(reader, one) == one && reader.complete());
    require((key_of(same_shape).view() <=> key_of(other).view()) == (same_shape <=> other));

    // Bytes that were never a key.
    KeyReader wild(content.substr(0, tern::store::key_bytes_max));
    const auto found = read(wild, one);
    if (wild.ok()) require(content.starts_with(key_of(found).view()));
    return 0;
}
