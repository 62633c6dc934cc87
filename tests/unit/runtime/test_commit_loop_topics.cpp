#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/unit/runtime/commit_loop_fixture.hpp"

namespace tern::runtime {

namespace {

using Events = std::vector<std::string>;

struct TopicLoop : CommitLoopFixture {
    explicit TopicLoop(MailboxLimits limits = {}) : CommitLoopFixture(limits) { sink.wants_news = true; }

    void create_topic(bool history) {
        engine::CreateTopic create;
        create.topic = {"", "t"};
        create.settings.history = history;
        put(std::move(create));
        start();
        settle_and_forget();
        sink.news.clear();
    }
    std::uint64_t publish(const std::string& data, bool ephemeral = false) {
        auto batch = std::make_shared<engine::PublicationBatch>();
        batch->push_back({"t.a", data, {}, {}, {}});
        return put(engine::Publish{{"", "t"}, std::move(batch), ephemeral});
    }
    /// The data of all publications that were told, in order.
    std::vector<std::string> told() const {
        std::vector<std::string> data;
        for (const auto& news : sink.news) {
            for (const auto& published : news.published) data.push_back(published.publication().data);
        }
        return data;
    }
};

}  // namespace

TEST_CASE_FIXTURE(TopicLoop, "publications are told with their answers, once they are durable") {
    create_topic(true);
    std::vector<std::size_t> told_before_flush;
    record.before_flush = [&] { told_before_flush.push_back(sink.news.size()); };
    const auto request = publish("one");
    settle();

    CHECK_EQ(told_before_flush, std::vector<std::size_t>{0});
    CHECK_EQ(told(), std::vector<std::string>{"one"});
    CHECK_EQ(std::get<engine::PublishResults>(sink.answer(request).body).results.at(0).offset,
             sink.news.at(0).published.at(0).offset);
    CHECK_EQ(metrics.publications.value(), 1);
}

TEST_CASE_FIXTURE(TopicLoop, "a topic without a history costs no commit, and tells all the same") {
    create_topic(false);
    publish("one");
    settle();
    publish("two");
    settle();

    CHECK_EQ(record.count("commit"), 0);
    CHECK_EQ(told(), std::vector<std::string>{"one", "two"});
}

TEST_CASE_FIXTURE(TopicLoop, "ephemeral publications keep their place among the others") {
    create_topic(true);
    publish("one");
    publish("two", true);
    publish("three");
    settle();

    CHECK_EQ(told(), std::vector<std::string>{"one", "two", "three"});
    CHECK_FALSE(sink.news.back().published.size() == 0);
}

TEST_CASE_FIXTURE(TopicLoop, "the end of a topic is told") {
    create_topic(true);
    put(engine::DeleteTopic{{"", "t"}});
    settle();

    REQUIRE_EQ(sink.news.size(), 1);
    CHECK_EQ(sink.news.at(0).deleted_topics.size(), 1);
}

TEST_CASE_FIXTURE(TopicLoop, "who does not want to know is not told") {
    create_topic(true);
    sink.wants_news = false;
    publish("one");
    settle();
    sink.wants_news = true;
    publish("two");
    settle();

    CHECK_EQ(told(), std::vector<std::string>{"two"});
}

TEST_CASE_FIXTURE(TopicLoop, "publications to very many queues are spread over several commits") {
    put(engine::CreateTopic{{"", "t"}, {}, {}});
    for (int i = 0; i < 400; ++i) {
        const auto queue = std::string("q").append(std::to_string(i));
        create(queue);
        put(engine::AddSubscription{{"", "t"}, queue, {}});
    }
    for (int i = 0; i < 4; ++i) publish("to all");

    start();
    settle();

    CHECK_EQ(record.count("commit"), 2);
    CHECK_EQ(told().size(), 4);
}

}  // namespace tern::runtime
