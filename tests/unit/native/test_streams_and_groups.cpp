#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "protocol/record_batch.hpp"
#include "tern/detail/operations.hpp"
#include "tests/unit/native/session_fixture.hpp"

namespace tern::native {

using namespace std::chrono_literals;
namespace wire = protocol::wire;

namespace {

std::string batch_of(const protocol::ProducerStamp& producer = {}) {
    protocol::BatchBuilder builder;
    builder.begin();
    builder.add(1'700'000'000'000, "key", std::string(100, 'v'));
    builder.add(1'700'000'000'001, "key", "value");
    return std::string(builder.finish(protocol::Compression::none, producer));
}

struct StreamSession : SessionFixture {
    StreamSession() { greet(); }

    /// What the broker was asked, when it was one command of this kind.
    template <class Command>
    const Command& submitted() {
        REQUIRE_EQ(broker.submitted.size(), 1);
        REQUIRE(std::holds_alternative<Command>(broker.submitted[0].command));
        return std::get<Command>(broker.submitted[0].command);
    }
    /// How the client reads the answer to its operation.
    template <class Operation>
    auto answered(const Operation& operation, engine::AnswerBody body) {
        core->on_answer(1, {Errc::ok, {}, std::move(body)});
        const auto frames = written_frames();
        REQUIRE_EQ(frames.size(), 1);
        REQUIRE(detail::verified_reply(frames[0]) != nullptr);
        return operation.read(frames[0]);
    }
    /// The broker's answer to a query, without its length.
    template <class Value>
    std::string rendered(const Value& value) {
        std::string bytes;
        REQUIRE_EQ(broker.codec.writer().write(ReplyTo{1, bytes}, value), Errc::ok);
        return bytes.substr(protocol::frame_header_bytes);
    }
};

}  // namespace

TEST_CASE_FIXTURE(StreamSession, "batches to append are passed on with what the engine must know of them") {
    const auto batch = batch_of({9, 2, 40});
    receive(detail::append(1, {"s", "shop"}, {{3, batch, 77}}).frame);

    const auto& append = submitted<engine::Append>();
    CHECK(append.stream == engine::StreamName{"shop", "s"});
    REQUIRE_EQ(append.batches.size(), 1);
    const auto& entry = append.batches[0];
    CHECK_EQ(entry.partition, 3);
    CHECK_EQ(entry.bytes, batch);
    CHECK_EQ(entry.header.records, 2);
    CHECK(entry.header.producer == protocol::ProducerStamp{9, 2, 40});
    CHECK_EQ(entry.record_bytes_max, 103);
    CHECK_EQ(entry.expected_offset, std::optional<std::uint64_t>(77));
    CHECK_EQ(entry.fault, Errc::ok);
}

TEST_CASE_FIXTURE(StreamSession, "a batch that is damaged or invalid is the fault of its entry alone") {
    auto damaged = batch_of();
    damaged.back() = static_cast<char>(damaged.back() ^ 1);
    auto old = batch_of();
    old[16] = 1;
    receive(detail::append(1, "s", {{0, damaged, {}}, {0, batch_of(), {}}, {1, old, {}}, {2, "", {}}}).frame);

    const auto& batches = submitted<engine::Append>().batches;
    REQUIRE_EQ(batches.size(), 4);
    CHECK_EQ(batches[0].fault, Errc::record_batch_damaged);
    CHECK_EQ(batches[0].fault_detail, protocol::text_of(protocol::BatchFault::wrong_checksum));
    CHECK_EQ(batches[1].fault, Errc::ok);
    CHECK_EQ(batches[2].fault, Errc::record_batch_invalid);
    CHECK_EQ(batches[2].fault_detail, protocol::text_of(protocol::BatchFault::wrong_magic));
    CHECK_EQ(batches[3].fault, Errc::record_batch_invalid);
}

TEST_CASE_FIXTURE(StreamSession, "results of an append tell offsets, and why an entry was refused") {
    const auto operation = detail::append(1, "s", {{0, batch_of(), {}}, {1, batch_of(), 5}, {2, "x", {}}});
    receive(operation.frame);

    const auto results = answered(operation, engine::AppendResults{{{.status = Errc::ok,
                                                                     .base_offset = 10,
                                                                     .appended_at = Timestamp(1234),
                                                                     .duplicate = true,
                                                                     .end_offset = 12},
                                                                    {.status = Errc::expected_offset_differs,
                                                                     .base_offset = 0,
                                                                     .appended_at = {},
                                                                     .duplicate = false,
                                                                     .end_offset = 6},
                                                                    {.status = Errc::record_batch_invalid,
                                                                     .base_offset = 0,
                                                                     .appended_at = {},
                                                                     .duplicate = false,
                                                                     .end_offset = 0,
                                                                     .detail = "it is cut off"}}});

    REQUIRE(results.has_value());
    CHECK_EQ(results->at(0).base_offset, 10);
    CHECK(results->at(0).duplicate);
    CHECK_EQ(results->at(0).end_offset, 12);
    CHECK_EQ(results->at(1).status, Errc::expected_offset_differs);
    CHECK_EQ(results->at(1).end_offset, 6);
    CHECK_NE(results->at(1).detail.find("ends at 6"), std::string::npos);
    CHECK_EQ(results->at(2).detail, "it is cut off");
}

TEST_CASE_FIXTURE(StreamSession, "a heartbeat tells what the member works on, and is answered with its assignment") {
    HeartbeatOptions options;
    options.member = "m-1";
    options.generation = 4;
    options.owned = {{"orders", {0, 2}}, {"clicks", {1}}};
    options.wait = 3s;
    const auto operation = detail::heartbeat(1, {"g", "shop"}, options);
    receive(operation.frame);

    const auto& heartbeat = submitted<engine::Heartbeat>();
    CHECK(heartbeat.group == engine::GroupName{"shop", "g"});
    CHECK_EQ(heartbeat.member, "m-1");
    CHECK_EQ(heartbeat.generation, 4);
    CHECK(heartbeat.owned == std::vector<engine::PartitionSet>{{"orders", {0, 2}}, {"clicks", {1}}});
    CHECK_EQ(heartbeat.wait, 3s);

    const auto assignment =
        answered(operation, engine::GroupAssignment{"m-1", 5, {{"orders", {0}}}, std::chrono::seconds(10), false});
    REQUIRE(assignment.has_value());
    CHECK_EQ(assignment->member, "m-1");
    CHECK_EQ(assignment->generation, 5);
    REQUIRE_EQ(assignment->assigned.size(), 1);
    CHECK_EQ(assignment->assigned[0].stream, "orders");
    CHECK(assignment->assigned[0].partitions == std::vector<std::uint32_t>{0});
    CHECK_FALSE(assignment->settled);
}

TEST_CASE_FIXTURE(StreamSession,
                  "a page of a group is asked for with its size and token; without a size all is wanted") {
    receive(detail::describe_group_page(1, {"g", "shop"}, {50, "token"}).frame);
    receive(detail::fetch_offsets_page(2, {"g", "shop"}, {60, "other"}).frame);
    receive(detail::describe_group(3, {"g", "shop"}).frame);
    receive(detail::fetch_offsets(4, {"g", "shop"}, {}).frame);

    REQUIRE_EQ(broker.queries.size(), 4);
    const auto& described = std::get<DescribeGroup>(broker.queries[0]);
    CHECK(described.group == engine::GroupName{"shop", "g"});
    REQUIRE(described.page.has_value());
    CHECK_EQ(described.page->entries_max, 50);
    CHECK_EQ(described.page->token, "token");
    const auto& fetched = std::get<FetchOffsets>(broker.queries[1]);
    REQUIRE(fetched.page.has_value());
    CHECK_EQ(fetched.page->entries_max, 60);
    CHECK_EQ(fetched.page->token, "other");
    CHECK_FALSE(std::get<DescribeGroup>(broker.queries[2]).page.has_value());
    CHECK_FALSE(std::get<FetchOffsets>(broker.queries[3]).page.has_value());
}

TEST_CASE_FIXTURE(StreamSession, "a page of a group tells the token of the next") {
    const engine::CommittedOffset offset{"s", 3, 42, "note", Timestamp(7), 40, 44};
    engine::GroupDescription group;
    group.summary.name = "g";
    group.offsets = {offset};
    group.next_token = "next";

    const auto description = detail::describe_group_page(1, "g", {}).read(rendered(group));
    const auto offsets = detail::fetch_offsets_page(1, "g", {}).read(rendered(engine::OffsetPage{{offset}, "more"}));

    REQUIRE(description.has_value());
    CHECK_EQ(description->part.summary.name, "g");
    CHECK_EQ(description->part.offsets.at(0).offset, std::optional<std::uint64_t>(42));
    CHECK_EQ(description->next_page_token, "next");
    REQUIRE(offsets.has_value());
    CHECK_EQ(offsets->offsets.at(0).partition, 3);
    CHECK_EQ(offsets->next_page_token, "more");
}

TEST_CASE_FIXTURE(StreamSession, "the steps of a transaction are in its namespace unless they name their own") {
    detail::Builder builder;
    const std::vector<flatbuffers::Offset<wire::Delete>> deletes = {
        wire::CreateDelete(builder, 0, builder.CreateString("q"), builder.CreateVectorOfStrings({"handle"})),
        wire::CreateDelete(builder, builder.CreateString("own"), builder.CreateString("q"),
                           builder.CreateVectorOfStrings({"handle"}))};
    receive(detail::frame_of(
        builder, 1, wire::CreateTransact(builder, builder.CreateString("shop"), builder.CreateVector(deletes))));

    const auto& transact = submitted<engine::Transact>();
    REQUIRE_EQ(transact.deletes.size(), 2);
    CHECK(transact.deletes[0].queue == engine::QueueName{"shop", "q"});
    CHECK(transact.deletes[1].queue == engine::QueueName{"own", "q"});
}

}  // namespace tern::native
