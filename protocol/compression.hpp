#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "protocol/byte_room.hpp"
#include "protocol/record_batch.hpp"

namespace tern::protocol {

enum class Decompressed : std::uint8_t { whole, damaged, too_long };

/// One way to compress. It keeps its working memory from call to call, and is used by one thread at a time.
class Codec {
public:
    virtual ~Codec() = default;
    /// Appends the bytes, compressed. False when the result would be no shorter than they are, or the library failed:
    /// what was appended then has no meaning.
    virtual bool compress(std::string_view bytes, ByteRoom& to) = 0;
    /// Fills `to` with what the bytes were before. Neither memory nor time is spent on what the bytes claim: memory
    /// grows with what comes out of them, and ends at `bytes_max`.
    virtual Decompressed decompress(std::string_view bytes, ByteRoom& to, std::size_t bytes_max) = 0;
};

std::unique_ptr<Codec> make_gzip();
std::unique_ptr<Codec> make_snappy();
std::unique_ptr<Codec> make_lz4();
std::unique_ptr<Codec> make_zstd();

/// The codecs, each made when it is first needed.
class Codecs {
public:
    /// Any compression but `none`.
    Codec& of(Compression compression);

private:
    std::array<std::unique_ptr<Codec>, 5> made_;
};

/// Room for more of what is being decompressed, of which `from_bytes` are the compressed form: a first guess, then
/// twice as much each time. False when there is more already than is allowed. One byte beyond the bound may be written,
/// which is how a result that is too long is told from one that just fits.
inline bool room_for_more(ByteRoom& to, std::size_t from_bytes, std::size_t bytes_max) {
    if (to.size() > bytes_max) return false;
    if (to.free() == 0) {
        const std::size_t wanted = std::max({std::size_t{4096}, 4 * from_bytes, 2 * to.size()});
        to.grow(wanted > bytes_max ? bytes_max + 1 : wanted);
    }
    return true;
}

}  // namespace tern::protocol
