#include <zstd.h>
#include <zstd_errors.h>

#include <new>

#include "protocol/compression.hpp"

namespace tern::protocol {
namespace {

// The library's own default, and that of Kafka's clients.
constexpr int level = 3;

struct FreeContext {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

constexpr std::size_t room_min = 4096;

/// How much room to begin with: what the frame tells, if that is believable.
std::size_t first_room(std::string_view bytes) {
    const auto told = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
    if (told == ZSTD_CONTENTSIZE_UNKNOWN || told == ZSTD_CONTENTSIZE_ERROR) return std::max(room_min, 4 * bytes.size());
    const auto believable = std::max<std::size_t>(65'536, 32 * bytes.size());
    return std::clamp<std::size_t>(told, room_min, believable);
}

class Zstd final : public Codec {
public:
    bool compress(std::string_view bytes, ByteRoom& to) override {
        if (bytes.empty()) return false;
        if (!compression_) compression_.reset(ZSTD_createCCtx());
        if (!compression_) throw std::bad_alloc();
        const auto written = ZSTD_compressCCtx(compression_.get(), to.reserve(bytes.size()), bytes.size() - 1,
                                               bytes.data(), bytes.size(), level);
        if (ZSTD_isError(written) != 0) return false;
        to.written(written);
        return true;
    }

    // Straight into the result, since a stream would first allocate a window of the length that the frame claims. When
    // the room is too small it begins again with four times as much: a third more work in all.
    Decompressed decompress(std::string_view bytes, ByteRoom& to, std::size_t bytes_max) override {
        if (!decompression_) decompression_.reset(ZSTD_createDCtx());
        if (!decompression_) throw std::bad_alloc();
        to.clear();
        for (std::size_t room = first_room(bytes);; room *= 4) {
            to.grow(room > bytes_max ? bytes_max + 1 : room);
            const auto given =
                ZSTD_decompressDCtx(decompression_.get(), to.data(), to.capacity(), bytes.data(), bytes.size());
            if (ZSTD_isError(given) == 0) {
                to.written(given);
                return given > bytes_max ? Decompressed::too_long : Decompressed::whole;
            }
            if (ZSTD_getErrorCode(given) != ZSTD_error_dstSize_tooSmall) return Decompressed::damaged;
            if (room > bytes_max) return Decompressed::too_long;
        }
    }

private:
    std::unique_ptr<ZSTD_CCtx, FreeContext> compression_;
    std::unique_ptr<ZSTD_DCtx, FreeContext> decompression_;
};

}  // namespace

std::unique_ptr<Codec> make_zstd() {
    return std::make_unique<Zstd>();
}

}  // namespace tern::protocol
