#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "clients/cpp/source/producer_lane.hpp"

/// The order of a partition's batches, whatever answers come.
namespace tern::detail {

using namespace std::chrono_literals;

namespace {

using Next = ProducerLane::Next;
using Verdict = ProducerLane::Verdict;

struct LaneFixture {
    ProducerLane lane{{true, 5, 60s}, {7, 0}};
    SteadyPoint now{};
    std::uint64_t numbers = 0;

    std::uint64_t admit(std::size_t records = 10) {
        ProducedBatch batch;
        batch.number = ++numbers;
        batch.records = records;
        batch.since = now;
        protocol::BatchBuilder builder;
        builder.begin();
        for (std::size_t i = 0; i < records; ++i) builder.add(0, std::nullopt, "value");
        batch.content.push_back({0, std::string(builder.finish(Compression::none, lane.stamp())), {}});
        lane.admit(std::move(batch));
        return numbers;
    }
    Verdict appended(std::uint64_t batch) { return lane.answered(batch, AppendResult{}, now).verdict; }
    Verdict refused(std::uint64_t batch, Status status) { return lane.answered(batch, Error(status), now).verdict; }
    Verdict lost(std::uint64_t batch) {
        return lane.answered(batch, Error(ConnectionErrc::request_timed_out, {}, Execution::perhaps), now).verdict;
    }
    /// The numbers of what goes again.
    std::vector<std::uint64_t> resent() {
        REQUIRE(lane.next() == Next::resend);
        std::vector<std::uint64_t> batches;
        for (const auto* batch : lane.to_send()) batches.push_back(batch->number);
        return batches;
    }
    /// With an acknowledged first batch: the broker knows the producer.
    void establish() { appended(admit()); }
};

using Numbers = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE_FIXTURE(LaneFixture, "until the broker knows the producer, one batch is under way; then as many as allowed") {
    CHECK(lane.has_place());
    const auto first = admit();
    CHECK_FALSE(lane.has_place());

    CHECK(appended(first) == Verdict::appended);
    for (int i = 0; i < 5; ++i) {
        CHECK(lane.has_place());
        admit();
    }
    CHECK_FALSE(lane.has_place());
}

TEST_CASE_FIXTURE(LaneFixture, "sequence numbers follow each other") {
    establish();
    CHECK_EQ(lane.stamp().sequence, 10);
    appended(admit(5));
    CHECK_EQ(lane.stamp().sequence, 15);
    CHECK_EQ(lane.stamp().id, 7);
}

TEST_CASE_FIXTURE(LaneFixture, "a failure that may pass: all come home, then all go again in order") {
    establish();
    const auto first = admit();
    const auto second = admit();
    const auto third = admit();

    CHECK(refused(first, Status::overloaded) == Verdict::again);
    CHECK(lane.next() == Next::wait);
    CHECK_FALSE(lane.has_place());
    // The broker misses the first one.
    CHECK(refused(second, Status::sequence_out_of_order) == Verdict::again);
    CHECK(refused(third, Status::sequence_out_of_order) == Verdict::again);

    CHECK(lane.pausing());
    CHECK(resent() == Numbers{first, second, third});
    for (const auto batch : {first, second, third}) CHECK(appended(batch) == Verdict::appended);
    CHECK(lane.next() == Next::flow);
    CHECK(lane.has_place());
}

TEST_CASE_FIXTURE(LaneFixture, "when a batch is refused for good, those behind it go again under a new id") {
    establish();
    const auto refused_one = admit();
    const auto second = admit();
    const auto third = admit();

    CHECK(refused(refused_one, Status::record_batch_invalid) == Verdict::failed);
    CHECK(refused(second, Status::sequence_out_of_order) == Verdict::again);
    CHECK(refused(third, Status::sequence_out_of_order) == Verdict::again);
    REQUIRE(lane.next() == Next::renew);
    lane.renewed({8, 0});

    // One at a time, until the broker knows the new id.
    CHECK(resent() == Numbers{second});
    CHECK(appended(second) == Verdict::appended);
    REQUIRE(lane.next() == Next::resend);
    const auto rest = lane.to_send();
    REQUIRE_EQ(rest.size(), 1);
    const auto checked = protocol::check_batch(rest[0]->content[0].batch);
    CHECK(checked.fault == protocol::BatchFault::none);
    CHECK(checked.header.producer == protocol::ProducerStamp{8, 0, 10});
    CHECK(appended(third) == Verdict::appended);
    CHECK_EQ(lane.stamp().sequence, 20);
}

TEST_CASE_FIXTURE(LaneFixture, "what was perhaps appended goes again under its old id before anything gets a new one") {
    establish();
    const auto refused_one = admit();
    const auto uncertain = admit();
    const auto third = admit();

    CHECK(refused(refused_one, Status::record_batch_invalid) == Verdict::failed);
    CHECK(lost(uncertain) == Verdict::again);
    CHECK(refused(third, Status::sequence_out_of_order) == Verdict::again);

    CHECK(resent() == Numbers{uncertain});
    // Overloaded says nothing about the first try.
    CHECK(refused(uncertain, Status::overloaded) == Verdict::again);
    CHECK(resent() == Numbers{uncertain});
    CHECK(refused(uncertain, Status::sequence_out_of_order) == Verdict::again);
    CHECK(lane.next() == Next::renew);
}

TEST_CASE_FIXTURE(LaneFixture, "the last batch refused for good leaves no gap: its numbers are used again") {
    establish();
    const auto last = admit();

    CHECK(refused(last, Status::record_too_large) == Verdict::failed);
    CHECK(lane.next() == Next::flow);
    CHECK_EQ(lane.stamp().sequence, 10);
    CHECK_EQ(lane.stamp().id, 7);
}

TEST_CASE_FIXTURE(LaneFixture, "a lost batch is given up when its time is over, as perhaps appended") {
    establish();
    const auto batch = admit();
    CHECK(lost(batch) == Verdict::again);
    CHECK(resent() == Numbers{batch});
    now += 61s;

    const auto settled = lane.answered(batch, Error(ConnectionErrc::connection_failed, {}, Execution::surely_not), now);

    CHECK(settled.verdict == Verdict::failed);
    CHECK(settled.batch->uncertain);
    CHECK(lane.next() == Next::renew);
}

TEST_CASE_FIXTURE(LaneFixture, "a fenced producer fails the batch, and goes on under a new id") {
    establish();
    CHECK(refused(admit(), Status::producer_fenced) == Verdict::failed);
    CHECK(lane.next() == Next::renew);
    lane.renewed({9, 0});
    CHECK(lane.next() == Next::flow);
    CHECK(lane.stamp() == protocol::ProducerStamp{9, 0, 0});
}

TEST_CASE_FIXTURE(LaneFixture, "a producer that was silent for long may have been forgotten: one batch at a time") {
    establish();
    now += 13h;
    admit();
    CHECK_FALSE(lane.has_place());
}

}  // namespace tern::detail
