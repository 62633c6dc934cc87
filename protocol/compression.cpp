#include "protocol/compression.hpp"

namespace tern::protocol {
namespace {

std::unique_ptr<Codec> make(Compression compression) {
    switch (compression) {
        case Compression::gzip: return make_gzip();
        case Compression::snappy: return make_snappy();
        case Compression::lz4: return make_lz4();
        case Compression::zstd: return make_zstd();
        case Compression::none: break;
    }
    __builtin_trap();
}

}  // namespace

Codec& Codecs::of(Compression compression) {
    auto& codec = made_[static_cast<std::size_t>(compression)];
    if (!codec) codec = make(compression);
    return *codec;
}

}  // namespace tern::protocol
