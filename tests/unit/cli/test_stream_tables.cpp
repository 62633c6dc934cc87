#include <doctest/doctest.h>

#include <boost/json/serialize.hpp>
#include <chrono>
#include <string>

#include "tools/tern/groups/group_tables.hpp"
#include "tools/tern/groups/offset_reset.hpp"
#include "tools/tern/stream_json.hpp"

using namespace tern::cli;
using namespace std::chrono_literals;
using tern::CommittedOffset;
using tern::FoundOffset;

namespace {

CommittedOffset committed(std::string stream, std::uint32_t partition, std::uint64_t offset, std::uint64_t end,
                          std::uint64_t start = 0) {
    CommittedOffset committed;
    committed.stream = std::move(stream);
    committed.partition = partition;
    committed.offset = offset;
    committed.start_offset = start;
    committed.end_offset = end;
    return committed;
}

FoundOffset found(std::uint32_t partition, std::uint64_t offset, std::uint64_t start, std::uint64_t end) {
    return {partition, offset, std::nullopt, start, end};
}

}  // namespace

TEST_CASE("a lag is what a group has before it, without what is gone") {
    CHECK_EQ(lag_of(committed("s", 0, 40, 100)), 60);
    CHECK_EQ(lag_of(committed("s", 0, 40, 100, 90)), 10);
    CHECK_EQ(lag_of(committed("s", 0, 100, 100)), 0);
    // A stream that was deleted and made again may end before what was committed.
    CHECK_EQ(lag_of(committed("s", 0, 100, 7)), 0);
    CHECK_EQ(lag_of(CommittedOffset{}), std::nullopt);
}

TEST_CASE("the lags of a group are summed up for each stream") {
    auto first = committed("a", 0, 1, 4);
    first.committed_at = tern::TimePoint(5ms);
    const auto lags = lags_of("g", {first, committed("a", 1, 2, 4), committed("b", 0, 0, 0), CommittedOffset{}});

    REQUIRE_EQ(lags.size(), 2);
    CHECK_EQ(lags[0].stream, "a");
    CHECK_EQ(lags[0].partitions, 2);
    CHECK_EQ(lags[0].lag, 5);
    CHECK_EQ(lags[0].committed_at, tern::TimePoint(5ms));
    CHECK_EQ(lags[1].lag, 0);
}

TEST_CASE("partitions are told in ranges") {
    CHECK_EQ(ranges_of({}), "");
    CHECK_EQ(ranges_of({3}), "3");
    CHECK_EQ(ranges_of({7, 0, 1, 2}), "0-2, 7");
    CHECK_EQ(shown_assignment({{"events", {0, 1}}, {"none", {}}, {"orders", {4}}}), "events 0-1; orders 4");
    CHECK_EQ(shown_assignment({}), "-");
}

TEST_CASE("a group's partitions are those with an offset and those that somebody works on") {
    tern::GroupDescription group;
    group.offsets = {committed("events", 1, 5, 9)};
    tern::GroupMember member;
    member.member = "m1";
    member.assigned = {{"events", {0, 1}}};
    group.members = {member};

    const auto partitions = partitions_of(group);

    REQUIRE_EQ(partitions.size(), 2);
    CHECK_EQ(partitions[0].offset.partition, 0);
    CHECK_EQ(partitions[0].offset.offset, std::nullopt);
    CHECK_EQ(partitions[0].member, "m1");
    CHECK_EQ(partitions[1].offset.offset, 5);
    CHECK_EQ(partitions[1].member, "m1");
}

TEST_CASE("a reset goes to what was looked up, but not out of the partition") {
    const auto resets =
        resets_to({found(0, 50, 10, 100), found(1, 50, 0, 20), found(2, 5, 10, 10)}, {committed("s", 0, 99, 100)});

    REQUIRE_EQ(resets.size(), 3);
    CHECK_EQ(resets[0].before, 99);
    CHECK_EQ(resets[0].after, 50);
    CHECK_FALSE(resets[0].bounded);
    CHECK_EQ(resets[1].before, std::nullopt);
    CHECK_EQ(resets[1].after, 20);
    CHECK(resets[1].bounded);
    CHECK_EQ(resets[2].after, 10);
}

TEST_CASE("a shift goes from where the group stands, or from the start") {
    const std::vector<FoundOffset> ranges{found(0, 0, 10, 100), found(1, 0, 3, 20)};

    const auto back = resets_by(-15, ranges, {committed("s", 0, 40, 100)});
    CHECK_EQ(back[0].after, 25);
    CHECK_EQ(back[1].after, 3);
    CHECK(back[1].bounded);

    CHECK_EQ(resets_by(7, ranges, {committed("s", 0, 40, 100)})[0].after, 47);
    CHECK_EQ(resets_by(7, ranges, {})[1].after, 10);
    CHECK_EQ(resets_by(INT64_MIN, ranges, {committed("s", 0, 40, 100)})[0].after, 10);
    CHECK_EQ(resets_by(INT64_MAX, ranges, {committed("s", 0, 40, 100)})[0].after, 100);
}

TEST_CASE("a stream in JSON has its records, settings and groups") {
    tern::StreamDescription stream;
    stream.name = "events";
    stream.settings.partitions = 1;
    stream.settings.retention = 60s;
    stream.settings.timestamp_type = tern::TimestampType::append;
    stream.partitions = {{0, 5, 12, 700, tern::TimePoint(0ms), std::nullopt}};

    const auto object = json_of(stream, {{"g", "events", 1, 3, std::nullopt}});

    CHECK_EQ(object.at("records"), 7);
    CHECK_EQ(boost::json::serialize(object.at("settings")),
             R"({"partitions":1,"retention_ms":60000,"retention_bytes":0,"record_bytes_max":0,"timestamps":"append"})");
    const auto& partition = object.at("partitions").as_array().at(0).as_object();
    CHECK_EQ(partition.at("oldest_at"), "1970-01-01T00:00:00.000Z");
    CHECK(partition.at("newest_at").is_null());
    CHECK_EQ(object.at("groups").as_array().at(0).at("lag"), 3);
}
