#include <doctest/doctest.h>

#include <set>
#include <string>

#include "protocol/record_batch.hpp"

using tern::protocol::murmur2;
using tern::protocol::partition_of_key;

TEST_CASE("murmur2 gives what Kafka's Java client gives") {
    const auto hash = [](std::string_view key) { return static_cast<std::int32_t>(murmur2(key)); };

    CHECK_EQ(hash("21"), -973932308);
    CHECK_EQ(hash("foobar"), -790332482);
    CHECK_EQ(hash("a-little-bit-long-string"), -985981536);
    CHECK_EQ(hash("a-little-bit-longer-string"), -1486304829);
    CHECK_EQ(hash("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"), -58897971);
    CHECK_EQ(hash("abc"), 479470107);
}

TEST_CASE("a key's partition is its murmur2 without the sign bit, modulo the number of partitions") {
    CHECK_EQ(partition_of_key("foobar", 10), (static_cast<std::uint32_t>(-790332482) & 0x7FFFFFFFu) % 10);
    CHECK_EQ(partition_of_key("abc", 7), 479470107u % 7);
    CHECK_EQ(partition_of_key("abc", 1), 0);
}

TEST_CASE("keys spread over all partitions") {
    std::set<std::uint32_t> partitions;
    for (int i = 0; i < 1000; ++i) partitions.insert(partition_of_key("key " + std::to_string(i), 100));

    CHECK_EQ(partitions.size(), 100);
    CHECK_EQ(*partitions.rbegin(), 99);
}
