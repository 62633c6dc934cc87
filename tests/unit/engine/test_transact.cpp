#include "protocol/record_batch.hpp"
#include "tests/unit/engine/group_fixture.hpp"

using namespace tern;
using namespace tern::engine;
using namespace tern::test;

namespace {

/// A queue of jobs, a queue for results, a stream, and a group that reads it.
class TransactFixture : public GroupFixture {
public:
    explicit TransactFixture(EngineLimits limits = {}) : GroupFixture(limits) {
        create();
        create("results");
        create_stream("clicks", 2);
    }

    static constexpr auto results_name = "results";

    NewBatch batch_of(std::uint32_t partition, std::string_view value) {
        builder_.begin();
        builder_.add(now.ms(), std::nullopt, value);
        const auto& bytes = batches_.emplace_back(builder_.finish(protocol::Compression::none, {}));
        const auto checked = protocol::check_batch(bytes);
        return {.partition = partition,
                .bytes = bytes,
                .header = checked.header,
                .record_bytes_max = checked.record_bytes_max};
    }
    DeleteMessages deleting(const std::string& handle) const { return {queue, {handle}}; }
    SendMessages sending(std::string_view body) const { return {{"", results_name}, {NewMessage{.body = body}}}; }
    Append appending(std::uint32_t partition, std::string_view value) {
        return {{"", "clicks"}, {batch_of(partition, value)}};
    }
    CommitOffsets committing(std::uint64_t offset) const { return {group, "", 0, {{"clicks", 0, offset, {}}}}; }

    std::uint64_t visible(const std::string& name) {
        return describe_queue(*store().begin_read(), now, {"", name})->counts.visible;
    }
    std::uint64_t end_of(std::uint32_t partition) {
        return describe_stream(*store().begin_read(), {"", "clicks"}, {})->partitions.at(partition).end_offset;
    }
    bool nothing_happened() {
        return visible(results_name) == 0 && end_of(0) == 0 && rows(store::Table::group_offsets) == 0;
    }

private:
    protocol::BatchBuilder builder_;
    std::deque<Bytes> batches_;
};

}  // namespace

TEST_SUITE("transactions") {
    TEST_CASE_FIXTURE(TransactFixture, "all steps are done, each with its results") {
        send("job");
        const auto job = receive_one();

        const auto answer = call(Transact{{deleting(job.handle)},
                                          {sending("one"), sending("two")},
                                          {appending(0, "x"), appending(1, "y")},
                                          {committing(7)}});

        REQUIRE_EQ(answer.status, Errc::ok);
        const auto& results = std::get<TransactionResults>(answer.body);
        REQUIRE_EQ(results.sends.size(), 2);
        CHECK_EQ(results.sends[1].results.at(0).sequence, 2);
        REQUIRE_EQ(results.appends.size(), 2);
        CHECK_EQ(results.appends[0].results.at(0).end_offset, 1);
        CHECK_EQ(counts(), Counts{0, 0, 0});
        CHECK_EQ(visible("results"), 2);
        CHECK_EQ(end_of(0), 1);
        CHECK_EQ(end_of(1), 1);
        CHECK_EQ(offsets().at(0).offset, 7);
        CHECK_EQ(engine().counters().transactions, 1);
    }

    TEST_CASE_FIXTURE(TransactFixture, "one refused step leaves nothing of the others") {
        send("job");
        const auto job = receive_one();
        const Transact sound{{deleting(job.handle)}, {sending("one")}, {appending(0, "x")}, {committing(7)}};

        auto broken = sound;
        broken.sends.push_back({{"", "results"}, {NewMessage{.body = "fine"}, NewMessage{.body = ""}}});
        auto answer = call(broken);
        CHECK_EQ(answer.status, Errc::message_body_missing);
        CHECK_EQ(answer.detail, "sends[1].messages[1]");

        broken = sound;
        broken.sends[0].queue.name = "nowhere";
        answer = call(broken);
        CHECK_EQ(answer.status, Errc::queue_does_not_exist);
        CHECK_EQ(answer.detail, "sends[0]");

        broken = sound;
        broken.appends.push_back(appending(2, "y"));
        answer = call(broken);
        CHECK_EQ(answer.status, Errc::partition_does_not_exist);
        CHECK_EQ(answer.detail, "appends[1].batches[0]");

        broken = sound;
        broken.commits[0].offsets.push_back({"orders", 0, 1, {}});
        answer = call(broken);
        CHECK_EQ(answer.status, Errc::stream_does_not_exist);
        CHECK_EQ(answer.detail, "commits[0].offsets[1]");

        broken = sound;
        broken.deletes.push_back(deleting("no handle"));
        answer = call(broken);
        CHECK_EQ(answer.status, Errc::receipt_handle_invalid);
        CHECK_EQ(answer.detail, "deletes[1].receipt_handles[0]");

        CHECK(nothing_happened());
        CHECK_EQ(rows(store::Table::groups), 0);
        CHECK_EQ(counts(), Counts{0, 1, 0});
        CHECK_EQ(call(sound).status, Errc::ok);
    }

    TEST_CASE_FIXTURE(TransactFixture, "a message that somebody else has received since is not deleted") {
        send("job");
        const auto first = receive_one(1s);
        advance(1s);
        const auto second = receive_one();

        const auto late = call(Transact{{deleting(first.handle)}, {sending("one")}, {}, {}});
        CHECK_EQ(late.status, Errc::receipt_handle_expired);
        CHECK(nothing_happened());

        CHECK_EQ(call(Transact{{deleting(second.handle)}, {sending("one")}, {}, {}}).status, Errc::ok);
        const auto again = call(Transact{{deleting(second.handle)}, {sending("one")}, {}, {}});
        CHECK_EQ(again.status, Errc::message_not_in_flight);
        CHECK_EQ(visible("results"), 1);
        // On its own a late delete succeeds.
        CHECK_EQ(remove(second.handle), Errc::ok);
    }

    TEST_CASE_FIXTURE(TransactFixture, "a message that came back but went to nobody is still its last receiver's") {
        send("job");
        const auto job = receive_one(1s);
        advance(2s);

        CHECK_EQ(call(Transact{{deleting(job.handle)}, {sending("one")}, {}, {}}).status, Errc::ok);

        CHECK_EQ(counts(), Counts{0, 0, 0});
    }

    TEST_CASE_FIXTURE(TransactFixture, "a purged message is gone") {
        send("job");
        const auto job = receive_one();
        call(PurgeQueue{queue});

        CHECK_EQ(call(Transact{{deleting(job.handle)}, {}, {}, {}}).status, Errc::message_not_in_flight);
    }

    TEST_CASE_FIXTURE(TransactFixture, "on a FIFO queue a handle holds until its visibility timeout has passed") {
        queue.name = "orders.fifo";
        create({.fifo = true});
        send("a", "group");
        send("b", "group");
        const auto held = receive(10, 5s);
        REQUIRE_EQ(held.size(), 2);

        CHECK_EQ(call(Transact{{{queue, {held[0].handle, held[1].handle}}}, {}, {}, {}}).status, Errc::ok);
        CHECK_EQ(counts(), Counts{0, 0, 0});
        CHECK_EQ(call(Transact{{deleting(held[0].handle)}, {}, {}, {}}).status, Errc::message_not_in_flight);

        send("c", "group");
        const auto late = receive_one(5s);
        advance(5s);
        CHECK_EQ(call(Transact{{deleting(late.handle)}, {}, {}, {}}).status, Errc::receipt_handle_expired);
        CHECK_EQ(counts(), Counts{1, 0, 0});
    }

    TEST_CASE_FIXTURE(TransactFixture, "a send wakes whoever waits, in the same batch") {
        CHECK(run({{100, ReceiveMessages{{"", "results"}, 1, {}, 20s, {}}}}).empty());

        const auto completions = run({{101, Transact{{}, {sending("one")}, {}, {}}}});

        REQUIRE_EQ(completions.size(), 2);
        CHECK_EQ(completions[0].ticket.request, 101);
        CHECK_EQ(completions[1].ticket.request, 100);
        CHECK_EQ(bodies(messages_in(completions[1].answer)), Texts{"one"});
    }

    TEST_CASE_FIXTURE(TransactFixture, "offsets go with what was made of the records, or neither does") {
        auto one = join({"clicks"});
        const CommitOffsets commit{group, one.member, one.generation, {{"clicks", 0, 3, {}}}};
        CHECK_EQ(call(Transact{{}, {sending("one")}, {}, {commit}}).status, Errc::ok);
        leave(one);

        const auto late = call(Transact{{}, {sending("two")}, {appending(0, "x")}, {commit}});

        CHECK_EQ(late.status, Errc::group_member_unknown);
        CHECK_EQ(late.detail, "commits[0]");
        CHECK_EQ(visible("results"), 1);
        CHECK_EQ(end_of(0), 0);
    }

    TEST_CASE_FIXTURE(TransactFixture, "a partition is appended to once") {
        const auto twice = call(Transact{{}, {}, {appending(1, "x"), appending(0, "y"), appending(1, "z")}, {}});
        CHECK_EQ(twice.status, Errc::transaction_partition_twice);
        CHECK_EQ(twice.detail, "appends[2].batches[0]");

        const Append both{{"", "clicks"}, {batch_of(0, "x"), batch_of(0, "y")}};
        CHECK_EQ(call(Transact{{}, {}, {both}, {}}).detail, "appends[0].batches[1]");
        CHECK_EQ(end_of(0), 0);
    }

    TEST_CASE_FIXTURE(TransactFixture, "a transaction has 1 to 100 steps with up to 1000 entries") {
        CHECK_EQ(call(Transact{}).status, Errc::transaction_empty);

        Transact steps;
        steps.sends.assign(101, sending("x"));
        CHECK_EQ(call(steps).status, Errc::transaction_too_long);
        steps.sends.pop_back();
        CHECK_EQ(call(steps).status, Errc::ok);

        Transact entries{{}, {{{"", "results"}, std::vector<NewMessage>(999, NewMessage{.body = "x"})}}, {}, {}};
        entries.commits = {committing(1), committing(2)};
        CHECK_EQ(call(entries).status, Errc::transaction_too_long);
        entries.commits.pop_back();
        CHECK_EQ(call(entries).status, Errc::ok);
        CHECK_EQ(call(Transact{{}, {{queue, {}}}, {}, {}}).status, Errc::batch_empty);
    }

    TEST_CASE("a transaction makes no more groups than are allowed") {
        TransactFixture fixture(EngineLimits{.groups_max = 1});
        auto first = fixture.committing(1);
        auto other = first;
        other.group.name = "others";

        const auto refused = fixture.call(Transact{{}, {}, {}, {first, other}});
        CHECK_EQ(refused.status, Errc::too_many_groups);
        CHECK_EQ(refused.detail, "commits[1]");
        CHECK_EQ(fixture.rows(store::Table::groups), 0);

        CHECK_EQ(fixture.call(Transact{{}, {}, {}, {first, first}}).status, Errc::ok);
        CHECK_EQ(fixture.rows(store::Table::groups), 1);
    }

    TEST_CASE_FIXTURE(TransactFixture, "only a transaction that deletes and nothing else needs no space") {
        CHECK_FALSE(grows(Transact{{deleting("x")}, {}, {}, {}}));
        CHECK(grows(Transact{{deleting("x")}, {sending("x")}, {}, {}}));
        CHECK(grows(Transact{{deleting("x")}, {}, {appending(0, "x")}, {}}));
        CHECK(grows(Transact{{deleting("x")}, {}, {}, {committing(1)}}));
    }
}
