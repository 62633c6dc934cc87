#include <doctest/doctest.h>
#include <lz4frame.h>
#include <snappy.h>
#include <zlib.h>
#include <zstd.h>

#include <string>

#include "tests/unit/protocol/batches.hpp"

namespace tern::protocol {
namespace {

using test::batch_of;
using test::records_of;
using test::similar_records;
using test::with_records;

constexpr Compression codecs[] = {Compression::gzip, Compression::snappy, Compression::lz4, Compression::zstd};

std::string snappy_block(std::string_view bytes) {
    std::string block;
    snappy::Compress(bytes.data(), bytes.size(), &block);
    return block;
}

/// As snappy-java frames it, in blocks of so many bytes.
std::string snappy_framed(std::string_view bytes, std::size_t block_bytes) {
    std::string framed("\x82SNAPPY\0\0\0\0\x01\0\0\0\x01", 16);
    for (; !bytes.empty(); bytes.remove_prefix(std::min(block_bytes, bytes.size()))) {
        const auto block = snappy_block(bytes.substr(0, block_bytes));
        char length[4];
        store_big(length, static_cast<std::int32_t>(block.size()));
        framed.append(length, 4).append(block);
    }
    return framed;
}

std::string gzip(std::string_view bytes) {
    z_stream stream{};
    REQUIRE_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
    std::string result(deflateBound(&stream, bytes.size()) + 32, '\0');
    std::string input(bytes);
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(result.data());
    stream.avail_out = static_cast<uInt>(result.size());
    REQUIRE_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    result.resize(result.size() - stream.avail_out);
    deflateEnd(&stream);
    return result;
}

std::string lz4_frame(std::string_view bytes, const LZ4F_preferences_t& preferences) {
    std::string frame(LZ4F_compressFrameBound(bytes.size(), &preferences), '\0');
    frame.resize(LZ4F_compressFrame(frame.data(), frame.size(), bytes.data(), bytes.size(), &preferences));
    return frame;
}

std::string zstd_frame(std::string_view bytes, int level) {
    std::string frame(ZSTD_compressBound(bytes.size()), '\0');
    frame.resize(ZSTD_compress(frame.data(), frame.size(), bytes.data(), bytes.size(), level));
    return frame;
}

/// A zstd frame that does not tell how long its content is, with a large window, as streaming writers make it.
std::string zstd_stream(std::string_view bytes, int window_log) {
    auto* context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
    std::string frame(ZSTD_compressBound(bytes.size()) + 64, '\0');
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    ZSTD_outBuffer out{frame.data(), frame.size(), 0};
    while (in.pos < in.size) ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue);
    REQUIRE_EQ(ZSTD_compressStream2(context, &out, &in, ZSTD_e_end), 0);
    ZSTD_freeCCtx(context);
    frame.resize(out.pos);
    return frame;
}

std::string compressed_batch(const std::vector<test::OwnRecord>& records, Compression codec, std::string_view bytes) {
    auto batch = with_records(batch_of(records), bytes);
    store_big(batch.data() + 21, static_cast<std::int16_t>(codec));
    return test::resealed(batch);
}

/// What a reader makes of records compressed by someone else.
void check_read(Compression codec, const std::vector<test::OwnRecord>& records, std::string_view bytes) {
    const auto batch = compressed_batch(records, codec, bytes);
    BatchReader reader(batch);
    CHECK_EQ(reader.fault(), BatchFault::none);
    CHECK_EQ(records_of(reader), records);
    CHECK_EQ(reader.fault(), BatchFault::none);
}

}  // namespace

TEST_CASE("every codec gives back what it was given, and makes it shorter") {
    for (const auto count : {10, 1000, 20'000}) {
        const auto records = similar_records(count);
        const auto plain = batch_of(records);
        for (const auto codec : codecs) {
            CAPTURE(static_cast<int>(codec));
            const auto batch = batch_of(records, codec);

            CHECK_LT(batch.size(), plain.size());
            const auto checked = check_batch(batch);
            CHECK_EQ(checked.fault, BatchFault::none);
            CHECK_EQ(checked.header.compression(), codec);
            CHECK_EQ(checked.record_bytes_max, 0);
            BatchReader reader(batch);
            CHECK_EQ(records_of(reader), records);
            CHECK_EQ(reader.fault(), BatchFault::none);
        }
    }
}

TEST_CASE(
    "snappy is written as snappy-java frames it, lz4 in blocks that stand alone: Java clients read nothing else") {
    const auto records = similar_records(2000);
    const auto plain = batch_of(records).substr(batch_header_bytes);
    REQUIRE_GT(plain.size(), 65'536);

    CHECK_EQ(batch_of(records, Compression::snappy).substr(batch_header_bytes), snappy_framed(plain, 32 * 1024));
    const auto lz4 = batch_of(records, Compression::lz4).substr(batch_header_bytes);
    CHECK_EQ(test::hex(lz4.substr(0, 4)), "04224d18");
    // Version 1, independent blocks, no checksums, no length.
    CHECK_EQ(test::hex(lz4.substr(4, 1)), "60");
}

TEST_CASE("what compression does not make shorter stays as it is") {
    for (const auto codec : codecs) {
        const auto batch = batch_of({{1, "k", "v"}}, codec);

        CHECK_EQ(batch, batch_of({{1, "k", "v"}}));
    }
}

TEST_CASE("what other writers make is read: framed and raw snappy, linked lz4 blocks, streams, several frames") {
    const auto records = similar_records(3000);
    const auto plain = batch_of(records).substr(batch_header_bytes);
    const auto front = plain.substr(0, plain.size() / 2);
    const auto back = plain.substr(plain.size() / 2);

    check_read(Compression::snappy, records, snappy_block(plain));
    check_read(Compression::snappy, records, snappy_framed(plain, 32 * 1024));
    check_read(Compression::snappy, records, snappy_framed(plain, 1000));
    check_read(Compression::snappy, records, snappy_framed(front, 999) + snappy_framed(back, 1 << 20));
    check_read(Compression::gzip, records, gzip(plain));
    check_read(Compression::gzip, records, gzip(front) + gzip(back));
    LZ4F_preferences_t linked{};
    linked.frameInfo.blockMode = LZ4F_blockLinked;
    linked.frameInfo.blockSizeID = LZ4F_max4MB;
    linked.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    linked.frameInfo.contentSize = plain.size();
    check_read(Compression::lz4, records, lz4_frame(plain, linked));
    check_read(Compression::lz4, records, lz4_frame(front, {}) + lz4_frame(back, {}));
    check_read(Compression::zstd, records, zstd_frame(plain, 19));
    check_read(Compression::zstd, records, zstd_frame(front, 1) + zstd_frame(back, 1));
    check_read(Compression::zstd, records, zstd_stream(plain, 27));
}

TEST_CASE("what decompresses to more than is allowed is told, however little it was") {
    const std::string zeros(16 << 20, '\0');
    const std::pair<Compression, std::string> bombs[] = {{Compression::gzip, gzip(zeros)},
                                                         {Compression::snappy, snappy_block(zeros)},
                                                         {Compression::snappy, snappy_framed(zeros, 1 << 20)},
                                                         {Compression::lz4, lz4_frame(zeros, {})},
                                                         {Compression::zstd, zstd_frame(zeros, 3)},
                                                         {Compression::zstd, zstd_stream(zeros, 20)}};
    for (const auto& [codec, bomb] : bombs) {
        CAPTURE(static_cast<int>(codec));
        const auto batch = compressed_batch({{1, "k", "v"}}, codec, bomb);
        CHECK_EQ(check_batch(batch).fault, BatchFault::none);
        CHECK_EQ(BatchReader(batch, 1 << 20).fault(), BatchFault::too_long);
        CHECK_EQ(BatchReader(batch, zeros.size() - 1).fault(), BatchFault::too_long);
        CHECK_EQ(BatchReader(batch, zeros.size()).fault(), BatchFault::none);
    }
}

TEST_CASE("a bound is exact, and also holds for a reader that had more room before") {
    const auto records = similar_records(1000);
    const auto plain_bytes = batch_of(records).size() - batch_header_bytes;
    for (const auto codec : codecs) {
        const auto batch = batch_of(records, codec);
        CHECK_EQ(BatchReader(batch, plain_bytes).fault(), BatchFault::none);
        CHECK_EQ(BatchReader(batch, plain_bytes - 1).fault(), BatchFault::too_long);
        CHECK_EQ(BatchReader(batch, 0).fault(), BatchFault::too_long);
    }
}

TEST_CASE("no memory is given for a length that is only claimed") {
    // A snappy block of six bytes that claims 128 MiB less one, and a framed block that claims more than there is.
    const auto claim = test::from_hex("ffffff3f 0061");
    const auto framed = std::string("\x82SNAPPY\0\0\0\0\x01\0\0\0\x01", 16) + test::from_hex("7fffffff 01 00 61");
    for (const auto& bytes : {claim, framed})
        CHECK_EQ(BatchReader(compressed_batch({{1, "k", "v"}}, Compression::snappy, bytes)).fault(),
                 BatchFault::compression);
    // A zstd frame that claims 2^40 bytes of content, and of window, and ends there.
    const auto frame = test::from_hex("28b52ffd e0 0000000000010000 010000");
    CHECK_NE(BatchReader(compressed_batch({{1, "k", "v"}}, Compression::zstd, frame)).fault(), BatchFault::none);
}

TEST_CASE("compressed records that are cut off or damaged are told") {
    const auto records = similar_records(50);
    for (const auto codec : codecs) {
        const auto batch = batch_of(records, codec);
        const auto compressed = batch.substr(batch_header_bytes);
        for (std::size_t cut = 0; cut < compressed.size(); ++cut) {
            CAPTURE(static_cast<int>(codec));
            CAPTURE(cut);
            BatchReader reader(std::string_view{});
            const auto damaged = compressed_batch(records, codec, compressed.substr(0, cut));
            reader.open(damaged);
            records_of(reader);
            CHECK_NE(reader.fault(), BatchFault::none);
        }
        for (std::size_t at = 0; at < compressed.size(); ++at) {
            auto changed = compressed;
            changed[at] = static_cast<char>(changed[at] ^ 0x55);
            const auto damaged = compressed_batch(records, codec, changed);
            BatchReader reader(damaged);
            CHECK_LE(records_of(reader).size(), records.size());
        }
    }
}

TEST_CASE("compressed records that contradict the header are told when they are read") {
    const auto two = batch_of({{1, "a", "b"}, {1, "c", "d"}}).substr(batch_header_bytes);
    for (const auto& header : {batch_of(similar_records(1)), batch_of(similar_records(3))}) {
        auto batch = with_records(header, snappy_block(two));
        batch = test::with_field(batch, 21, std::int16_t{2});
        REQUIRE_EQ(check_batch(batch).fault, BatchFault::none);

        BatchReader reader(batch);
        records_of(reader);

        CHECK_EQ(reader.fault(), BatchFault::records);
    }
}

}  // namespace tern::protocol
