#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tests/crash/test_batches.hpp"
#include "tests/crash/test_spans.hpp"
#include "tests/crash/verdict.hpp"

/// Those who judge streams, groups and transactions are judged here: each kind of loss is shown to them, and they must
/// name it.
using namespace tern;
using namespace tern::crash;

namespace {

constexpr Span later{30, 40};

const PartitionKey events{"events", 0};
const OffsetKey progress{"readers", events};

/// A stream with two batches of one producer, one record each, and a group that has committed; as they should be found.
struct StreamVerdictFixture {
    History history;
    Found found;
    const std::string first = content(0);
    const std::string second = content(1);

    StreamVerdictFixture() {
        history.streams["events"] = {1, before, {}};
        found.streams["events"] = {{0, 2, {}}};
        for (std::uint64_t i = 0; i < 2; ++i) {
            history.batches[i == 0 ? first : second] = {events, stamp(i), 1, {{before, i}}};
            partition().batches.push_back({i, i + 1, stamp(i), i == 0 ? first : second});
        }
        history.groups["readers"].members["member"] = {before, {}};
        history.groups["readers"].generations = {{20, 3}};
        history.offsets[progress] = {{before, 1}};
        found.groups["readers"] = {3, {"member"}};
        found.offsets[progress] = 1;
    }

    static protocol::ProducerStamp stamp(std::uint64_t number) { return {7, 0, static_cast<std::int32_t>(number)}; }
    static std::string content(std::uint64_t number) {
        return std::string(content_of(make_batch({fmt::format("e{}|event", number)}, stamp(number))));
    }
    FoundPartition& partition() { return found.streams["events"].front(); }
    void take_second_away() {
        partition().batches.pop_back();
        partition().end_offset = 1;
    }
    void asked_for_second(Span span) { history.batches[second].attempts = {{span, {}}}; }

    std::set<Wrong> wrong() const {
        std::set<Wrong> kinds;
        for (const auto& [kind, sentence] : judge(found, history, cut)) kinds.insert(kind);
        return kinds;
    }
    using Kinds = std::set<Wrong>;
};

/// A message that a transaction deletes, with the second batch and a commit of its own.
struct TransactionFixture : StreamVerdictFixture {
    TransactionFixture() {
        history.queues["jobs"] = {false, before, {}, {}, {{before, 1}}};
        history.messages["m"] = {"jobs", "m|body", "", before, 1, {}, {underway}, {{before, 0}}};
        history.messages["n"] = {"jobs", "n|body", "", underway, 2, {}, {}, {{underway, 0}}};
        asked_for_second(underway);
        history.offsets[progress].push_back({underway, 2});
        history.transactions = {{underway, {"m"}, {"n"}, {second}, {{progress, 2}}}};
        // All of it is done.
        found.queues["jobs"] = {1, {{"n|body", "", 2, 0, 0}}, {"n"}};
        found.offsets[progress] = 2;
    }
    void undo_queue() { found.queues["jobs"] = {1, {{"m|body", "", 1, 0, 0}}, {"m"}}; }
};

}  // namespace

TEST_CASE_FIXTURE(StreamVerdictFixture, "a stream and a group that are as acknowledged are right") {
    CHECK(wrong().empty());
}

TEST_CASE_FIXTURE(StreamVerdictFixture, "an acknowledged batch must be there unless it was perhaps truncated") {
    take_second_away();
    CHECK_EQ(wrong(), Kinds{Wrong::lost});

    partition() = {2, 2, {}};
    history.partitions[events].truncations = {{underway, 2}};
    CHECK(wrong().empty());
    history.partitions[events].truncations = {{after, 2}};
    CHECK_EQ(wrong(), Kinds{Wrong::lost});
}

TEST_CASE_FIXTURE(StreamVerdictFixture, "an append that was under way may be there or not, one not asked for may not") {
    asked_for_second(underway);
    CHECK(wrong().empty());
    asked_for_second(after);
    CHECK_EQ(wrong(), Kinds{Wrong::unexpected});
    take_second_away();
    CHECK(wrong().empty());
}

TEST_CASE_FIXTURE(StreamVerdictFixture, "a batch with other bytes than were sent is unexpected") {
    partition().batches.back().content.back() ^= 1;
    CHECK_EQ(wrong(), Kinds{Wrong::lost, Wrong::unexpected});
}

TEST_CASE_FIXTURE(StreamVerdictFixture, "a batch that was sent again and is there twice is repeated") {
    history.batches[second].attempts.push_back({later, 1});
    CHECK(wrong().empty());
    partition().batches.push_back({2, 3, stamp(1), second});
    partition().end_offset = 3;
    CHECK(wrong().contains(Wrong::repeated));
}

TEST_CASE_FIXTURE(StreamVerdictFixture,
                  "a gap, another offset than told, or a producer's batches crosswise are disorder") {
    history.batches[second].attempts = {{before, 5}};
    CHECK_EQ(wrong(), Kinds{Wrong::disordered});
    asked_for_second(underway);
    partition().end_offset = 3;
    CHECK_EQ(wrong(), Kinds{Wrong::disordered});
    partition().batches.back() = {2, 3, stamp(1), second};
    CHECK_EQ(wrong(), Kinds{Wrong::disordered});

    history.batches[first].attempts = {{underway, {}}};
    partition() = {0, 2, {{0, 1, stamp(1), second}, {1, 2, stamp(0), first}}};
    CHECK_EQ(wrong(), Kinds{Wrong::disordered});
}

TEST_CASE_FIXTURE(StreamVerdictFixture, "what an acknowledged truncation removed does not come back") {
    history.partitions[events].truncations = {{later, 1}};
    CHECK_EQ(wrong(), Kinds{Wrong::resurrected});
    partition().start_offset = 1;
    partition().batches.erase(partition().batches.begin());
    CHECK(wrong().empty());
}

TEST_CASE_FIXTURE(StreamVerdictFixture, "records that a fetch has shown may not vanish, acknowledged or not") {
    asked_for_second(underway);
    take_second_away();
    auto& shown = history.partitions[events].shown[1];
    shown = {cut, second, 2};
    CHECK(wrong().empty());
    shown.first = 95;
    CHECK_EQ(wrong(), Kinds{Wrong::vanished});

    history.partitions[events].shown.clear();
    history.partitions[events].ends = {{95, 2}};
    CHECK_EQ(wrong(), Kinds{Wrong::vanished});
}

TEST_CASE_FIXTURE(StreamVerdictFixture,
                  "an acknowledged stream is there, and one whose removal was acknowledged is not") {
    history.streams["events"].removals = {later};
    CHECK_EQ(wrong(), Kinds{Wrong::resurrected});
    found.streams.clear();
    CHECK(wrong().empty());
    history.streams["events"].removals.clear();
    CHECK(wrong().contains(Wrong::lost));
}

TEST_CASE_FIXTURE(StreamVerdictFixture, "a committed offset holds until another one may have replaced it") {
    found.offsets[progress] = 2;
    CHECK_EQ(wrong(), Kinds{Wrong::forgotten});
    history.offsets[progress].push_back({underway, 2});
    CHECK(wrong().empty());
    found.offsets.clear();
    CHECK_EQ(wrong(), Kinds{Wrong::forgotten});
    history.offsets[progress] = {{underway, 2}};
    CHECK(wrong().empty());
    found.offsets[progress] = 1;
    CHECK_EQ(wrong(), Kinds{Wrong::forgotten});
}

TEST_CASE_FIXTURE(StreamVerdictFixture, "members stay until they leave, and generations do not go back") {
    found.groups["readers"].members.clear();
    CHECK_EQ(wrong(), Kinds{Wrong::lost});
    history.groups["readers"].members["member"].leaves = {underway};
    CHECK(wrong().empty());

    found.groups["readers"].members = {"member"};
    history.groups["readers"].members["member"].leaves = {later};
    CHECK_EQ(wrong(), Kinds{Wrong::resurrected});

    history.groups["readers"].members["member"].leaves.clear();
    found.groups["readers"].generation = 2;
    CHECK_EQ(wrong(), Kinds{Wrong::forgotten});
}

TEST_CASE_FIXTURE(TransactionFixture, "a transaction that was under way is done or not") {
    CHECK(wrong().empty());

    take_second_away();
    undo_queue();
    found.offsets[progress] = 1;
    CHECK(wrong().empty());
}

TEST_CASE_FIXTURE(TransactionFixture, "a transaction of which one part holds and another does not is torn") {
    SUBCASE("the queue is as before") {
        undo_queue();
    }
    SUBCASE("the append is missing") {
        take_second_away();
    }
    SUBCASE("the commit is missing") {
        found.offsets[progress] = 1;
    }
    CHECK_EQ(wrong(), Kinds{Wrong::torn});
}

TEST_CASE_FIXTURE(TransactionFixture, "what others may have undone says nothing about a transaction") {
    found.queues["jobs"] = {1, {}, {}};
    CHECK_EQ(wrong(), Kinds{Wrong::torn});
    history.messages["n"].deletes = {underway};
    CHECK(wrong().empty());

    found.offsets[progress] = 9;
    history.offsets[progress].push_back({underway, 9});
    CHECK(wrong().empty());
}
