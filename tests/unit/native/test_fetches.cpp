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

constexpr engine::StreamPartition partition{5, 0};

std::string batch_of(std::int64_t base_offset, std::size_t bytes) {
    protocol::BatchBuilder builder;
    builder.begin();
    builder.add(0, std::nullopt, std::string(bytes, 'r'));
    std::string batch(builder.finish(protocol::Compression::none, {}));
    protocol::set_base_offset(batch.data(), base_offset);
    return batch;
}

/// A partition that holds these batches and ends there.
engine::Fetched fetched(std::string batches, std::uint64_t end_offset) {
    engine::Fetched result;
    result.bytes = batches.size();
    result.partitions.push_back({Errc::ok, partition, 0, end_offset, std::move(batches)});
    return result;
}

struct FetchFixture : SessionFixture {
    FetchFixture() {
        broker.stored = fetched({}, 0);
        greet();
    }
    void fetch(std::uint64_t request, std::chrono::milliseconds wait, std::uint32_t bytes_min = 1,
               std::uint64_t offset = 0) {
        core->on_turn();
        receive(detail::fetch(request, {{"s", 0, offset}}, {.bytes_min = bytes_min, .wait = wait}).frame);
    }
    void append(std::string batches, std::uint64_t end_offset) {
        broker.stored = fetched(std::move(batches), end_offset);
        tell({.grown = {partition}, .cut = {}});
    }
    void tell(const runtime::StreamNews& news) {
        for (const auto& due : broker.waiting.touched_by(news)) core->on_fetch_due(due.id, due.over);
    }
    void pass_time_to(Timestamp now) {
        for (const auto& due : broker.waiting.overdue(now)) core->on_fetch_due(due.id, due.over);
    }
    Reply only_reply() {
        const auto replies = written();
        REQUIRE_EQ(replies.size(), 1);
        return replies[0];
    }
};

}  // namespace

TEST_CASE_FIXTURE(FetchFixture, "a fetch that finds enough is answered at once, and nobody watches") {
    broker.stored = fetched(batch_of(0, 100), 1);
    fetch(7, 5s);

    const auto reply = only_reply();
    CHECK_EQ(reply.id, 7);
    CHECK_EQ(reply.kind, wire::ReplyBody::FetchResults);
    CHECK_FALSE(broker.waiting.watched());
}

TEST_CASE_FIXTURE(FetchFixture, "a fetch that may not wait is answered with nothing") {
    fetch(7, 0s);

    CHECK_EQ(only_reply().kind, wire::ReplyBody::FetchResults);
    CHECK_EQ(broker.waiting.size(), 0);
}

TEST_CASE_FIXTURE(FetchFixture, "a fetch waits until its partition has grown enough") {
    const auto first = batch_of(0, 100);
    fetch(7, 5s, static_cast<std::uint32_t>(first.size() + 1));
    CHECK(written().empty());

    append(first, 1);
    CHECK(written().empty());
    append(first + batch_of(1, 100), 2);

    CHECK_EQ(only_reply().id, 7);
    CHECK_EQ(broker.waiting.size(), 0);
    CHECK_EQ(broker.waiting_count.value(), 0);
}

TEST_CASE_FIXTURE(FetchFixture, "a fetch that a limit has stopped does not wait for what would not fit either") {
    broker.stored = fetched(batch_of(0, 100), 9);
    fetch(7, 5s, 1'000'000);

    CHECK_EQ(only_reply().kind, wire::ReplyBody::FetchResults);
}

TEST_CASE_FIXTURE(FetchFixture, "a fetch is answered with what there is when its time is over") {
    fetch(7, 5s);
    pass_time_to(broker.now() + 4'999ms);
    CHECK(written().empty());

    pass_time_to(broker.now() + 5s);

    const auto reply = only_reply();
    CHECK_EQ(reply.id, 7);
    CHECK_EQ(reply.status, Errc::ok);
    CHECK_EQ(broker.waiting.size(), 0);
}

TEST_CASE_FIXTURE(FetchFixture, "a fetch is answered when its stream has gone") {
    fetch(7, 5s);

    broker.stored.partitions[0] = {Errc::stream_does_not_exist, {}, 0, 0, {}};
    tell({.grown = {}, .cut = {{"", "s"}}});

    CHECK_EQ(only_reply().kind, wire::ReplyBody::FetchResults);
}

TEST_CASE_FIXTURE(FetchFixture, "a fetch that is refused in one entry does not wait for the others") {
    engine::Fetched both;
    both.partitions.push_back({Errc::ok, partition, 0, 0, {}});
    both.partitions.push_back({Errc::offset_out_of_range, {5, 1}, 10, 20, {}});
    broker.stored = both;
    receive(detail::fetch(7, {{"s", 0, 0}, {"s", 1, 5}}, {.wait = 5s}).frame);

    CHECK_EQ(only_reply().kind, wire::ReplyBody::FetchResults);
}

TEST_CASE_FIXTURE(FetchFixture, "a waiting fetch can be cancelled") {
    fetch(7, 5s);
    detail::Builder builder;
    receive(detail::frame_of(builder, 8, wire::CreateCancel(builder, 7)));

    const auto reply = only_reply();
    CHECK_EQ(reply.id, 7);
    CHECK_EQ(reply.status, Errc::cancelled);
    CHECK_EQ(broker.waiting.size(), 0);
    CHECK(broker.submitted.empty());
}

TEST_CASE_FIXTURE(FetchFixture, "when the broker stops, waiting fetches are told so") {
    fetch(7, 5s);
    core->end();

    CHECK_EQ(only_reply().status, Errc::shutting_down);
    CHECK_EQ(broker.waiting.size(), 0);
}

TEST_CASE_FIXTURE(FetchFixture, "a connection that is gone waits for nothing") {
    fetch(7, 5s);
    core->abandon();

    CHECK_FALSE(broker.waiting.watched());
    append(batch_of(0, 100), 1);
    CHECK(written().empty());
}

TEST_CASE_FIXTURE(FetchFixture, "a session that ends takes its waiting fetches with it") {
    fetch(7, 5s);
    restart();

    CHECK_FALSE(broker.waiting.watched());
}

TEST_CASE_FIXTURE(FetchFixture, "no more fetches wait than the broker allows") {
    for (std::uint64_t id = 1; id <= ScriptedBroker::waiting_fetches_max + 1; ++id) fetch(id, 5s);

    const auto reply = only_reply();
    CHECK_EQ(reply.id, ScriptedBroker::waiting_fetches_max + 1);
    CHECK_EQ(reply.status, Errc::overloaded);
}

TEST_CASE_FIXTURE(FetchFixture, "nor may one session's fetches name very much in all while they wait") {
    const std::vector<FetchPosition> positions(1024, FetchPosition{"s", 0, 0});
    const auto fetch_all = [&](std::uint64_t request) {
        core->on_turn();
        receive(detail::fetch(request, positions, {.bytes_min = 1, .wait = 5s}).frame);
    };
    for (std::uint64_t id = 1; id <= 17; ++id) fetch_all(id);
    const auto reply = only_reply();
    CHECK_EQ(reply.id, 17);
    CHECK_EQ(reply.status, Errc::overloaded);

    append(batch_of(0, 100), 1);
    CHECK_EQ(written().size(), 16);
    broker.stored = fetched({}, 0);
    fetch_all(18);
    CHECK(written().empty());
}

TEST_CASE("waiting fetches count as requests in flight until they are answered") {
    FetchFixture session;
    session.limits.requests_in_flight_max = 1;
    session.restart();
    session.greet();
    session.fetch(1, 5s);
    session.fetch(2, 5s);
    CHECK_EQ(session.only_reply().status, Errc::too_many_requests_in_flight);

    session.append(batch_of(0, 10), 1);
    session.written();
    session.broker.stored = fetched({}, 0);
    session.fetch(3, 5s);

    CHECK(session.written().empty());
}

TEST_CASE("fetches that are due are read one by one, as the peer takes their answers") {
    FetchFixture session;
    session.limits.unwritten_bytes_max = 1000;
    session.restart();
    session.greet();
    session.fetch(1, 5s);
    session.fetch(2, 5s);
    const auto reads = session.broker.fetches.size();

    session.append(batch_of(0, 100'000), 1);

    CHECK_EQ(session.broker.fetches.size(), reads + 1);
    CHECK_FALSE(session.core->wants_requests());
    CHECK_EQ(session.written().size(), 2);
    CHECK_EQ(session.broker.fetches.size(), reads + 2);
    CHECK(session.core->wants_requests());
}

TEST_CASE_FIXTURE(FetchFixture, "long and short records come as they are, entry by entry") {
    const auto shortest = batch_of(0, 1);
    const auto longest = batch_of(7, 3'000'001);
    engine::Fetched several;
    several.partitions.push_back({Errc::ok, {5, 0}, 0, 1, shortest});
    several.partitions.push_back({Errc::ok, {5, 1}, 0, 9, longest});
    several.partitions.push_back({Errc::ok, {5, 2}, 4, 4, {}});
    several.partitions.push_back({Errc::offset_out_of_range, {5, 3}, 10, 20, {}});
    several.partitions.push_back({Errc::ok, {5, 4}, 0, 1, shortest});
    several.bytes = shortest.size() * 2 + longest.size();
    broker.stored = several;
    const auto operation = detail::fetch(7, {{"s", 0, 0}, {"s", 1, 7}, {"s", 2, 4}, {"s", 3, 5}, {"s", 4, 0}}, {});
    receive(operation.frame);

    const auto frames = written_frames();
    REQUIRE_EQ(frames.size(), 1);
    REQUIRE(detail::verified_reply(frames[0]) != nullptr);
    const auto results = operation.read(frames[0]);
    REQUIRE(results.has_value());
    REQUIRE_EQ(results->size(), 5);
    CHECK(results->at(0).batches == shortest);
    CHECK(results->at(1).batches == longest);
    CHECK(results->at(2).batches.empty());
    CHECK_EQ(results->at(2).end_offset, 4);
    CHECK_EQ(results->at(3).status, Errc::offset_out_of_range);
    CHECK_EQ(results->at(3).start_offset, 10);
    CHECK_EQ(results->at(3).end_offset, 20);
    CHECK_NE(results->at(3).detail.find("10 to 20"), std::string::npos);
    CHECK(results->at(4).batches == shortest);
}

TEST_CASE_FIXTURE(FetchFixture, "an answer that would be longer than a frame may be is refused") {
    broker.stored = fetched(std::string(protocol::frame_bytes_max, 'x'), 0);
    fetch(7, 0s);

    CHECK_EQ(only_reply().status, Errc::answer_too_large);
}

}  // namespace tern::native
