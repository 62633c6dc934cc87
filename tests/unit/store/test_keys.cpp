#include <doctest/doctest.h>

#include <string>
#include <tuple>

#include "broker/base/random_source.hpp"
#include "broker/store/keys.hpp"

using namespace tern;
using namespace tern::store;

namespace {

/// Short, with many equal beginnings and the bytes that an encoding could stumble over.
Bytes random_text(SeededRandom& random) {
    constexpr BytesView alphabet("\0\1a\xFF", 4);
    Bytes text(random.below(5), '\0');
    for (auto& byte : text) byte = alphabet[random.below(alphabet.size())];
    return text;
}

std::uint64_t random_number(SeededRandom& random) {
    return random.next() >> random.below(64);
}

}  // namespace

TEST_CASE("numbers are big-endian") {
    const auto key = Key().u8(1).u16(0x0203).u32(0x04050607).u64(0x08090A0B0C0D0E0F);

    CHECK_EQ(key.view(), BytesView("\1\2\3\4\5\6\7\x8\x9\xA\xB\xC\xD\xE\xF"));
}

TEST_CASE("a text ends with two zero bytes, and its own zero bytes are marked") {
    CHECK_EQ(Key().text("ab").view(), BytesView("ab\0\0", 4));
    CHECK_EQ(Key().text(BytesView("a\0", 2)).view(), BytesView("a\0\xFF\0\0", 5));
    CHECK_EQ(Key().text("").view(), BytesView("\0\0", 2));
}

TEST_CASE("the order of keys is the order of their values") {
    SeededRandom random(1);
    for (int round = 0; round < 200'000; ++round) {
        using Values = std::tuple<std::uint8_t, std::uint32_t, Bytes, std::uint16_t, Bytes, std::uint64_t>;
        const auto make = [&] {
            return Values(random.below(2), random_number(random) & 0xFFFFFFFF, random_text(random),
                          random.below(2) * 0xFFFF, random_text(random), random_number(random));
        };
        auto one = make();
        const auto other = make();
        // Most pairs would differ in their first piece already.
        if (random.below(2) == 0) std::get<0>(one) = std::get<0>(other);
        if (random.below(4) != 0) std::get<1>(one) = std::get<1>(other);

        const auto encode = [](const Values& values) {
            const auto& [a, b, c, d, e, f] = values;
            return Bytes(Key().u8(a).u32(b).text(c).u16(d).text(e).u64(f).view());
        };
        REQUIRE_EQ(one < other, encode(one) < encode(other));
        REQUIRE_EQ(one == other, encode(one) == encode(other));
    }
}

TEST_CASE("a reader gives back what went into a key") {
    SeededRandom random(2);
    for (int round = 0; round < 20'000; ++round) {
        const auto number = random_number(random);
        const auto text = random_text(random);
        const auto raw = random_text(random);
        const auto key = Key()
                             .u8(static_cast<std::uint8_t>(number))
                             .text(text)
                             .u16(static_cast<std::uint16_t>(number))
                             .u32(static_cast<std::uint32_t>(number))
                             .u64(number)
                             .raw(raw);

        KeyReader reader(key.view());
        REQUIRE_EQ(reader.u8(), static_cast<std::uint8_t>(number));
        REQUIRE_EQ(reader.text(), text);
        REQUIRE_EQ(reader.u16(), static_cast<std::uint16_t>(number));
        REQUIRE_EQ(reader.u32(), static_cast<std::uint32_t>(number));
        REQUIRE_EQ(reader.u64(), number);
        REQUIRE_EQ(reader.rest(), raw);
        REQUIRE(reader.complete());
    }
}

TEST_CASE("a reader notices a key that is too short") {
    KeyReader reader("\1\2");

    CHECK_EQ(reader.u8(), 1);
    CHECK_EQ(reader.u32(), 0);
    CHECK_FALSE(reader.ok());
    CHECK_EQ(reader.u8(), 0);
    CHECK_FALSE(reader.complete());
}

TEST_CASE("a reader notices a text without an end or with an unknown mark") {
    for (const auto& key : {Bytes("ab"), Bytes("ab\0", 3), Bytes("ab\0c\0\0", 6), Bytes("ab\0\xFF", 4), Bytes()}) {
        KeyReader reader(key);
        CHECK_EQ(reader.text(), "");
        CHECK_FALSE(reader.ok());
    }
}

TEST_CASE("a key that was read in part is not complete") {
    KeyReader reader("\1\2");

    reader.u8();

    CHECK(reader.ok());
    CHECK_FALSE(reader.complete());
}

TEST_CASE("a key holds 511 bytes") {
    const auto key = Key().raw(Bytes(key_bytes_max, 'x'));

    CHECK_EQ(key.size(), key_bytes_max);
}
