#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/engine/engine.hpp"
#include "broker/frontends/native/topic_queries.hpp"
#include "broker/runtime/local_broker.hpp"
#include "broker/store/memory_store.hpp"
#include "tests/unit/native/text_writer.hpp"

namespace tern::native {

namespace {

/// A broker that does not run, over a store with two topics: t with ten publications, every other one of t.a, and
/// brief, which keeps no history.
struct TopicQueryFixture {
    TopicQueryFixture() {
        engine::Engine engine;
        engine.open(*memory.begin_read());
        execute(engine, engine::CreateTopic{{"", "t"}, {}, {}});
        engine::CreateTopic brief;
        brief.topic = {"", "brief"};
        brief.settings.history = false;
        brief.settings.presence = engine::PresenceMode::subscribers;
        execute(engine, std::move(brief));
        for (int i = 0; i < 10; ++i) {
            auto batch = std::make_shared<engine::PublicationBatch>();
            batch->push_back({i % 2 == 0 ? "t.a" : "t.b", "x", {}, {}, {}});
            time = time + Milliseconds(10);
            execute(engine, engine::Publish{{"", "t"}, std::move(batch), false});
        }
        broker =
            std::make_unique<runtime::LocalBroker>(memory, random, log, runtime::LocalBrokerOptions{},
                                                   std::unique_ptr<runtime::Clock>(new runtime::ManualClock(time)));
    }
    void execute(engine::Engine& engine, engine::Command&& command) {
        auto transaction = memory.begin_write();
        engine.begin_batch(*transaction, time, random);
        std::vector<engine::Completion> completions;
        engine.apply({}, command, completions);
        engine.end_batch();
        transaction->commit();
        REQUIRE_EQ(completions.at(0).answer.status, Errc::ok);
    }
    template <class Query>
    std::string ask(const Query& query) {
        std::string bytes;
        const auto status = answer(*broker, writer, {1, bytes}, query);
        return status == Errc::ok ? bytes : std::string(protocol::name_of(status));
    }
    static ReadHistory history(std::string pattern) {
        ReadHistory query;
        query.pattern = std::move(pattern);
        return query;
    }

    Timestamp time{1'000'000};
    store::MemoryStore memory;
    SeededRandom random{1};
    runtime::Log log;
    TextWriter writer;
    std::unique_ptr<runtime::LocalBroker> broker;
};

}  // namespace

TEST_CASE_FIXTURE(TopicQueryFixture, "a history is read forwards from an offset, page by page") {
    auto query = history("t.a");
    query.start.offset = 1;
    query.publications_max = 2;
    CHECK_EQ(ask(query), "1 history @2 @4 next 6 more\n");
    query.start.offset = 5;
    query.publications_max = 10;
    CHECK_EQ(ask(query), "1 history @6 @8 next 10\n");
    query.start.offset = 99;
    CHECK_EQ(ask(query), "1 history next 10\n");
}

TEST_CASE_FIXTURE(TopicQueryFixture, "the last ones of a pattern, those before an offset, and those from a time on") {
    auto last = history("t.b");
    last.start.from = StartFrom::last;
    last.start.last = 2;
    CHECK_EQ(ask(last), "1 history @7 @9 next 10\n");

    auto before = history("t.b");
    before.reverse = true;
    before.start.offset = 7;
    before.publications_max = 2;
    CHECK_EQ(ask(before), "1 history @3 @5 next 3 more\n");
    before.start.offset = 3;
    CHECK_EQ(ask(before), "1 history @1 next 0\n");

    auto since = history("t.>");
    since.start.from = StartFrom::time;
    since.start.time = Timestamp(1'000'090);
    CHECK_EQ(ask(since), "1 history @8 @9 next 10\n");
}

TEST_CASE_FIXTURE(TopicQueryFixture, "what cannot be answered is refused") {
    CHECK_EQ(ask(history("t..a")), "pattern_invalid");
    CHECK_EQ(ask(history("none.a")), "topic_does_not_exist");
    CHECK_EQ(ask(history("brief.a")), "topic_has_no_history");
    auto query = history("t.a");
    query.start.epoch = "another";
    CHECK_EQ(ask(query), "epoch_differs");
    query = history("t.a");
    query.publications_max = 1001;
    CHECK_EQ(ask(query), "history_request_invalid");
    CHECK_EQ(ask(DescribePresence{{"", "none"}, 10}), "topic_does_not_exist");
}

TEST_CASE_FIXTURE(TopicQueryFixture, "descriptions, lists and presence come from a snapshot and from memory") {
    CHECK_EQ(ask(DescribeTopic{{"", "t"}}), "1 topic\n");
    CHECK_EQ(ask(DescribeTopic{{"", "none"}}), "topic_does_not_exist");
    CHECK_EQ(ask(ListTopics{{}, {}, {}}), "1 topics\n");
    CHECK_EQ(ask(ListSubscriptions{{"", "t"}, {}}), "1 subscriptions\n");
    CHECK_EQ(ask(DescribePresence{{"", "brief"}, 10}), "1 presence\n");
}

}  // namespace tern::native
