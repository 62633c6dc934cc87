#include "tests/unit/engine/topic_fixture.hpp"

using namespace tern;
using namespace tern::engine;
using namespace tern::test;

TEST_CASE_FIXTURE(TopicFixture, "creating is idempotent: other settings and tags are refused, naming the first") {
    const std::vector<QueueTag> tags = {{"team", "a"}};
    CHECK(expect<TopicCreated>(CreateTopic{topic, {.retained = true}, tags}).created);

    CHECK_FALSE(expect<TopicCreated>(CreateTopic{topic, {.retained = true}, tags}).created);
    CHECK_FALSE(expect<TopicCreated>(CreateTopic{topic, {}, {}}).created);
    const auto other = create({.history_age = 1h, .retained = false});
    CHECK_EQ(other.status, Errc::topic_exists);
    CHECK_EQ(other.detail, "history_ms");
    CHECK_EQ(call(CreateTopic{topic, {}, {{"team", "b"}}}).detail, "tags");
}

TEST_CASE_FIXTURE(TopicFixture, "settings out of range are refused by name") {
    struct Case {
        TopicSettingsChange settings;
        std::string detail;
    };
    const std::vector<Case> cases = {
        {{.content_based_deduplication = true}, "content_based_deduplication"},
        {{.history_age = 999ms}, "history_ms"},
        {{.history_age = -1ms}, "history_ms"},
        {{.history_publications = -1}, "history_publications"},
        {{.history_bytes = 65'535}, "history_bytes"},
        {{.publication_bytes_max = 1023}, "publication_bytes_max"},
        {{.publication_bytes_max = (16 << 20) + 1}, "publication_bytes_max"},
    };
    for (const auto& [settings, detail] : cases) {
        const auto answer = create(settings);
        CHECK_EQ(answer.status, Errc::topic_setting_invalid);
        CHECK_EQ(answer.detail, detail);
    }
    CHECK_EQ(create({.history_age = 0ms, .history_publications = 0, .history_bytes = 0}).status, Errc::ok);
}

TEST_CASE_FIXTURE(TopicFixture, "what is decided when a topic is made stays so") {
    create();

    CHECK_EQ(call(SetTopic{topic, {.fifo = true}}).status, Errc::topic_setting_fixed);
    CHECK_EQ(call(SetTopic{topic, {.history = false}}).detail, "history");
    CHECK_EQ(call(SetTopic{topic, {.history = true, .retained = true}}).status, Errc::ok);
    CHECK(describe().settings.retained);
}

TEST_CASE_FIXTURE(TopicFixture, "topic names") {
    struct Case {
        std::string name;
        bool fifo;
        bool valid;
    };
    const std::vector<Case> cases = {
        {"a", false, true},     {"A-z_09", false, true},    {std::string(256, 'a'), false, true},
        {"", false, false},     {"a.b", false, false},      {std::string(257, 'a'), false, false},
        {"a.fifo", true, true}, {"a.fifo", false, false},   {"a", true, false},
        {".fifo", true, false}, {"\xC3\xA4", false, false},
    };
    for (const auto& [name, fifo, valid] : cases) CHECK_EQ(valid_topic_name(name, fifo), valid);
}

TEST_CASE_FIXTURE(TopicFixture, "a topic keeps texts of front ends and tags, over a restart") {
    const CreateTopic wanted{topic, {}, {{"a", "1"}, {"b", "2"}}, {.history = false}, {{"DisplayName", "Chat"}}};
    CHECK(expect<TopicCreated>(wanted).created);
    CHECK_FALSE(expect<TopicCreated>(wanted).created);
    CHECK_FALSE(expect<TopicCreated>(CreateTopic{topic, {}, {{"b", "2"}}}).created);
    CHECK_EQ(call(CreateTopic{topic, {}, {}, {}, {{"DisplayName", "Other"}}}).detail, "DisplayName");
    CHECK_EQ(call(CreateTopic{topic, {}, {{"c", "3"}}}).detail, "tags");

    const Annotations change = {{"DisplayName", ""}, {"Policy", std::string(30'000, 'p')}};
    CHECK_EQ(call(SetTopic{topic, {}, change, {{"a", "9"}, {"c", "3"}}, {"b"}}).status, Errc::ok);
    restart();

    CHECK_EQ(describe().annotations, Annotations{{"Policy", std::string(30'000, 'p')}});
    CHECK_EQ(describe().tags, std::vector<QueueTag>{{"a", "9"}, {"c", "3"}});
    CHECK_FALSE(describe().settings.history);
}

TEST_CASE_FIXTURE(TopicFixture, "a change that rests on texts read before is refused if they are others now") {
    create();
    const auto set = [&](const std::string& text, const Annotations& expected) {
        return call(SetTopic{topic, {}, {{"Policy", text}}, {}, {}, expected});
    };

    CHECK_EQ(set("a", {{"Policy", "b"}}).status, Errc::topic_exists);
    CHECK(describe().annotations.empty());
    CHECK_EQ(set("a", {{"Policy", ""}}).status, Errc::ok);
    CHECK_EQ(set("b", {{"Policy", ""}}).detail, "Policy");
    CHECK_EQ(set("b", {{"Policy", "a"}, {"DisplayName", ""}}).status, Errc::ok);
    CHECK_EQ(describe().annotations, Annotations{{"Policy", "b"}});
}

TEST_CASE_FIXTURE(TopicFixture, "more texts than there is room for are refused, and so are wrong tags") {
    create();

    const auto answer = call(SetTopic{topic, {}, {{"a", std::string(annotation_bytes_max, 'x')}}});

    CHECK_EQ(answer.status, Errc::topic_setting_invalid);
    CHECK_EQ(answer.detail, "annotations");
    CHECK_EQ(call(SetTopic{topic, {}, {}, {{"", "v"}}}).status, Errc::tags_invalid);
    CHECK_EQ(call(SetTopic{topic, {}, {}, std::vector<QueueTag>(51, {"k", "v"})}).status, Errc::tags_invalid);
    CHECK_EQ(call(SetTopic{topic, {}, {}, {}, std::vector<std::string>(51, "k")}).status, Errc::tags_invalid);
    CHECK(describe().annotations.empty());
}

TEST_CASE_FIXTURE(TopicFixture,
                  "a topic of the longest name keeps history, retained values and durable subscriptions") {
    topic = {std::string(80, 'n'), std::string(256, 't')};
    create({.retained = true});
    CHECK_EQ(call(OpenDurable{topic, std::string(80, 'd'), {}, {}, 0}).status, Errc::ok);

    CHECK_EQ(publish("x").offset, 0);

    CHECK_EQ(history_texts(), Texts{"x"});
    CHECK_EQ(retained(topic.name).size(), 1);
}

TEST_CASE("the broker holds as many topics as its setting allows") {
    TopicFixture fixture({.topics_max = 1});
    fixture.create();
    fixture.topic.name = "other";

    CHECK_EQ(fixture.create().status, Errc::too_many_topics);
    CHECK_EQ(fixture.call(EnsureTopic{fixture.topic}).status, Errc::too_many_topics);
}

TEST_CASE_FIXTURE(TopicFixture, "topics are listed by name, with what they hold") {
    for (const auto* name : {"chat", "chess", "other"}) {
        topic.name = name;
        publish("x");
    }
    const auto first = list_topics(*store.begin_read(), "", "ch", {1, {}});
    REQUIRE(first.has_value());
    REQUIRE_EQ(first->topics.size(), 1);
    CHECK_EQ(first->topics[0].name, "chat");
    CHECK_EQ(first->topics[0].publications, 1);
    const auto second = list_topics(*store.begin_read(), "", "ch", {1, first->next_token});
    CHECK_EQ(second->topics.at(0).name, "chess");
    CHECK(second->next_token.empty());
}
