#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "protocol/limits.hpp"
#include "tests/unit/protocol/batches.hpp"

namespace tern::protocol {
namespace {

std::string readme() {
    std::ifstream file(TERN_PROTOCOL_FOLDER "/README.md", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The bytes in the first column of the example.
std::string worked_example() {
    const auto page = readme();
    const auto begin = page.find("```\n", page.find("### A batch, byte by byte")) + 4;
    const auto end = page.find("```", begin);
    std::string digits;
    for (auto line = begin; line < end; line = page.find('\n', line) + 1)
        digits += page.substr(line, page.find("  ", line) - line);
    return test::from_hex(digits);
}

}  // namespace

TEST_CASE("a batch has exactly the bytes of the worked example on the protocol's page") {
    const auto batch =
        test::batch_of({{1'700'000'000'000, "user-1", "hello"},
                        {1'699'999'999'000, std::nullopt, std::nullopt, {{"trace", "ab"}, {"x", std::nullopt}}}});

    CHECK_EQ(test::hex(worked_example()), test::hex(batch));
    CHECK_EQ(check_batch(worked_example()).fault, BatchFault::none);
}

TEST_CASE("the protocol's page tells murmur2 and the limits of a batch as they are") {
    const auto page = readme();
    for (const std::string key : {"21", "abc", "foobar", "a-little-bit-long-string", "a-little-bit-longer-string"}) {
        const auto row = "| `" + key + "` | " + std::to_string(static_cast<std::int32_t>(murmur2(key))) + " |\n";
        CHECK_NE(page.find(row), std::string::npos);
    }
    CHECK_EQ(record_batch_bytes_max, 17'825'792);
    CHECK_EQ(batch_records_max, 65'536);
    CHECK_NE(page.find("at most 17,825,792 bytes and 65,536 records"), std::string::npos);
}

}  // namespace tern::protocol
