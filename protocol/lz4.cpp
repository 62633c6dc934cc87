#include <lz4frame.h>

#include <new>

#include "protocol/compression.hpp"

namespace tern::protocol {
namespace {

/// What Kafka's Java client can read: blocks that do not refer to the ones before them.
LZ4F_preferences_t preferences() {
    LZ4F_preferences_t chosen{};
    chosen.frameInfo.blockMode = LZ4F_blockIndependent;
    chosen.frameInfo.blockSizeID = LZ4F_max64KB;
    return chosen;
}

struct FreeDecompression {
    void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
};

class Lz4 final : public Codec {
public:
    bool compress(std::string_view bytes, ByteRoom& to) override {
        const auto chosen = preferences();
        const auto room = LZ4F_compressFrameBound(bytes.size(), &chosen);
        const auto written = LZ4F_compressFrame(to.reserve(room), room, bytes.data(), bytes.size(), &chosen);
        if (LZ4F_isError(written) != 0) return false;
        to.written(written);
        return written < bytes.size();
    }

    Decompressed decompress(std::string_view bytes, ByteRoom& to, std::size_t bytes_max) override {
        if (!decompression_) {
            LZ4F_dctx* context = nullptr;
            if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) != 0) throw std::bad_alloc();
            decompression_.reset(context);
        }
        LZ4F_resetDecompressionContext(decompression_.get());
        const auto compressed_bytes = bytes.size();
        to.clear();
        while (room_for_more(to, compressed_bytes, bytes_max)) {
            std::size_t given = to.free();
            std::size_t taken = bytes.size();
            const auto wanted = LZ4F_decompress(decompression_.get(), to.end(), &given, bytes.data(), &taken, nullptr);
            if (LZ4F_isError(wanted) != 0) return Decompressed::damaged;
            bytes.remove_prefix(taken);
            to.written(given);
            // At the end of a frame another may begin.
            if (wanted == 0 && bytes.empty())
                return to.size() > bytes_max ? Decompressed::too_long : Decompressed::whole;
            if (wanted != 0 && taken == 0 && given == 0) return Decompressed::damaged;
        }
        return Decompressed::too_long;
    }

private:
    std::unique_ptr<LZ4F_dctx, FreeDecompression> decompression_;
};

}  // namespace

std::unique_ptr<Codec> make_lz4() {
    return std::make_unique<Lz4>();
}

}  // namespace tern::protocol
