#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "tools/tern/text/quantities.hpp"

using namespace tern::cli;
using namespace std::chrono_literals;

TEST_CASE("a duration is read with its unit, as a sum, or as plain seconds") {
    const std::vector<std::pair<std::string, milliseconds>> examples{
        {"30s", 30s},     {"5m", 5min},     {"5min", 5min},  {"2h", 2h},      {"1d", 24h}, {"2w", 14 * 24h},
        {"500ms", 500ms}, {"1h30m", 90min}, {"1.5h", 90min}, {"1.5", 1500ms}, {"0", 0s},   {"90", 90s}};
    for (const auto& [text, duration] : examples) {
        CAPTURE(text);
        CHECK_EQ(parse_duration(text), duration);
    }
}

TEST_CASE("what is not a duration is refused") {
    for (const std::string text :
         {"", "s", "-1", "-5s", "5x", "5 s", "1h30", "nan", "inf", "1e3", "five", "1s,", "99999999999999999999d"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_duration(text).has_value());
    }
}

TEST_CASE("a size is read in bytes, and in units of 1,024 and of 1,000") {
    CHECK_EQ(parse_bytes("262144"), 262'144);
    CHECK_EQ(parse_bytes("256KiB"), 262'144);
    CHECK_EQ(parse_bytes("16MiB"), 16 << 20);
    CHECK_EQ(parse_bytes("64k"), 65'536);
    CHECK_EQ(parse_bytes("1MB"), 1'000'000);
    CHECK_EQ(parse_bytes("1.5KiB"), 1'536);
    for (const std::string text : {"", "MiB", "-1", "1XB", "1MiB2"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_bytes(text).has_value());
    }
}

TEST_CASE("a setting's duration is shown to the millisecond, in the units people use") {
    CHECK_EQ(exact_duration(30s), "30 s");
    CHECK_EQ(exact_duration(96h), "4 d");
    CHECK_EQ(exact_duration(90min), "1 h 30 min");
    CHECK_EQ(exact_duration(1500ms), "1.5 s");
    CHECK_EQ(exact_duration(0ms), "0 s");
    CHECK_EQ(exact_duration(250ms), "250 ms");
}

TEST_CASE("an age is shown in at most two units") {
    CHECK_EQ(rough_duration(850ms), "850 ms");
    CHECK_EQ(rough_duration(1234ms), "1.2 s");
    CHECK_EQ(rough_duration(12'400ms), "12 s");
    CHECK_EQ(rough_duration(200s), "3 min 20 s");
    CHECK_EQ(rough_duration(2h + 5min + 7s), "2 h 5 min");
    CHECK_EQ(rough_duration(102h + 59min), "4 d 6 h");
    CHECK_EQ(rough_duration(-5s), "0 s");
}

TEST_CASE("bytes, counts and rates are easy to read") {
    CHECK_EQ(human_bytes(0), "0 B");
    CHECK_EQ(human_bytes(999), "999 B");
    CHECK_EQ(human_bytes(1'536), "1.5 KiB");
    CHECK_EQ(human_bytes(12u << 20), "12 MiB");
    CHECK_EQ(human_bytes((1u << 20) - 1), "1 MiB");
    CHECK_EQ(human_bytes(~std::uint64_t{0}), "16384 PiB");
    CHECK_EQ(human_count(0), "0");
    CHECK_EQ(human_count(999), "999");
    CHECK_EQ(human_count(1'000), "1,000");
    CHECK_EQ(human_count(12'345'678), "12,345,678");
    CHECK_EQ(human_rate(0), "0/s");
    CHECK_EQ(human_rate(0.01), "<0.1/s");
    CHECK_EQ(human_rate(0.44), "0.4/s");
    CHECK_EQ(human_rate(1'234.4), "1,234/s");
    CHECK_EQ(counted(1, "message"), "1 message");
    CHECK_EQ(counted(2'000, "message"), "2,000 messages");
    CHECK_EQ(counted(1, "fetch", "fetches"), "1 fetch");
    CHECK_EQ(counted(0, "fetch", "fetches"), "0 fetches");
}

TEST_CASE("a moment is told to programs in UTC, to the millisecond") {
    CHECK_EQ(utc_time(0), "1970-01-01T00:00:00.000Z");
    CHECK_EQ(utc_time(1'795'488'423'125), "2026-11-24T02:47:03.125Z");
    CHECK_EQ(utc_time(-1), "1969-12-31T23:59:59.999Z");
}
