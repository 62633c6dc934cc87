#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/record_batch.hpp"
#include "tests/conformance/broker_process.hpp"
#include "tests/conformance/wire_client.hpp"

namespace tern::conformance {
namespace {

using namespace std::chrono_literals;

std::size_t partitions_in(const std::vector<PartitionSet>& sets) {
    std::size_t partitions = 0;
    for (const auto& set : sets) partitions += set.partitions.size();
    return partitions;
}

HeartbeatOptions beat_of(const GroupAssignment& assignment, std::chrono::milliseconds wait = 0ms) {
    HeartbeatOptions options;
    options.member = assignment.member;
    options.generation = assignment.generation;
    options.owned = assignment.assigned;
    options.wait = wait;
    return options;
}

struct GroupBroker {
    GroupBroker() : client(broker.native_port) {
        StreamSettings settings;
        settings.partitions = 2;
        REQUIRE(client.execute(detail::create_stream(client.next_id(), "s", settings)).has_value());
    }
    GroupAssignment join(WireClient& from) {
        JoinOptions options;
        options.streams = {"s"};
        options.session_timeout = 30s;
        const auto assignment = from.execute(detail::join_group(from.next_id(), "g", options));
        REQUIRE(assignment.has_value());
        return *assignment;
    }
    GroupAssignment beat(WireClient& from, const GroupAssignment& assignment, std::chrono::milliseconds wait = 0ms) {
        const auto answer = from.execute(detail::heartbeat(from.next_id(), "g", beat_of(assignment, wait)));
        REQUIRE(answer.has_value());
        return *answer;
    }

    BrokerProcess broker;
    WireClient client;
};

}  // namespace

TEST_CASE_FIXTURE(GroupBroker, "a member has all partitions until another joins, and then they share") {
    WireClient other(broker.native_port);
    auto first = join(client);
    CHECK_EQ(partitions_in(first.assigned), 2);
    const auto waiting = detail::heartbeat(client.next_id(), "g", beat_of(first, 10s));
    client.send(waiting.frame);

    auto second = join(other);
    CHECK_EQ(partitions_in(second.assigned), 0);
    CHECK_FALSE(second.settled);
    const auto woken = client.answer(waiting);
    REQUIRE(woken.has_value());
    CHECK_EQ(partitions_in(woken->assigned), 1);
    first = *woken;
    // The first says that it no longer works on the other one.
    first = beat(client, first);
    second = beat(other, second, 10s);

    CHECK_EQ(partitions_in(first.assigned), 1);
    CHECK_EQ(partitions_in(second.assigned), 1);
    CHECK(first.assigned != second.assigned);
}

TEST_CASE_FIXTURE(GroupBroker, "a heartbeat that waits can be cancelled") {
    const auto member = join(client);
    const auto waiting = detail::heartbeat(client.next_id(), "g", beat_of(member, 10s));
    client.send(waiting.frame);
    client.cancel(waiting.id);

    const auto answer = client.answer(waiting);
    REQUIRE_FALSE(answer.has_value());
    CHECK_EQ(answer.error().status(), Status::cancelled);
}

TEST_CASE_FIXTURE(GroupBroker, "who leaves makes room at once, and is not known any more") {
    WireClient other(broker.native_port);
    const auto first = join(client);
    const auto second = join(other);
    REQUIRE(client.execute(detail::leave_group(client.next_id(), "g", first.member)).has_value());

    CHECK_EQ(partitions_in(beat(other, second, 10s).assigned), 2);
    const auto late = client.execute(detail::heartbeat(client.next_id(), "g", beat_of(first)));
    REQUIRE_FALSE(late.has_value());
    CHECK_EQ(late.error().status(), Status::group_member_unknown);
}

TEST_CASE_FIXTURE(GroupBroker, "offsets are committed by the member that has the partition") {
    const auto member = join(client);
    const CommitIdentity identity{member.member, member.generation};
    const auto committed =
        client.execute(detail::commit_offsets(client.next_id(), "g", identity, {{"s", 0, 0, "note"}}));
    REQUIRE(committed.has_value());
    CHECK_EQ(committed->at(0).status, Status::ok);
    const auto nobody = client.execute(detail::commit_offsets(client.next_id(), "g", {}, {{"s", 1, 0, ""}}));

    const auto offsets = client.execute(detail::fetch_offsets(client.next_id(), "g", {{"s", {0, 1}}}));

    CHECK_FALSE((nobody.has_value() && nobody->at(0).status == Status::ok));
    REQUIRE(offsets.has_value());
    CHECK_EQ(offsets->at(0).offset, std::optional<std::uint64_t>(0));
    CHECK_EQ(offsets->at(0).metadata, "note");
    CHECK_EQ(offsets->at(1).offset, std::nullopt);
    const auto described = client.execute(detail::describe_group(client.next_id(), "g"));
    REQUIRE(described.has_value());
    CHECK_EQ(described->members.size(), 1);
    const auto page = client.execute(detail::list_groups(client.next_id(), {}));
    REQUIRE(page.has_value());
    CHECK_EQ(page->groups.size(), 1);
}

TEST_CASE_FIXTURE(GroupBroker, "a group is described in pages, and a page token that is none is refused by name") {
    const std::vector<OffsetToCommit> two{{"s", 0, 0, ""}, {"s", 1, 0, ""}};
    REQUIRE(client.execute(detail::commit_offsets(client.next_id(), "g", {}, two)).has_value());

    const auto first = client.execute(detail::fetch_offsets_page(client.next_id(), "g", {1, ""}));
    REQUIRE(first.has_value());
    REQUIRE_EQ(first->offsets.size(), 1);
    const auto token = first->next_page_token;
    const auto second = client.execute(detail::fetch_offsets_page(client.next_id(), "g", {1, token}));
    const auto described = client.execute(detail::describe_group_page(client.next_id(), "g", {1, token}));
    const auto wrong = client.execute(detail::describe_group_page(client.next_id(), "g", {1, "!"}));
    const auto too_long = client.execute(detail::fetch_offsets_page(client.next_id(), "g", {1001, ""}));

    REQUIRE(second.has_value());
    CHECK_EQ(second->offsets.at(0).partition, 1);
    CHECK(second->next_page_token.empty());
    REQUIRE(described.has_value());
    CHECK_EQ(described->part.offsets.at(0).partition, 1);
    REQUIRE_FALSE(wrong.has_value());
    CHECK_EQ(wrong.error().status(), Status::page_token_invalid);
    CHECK_EQ(wrong.error().detail(), "page_token");
    REQUIRE_FALSE(too_long.has_value());
    CHECK_EQ(too_long.error().status(), Status::page_size_invalid);
    CHECK_EQ(too_long.error().detail(), "entries_max");
}

TEST_CASE_FIXTURE(GroupBroker, "a transaction does all of its steps, or none") {
    REQUIRE(client.execute(detail::create_queue(client.next_id(), "q", {}, {})).has_value());
    protocol::BatchBuilder builder;
    builder.begin();
    builder.add(0, std::nullopt, "made of it");
    const std::string batch(builder.finish(protocol::Compression::none, {}));
    TransactionSteps steps;
    steps.sends = {{"q", {NewMessage{.body = "told"}}}};
    steps.appends = {{"s", {{0, batch, {}}}}};
    const GroupName group("g");
    const CommitIdentity nobody{};
    const std::vector<OffsetToCommit> offset{{"s", 0, 0, ""}};
    steps.commits.push_back({group, nobody, offset});

    const auto done = client.execute(detail::transact(client.next_id(), steps));
    steps.appends[0].batches[0].expected_offset = 0;
    const auto refused = client.execute(detail::transact(client.next_id(), steps));

    REQUIRE(done.has_value());
    CHECK_EQ(done->appends.at(0).at(0).base_offset, 0);
    REQUIRE_FALSE(refused.has_value());
    CHECK_EQ(refused.error().status(), Status::expected_offset_differs);
    CHECK_NE(refused.error().detail().find("appends[0]"), std::string::npos);
    const auto queue = client.execute(detail::describe_queue(client.next_id(), "q"));
    REQUIRE(queue.has_value());
    CHECK_EQ(queue->counts.visible, 1);
    const auto offsets = client.execute(detail::fetch_offsets(client.next_id(), "g", {}));
    REQUIRE(offsets.has_value());
    CHECK_EQ(offsets->size(), 1);
}

}  // namespace tern::conformance
