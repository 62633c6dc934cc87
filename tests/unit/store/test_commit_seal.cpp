#include <doctest/doctest.h>

#include "broker/store/commit_seal.hpp"

using namespace tern;
using namespace tern::store;

namespace {

CommitSeal example() {
    // Pages near and far, a long range, one before the others as the header page is.
    return {77, {{8192, 4096}, {16384, 8192}, {std::uint64_t{5} << 40, 1u << 20}, {4128, 120}}, 0xDEADBEEF};
}

}  // namespace

TEST_CASE("a seal is read as it was written, whatever lies behind it") {
    for (const auto& seal : {example(), CommitSeal{3, {}, 0}}) {
        const auto bytes = encode_seal(seal, 3584);
        REQUIRE(bytes);
        CHECK_EQ(decode_seal(*bytes), seal);
        CHECK_EQ(decode_seal(*bytes + "what was there before"), seal);
    }
}

TEST_CASE("a seal of which anything is missing or changed is none") {
    const auto bytes = *encode_seal(example(), 3584);
    for (std::size_t size = 0; size < bytes.size(); ++size) CHECK_FALSE(decode_seal(BytesView(bytes).substr(0, size)));
    for (std::size_t at = 0; at < bytes.size() * 8; ++at) {
        auto changed = bytes;
        changed[at / 8] = static_cast<char>(changed[at / 8] ^ (1 << (at % 8)));
        CHECK_FALSE(decode_seal(changed));
    }
}

TEST_CASE("a seal that is longer than its place is not made") {
    CommitSeal seal{4, {}, 0};
    for (std::uint64_t page = 2; page < 4000; page += 2) seal.ranges.push_back({page * 4096, 4096});
    CHECK_FALSE(encode_seal(seal, 3584));
    CHECK(encode_seal(seal, 1u << 20));
}

TEST_CASE("seals take turns, as LMDB's header pages do, in sectors of their own") {
    CHECK_EQ(seal_offset(8, 4096), 512);
    CHECK_EQ(seal_offset(9, 4096), 4608);
}
