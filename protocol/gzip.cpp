#define ZLIB_CONST
#include <zlib.h>

#include <new>

#include "protocol/compression.hpp"

namespace tern::protocol {
namespace {

// The largest window, and what zlib adds to it to mean: the header of gzip; on reading, that of gzip or zlib.
constexpr int window_bits = 15;
constexpr int write_gzip = 16;
constexpr int read_gzip_or_zlib = 32;
constexpr int memory_level = 8;

const Bytef* bytes_in(std::string_view bytes) {
    return reinterpret_cast<const Bytef*>(bytes.data());
}

/// Batches and what becomes of them are far below 4 GiB; whatever is not goes in pieces.
uInt length(std::size_t bytes) {
    return static_cast<uInt>(std::min<std::size_t>(bytes, 1u << 30));
}

class Deflater {
public:
    Deflater() {
        if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits + write_gzip, memory_level,
                         Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc();
    }
    ~Deflater() { deflateEnd(&stream); }
    Deflater(const Deflater&) = delete;
    Deflater& operator=(const Deflater&) = delete;

    z_stream stream{};
};

class Inflater {
public:
    Inflater() {
        if (inflateInit2(&stream, window_bits + read_gzip_or_zlib) != Z_OK) throw std::bad_alloc();
    }
    ~Inflater() { inflateEnd(&stream); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    z_stream stream{};
};

class Gzip final : public Codec {
public:
    bool compress(std::string_view bytes, ByteRoom& to) override {
        if (bytes.empty() || bytes.size() > length(bytes.size())) return false;
        if (!deflater_) deflater_ = std::make_unique<Deflater>();
        auto& stream = deflater_->stream;
        deflateReset(&stream);
        to.reserve(bytes.size());
        stream.next_in = bytes_in(bytes);
        stream.avail_in = length(bytes.size());
        stream.next_out = reinterpret_cast<Bytef*>(to.end());
        stream.avail_out = length(bytes.size()) - 1;
        if (deflate(&stream, Z_FINISH) != Z_STREAM_END) return false;
        to.written(bytes.size() - 1 - stream.avail_out);
        return true;
    }

    Decompressed decompress(std::string_view bytes, ByteRoom& to, std::size_t bytes_max) override {
        if (!inflater_) inflater_ = std::make_unique<Inflater>();
        auto& stream = inflater_->stream;
        const auto compressed_bytes = bytes.size();
        inflateReset(&stream);
        to.clear();
        while (room_for_more(to, compressed_bytes, bytes_max)) {
            stream.next_in = bytes_in(bytes);
            stream.avail_in = length(bytes.size());
            stream.next_out = reinterpret_cast<Bytef*>(to.end());
            stream.avail_out = length(to.free());
            const auto offered = stream.avail_in;
            const auto room = stream.avail_out;
            const auto result = inflate(&stream, Z_NO_FLUSH);
            if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR) return Decompressed::damaged;
            const auto taken = offered - stream.avail_in;
            const auto given = room - stream.avail_out;
            bytes.remove_prefix(taken);
            to.written(given);
            if (result == Z_STREAM_END) {
                if (bytes.empty()) return to.size() > bytes_max ? Decompressed::too_long : Decompressed::whole;
                // Several streams may follow each other (RFC 1952 section 2.2).
                inflateReset(&stream);
            } else if (taken == 0 && given == 0 && room > 0) {
                return Decompressed::damaged;
            }
        }
        return Decompressed::too_long;
    }

private:
    std::unique_ptr<Deflater> deflater_;
    std::unique_ptr<Inflater> inflater_;
};

}  // namespace

std::unique_ptr<Codec> make_gzip() {
    return std::make_unique<Gzip>();
}

}  // namespace tern::protocol
