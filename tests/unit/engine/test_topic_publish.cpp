#include "tests/unit/engine/topic_fixture.hpp"

using namespace tern;
using namespace tern::engine;
using namespace tern::test;

TEST_CASE_FIXTURE(TopicFixture, "what is published is kept in order, with its offset") {
    create();

    const auto first = publish("one");
    const auto second = publish_all({publication_of("two", "chat.room.1"), publication_of("three")});

    CHECK_EQ(first.offset, 0);
    CHECK_EQ(second.results.at(1).offset, 2);
    CHECK_EQ(history_texts(), Texts{"one", "two", "three"});
    CHECK_EQ(history(1).publications.at(0).publication.subject, "chat.room.1");
    CHECK_EQ(history(1).publications.at(0).id, second.results.at(0).id);
    CHECK_EQ(describe().end_offset, 3);
    CHECK_EQ(second.epoch, describe().epoch);
}

TEST_CASE_FIXTURE(TopicFixture, "subscribers are told what was published, each once") {
    create();

    publish_all({publication_of("one"), publication_of(""), publication_of("three")});

    REQUIRE_EQ(published.size(), 2);
    CHECK_EQ(published[1].offset, 1);
    CHECK_EQ(published[1].publication().data, "three");
    CHECK_EQ(published[1].topic, describe().id);
    idle();
    CHECK(published.empty());
}

TEST_CASE_FIXTURE(TopicFixture, "a refused publication leaves its neighbours alone") {
    create({.publication_bytes_max = 1024});
    auto bad_attribute = publication_of("x");
    bad_attribute.attributes.push_back({"tern.offset", "String", "1"});

    const auto results = publish_all({publication_of("one"), publication_of("x", "chat.*"), publication_of(""),
                                      publication_of("x", "other.room"), publication_of(Bytes(1024, 'x')),
                                      bad_attribute, publication_of("two")})
                             .results;

    std::vector<Errc> statuses;
    for (const auto& result : results) statuses.push_back(result.status);
    CHECK_EQ(statuses,
             std::vector<Errc>{Errc::ok, Errc::subject_invalid, Errc::publication_empty, Errc::subject_invalid,
                               Errc::publication_too_large, Errc::attribute_name_invalid, Errc::ok});
    CHECK_EQ(history_texts(), Texts{"one", "two"});
}

TEST_CASE_FIXTURE(TopicFixture, "attributes and group survive the history") {
    create();
    auto publication = publication_of("hello");
    publication.attributes = {{"colour", "String", "red"}, {"blob", "Binary.png", Bytes("\0\xFF", 2)}};
    publication.group_id = "group";

    publish(publication);

    const auto stored = history().publications.at(0).publication;
    CHECK_EQ(stored.group_id, "group");
    REQUIRE_EQ(stored.attributes.size(), 2);
    CHECK_EQ(stored.attributes[1].name, "blob");
    CHECK_EQ(stored.attributes[1].type, "Binary.png");
    CHECK_EQ(stored.attributes[1].value, Bytes("\0\xFF", 2));
}

TEST_CASE_FIXTURE(TopicFixture, "the first use makes a topic, unless nothing was worth it") {
    CHECK_EQ(publish("").status, Errc::publication_empty);
    CHECK_FALSE(describe_topic(*store.begin_read(), topic, {}).has_value());

    CHECK_EQ(publish("one").status, Errc::ok);
    TopicSettings expected;
    expected.presence = PresenceMode::subscribers;
    CHECK(describe().settings == expected);
    CHECK_EQ(count_topics(*store.begin_read()), 1);
}

TEST_CASE_FIXTURE(TopicFixture, "a publication can want its topic to exist") {
    const auto batch = std::make_shared<const PublicationBatch>(PublicationBatch{publication_of("x")});

    CHECK_EQ(call(Publish{topic, batch, false, true}).status, Errc::topic_does_not_exist);

    CHECK_EQ(rows_left(), 0);
}

TEST_CASE("topics are not made by use where the broker's setting forbids it") {
    TopicFixture fixture({.topics_made_by_use = false});

    CHECK_EQ(fixture.call(EnsureTopic{fixture.topic}).status, Errc::topic_does_not_exist);
    const auto batch = std::make_shared<const PublicationBatch>(PublicationBatch{fixture.publication_of("x")});
    CHECK_EQ(fixture.call(Publish{fixture.topic, batch}).status, Errc::topic_does_not_exist);
}

TEST_CASE_FIXTURE(TopicFixture, "epoch and offsets survive a restart") {
    publish("one");
    const auto epoch = ensure().epoch;

    restart();

    CHECK_EQ(ensure().epoch, epoch);
    CHECK_EQ(ensure().end_offset, 1);
    CHECK_EQ(publish("two").offset, 1);
}

TEST_CASE_FIXTURE(TopicFixture, "without a history nothing is written, and a restart begins another epoch") {
    create({.history = false});
    const auto rows = rows_left();
    const auto opened = ensure();

    CHECK_EQ(publish("one").offset, 0);
    CHECK_EQ(publish("two").offset, 1);
    CHECK_EQ(published.size(), 1);
    CHECK_EQ(rows_left(), rows);
    CHECK_FALSE(opened.history);

    restart();
    CHECK_NE(ensure().epoch, opened.epoch);
    CHECK_EQ(ensure().end_offset, 0);
}

TEST_CASE_FIXTURE(TopicFixture, "an ephemeral publication is pushed and kept nowhere") {
    create({.retained = true});

    const auto result = publish_all({publication_of("typing")}, true).results.at(0);

    CHECK_EQ(result.status, Errc::ok);
    CHECK_FALSE(result.offset);
    REQUIRE_EQ(published.size(), 1);
    CHECK_FALSE(published[0].offset);
    CHECK(history_texts().empty());
    CHECK(retained("chat.>").empty());
}

TEST_CASE_FIXTURE(TopicFixture, "a repeated publication is answered like the first one for five minutes") {
    create();
    auto publication = publication_of("once");
    publication.deduplication_id = "key";
    const auto first = publish(publication);
    publish("between");

    const auto again = publish(publication);
    CHECK(again.duplicate);
    CHECK_EQ(again.id, first.id);
    CHECK_EQ(again.offset, first.offset);
    CHECK(published.empty());
    restart();
    CHECK(publish(publication).duplicate);

    advance(5min);
    CHECK_FALSE(publish(publication).duplicate);
    CHECK_EQ(history_texts(), Texts{"once", "between", "once"});
}

TEST_CASE_FIXTURE(TopicFixture, "a FIFO topic wants a group and a deduplication id, or takes the data for one") {
    topic.name = "orders.fifo";
    create({.fifo = true});
    auto publication = publication_of("x");
    CHECK_EQ(publish(publication).status, Errc::message_group_id_missing);
    publication.group_id = "group";
    CHECK_EQ(publish(publication).status, Errc::deduplication_id_missing);
    publication.deduplication_id = "first";
    CHECK_EQ(publish(publication).sequence, 1);

    call(SetTopic{topic, {.content_based_deduplication = true}});
    publication.deduplication_id.reset();
    CHECK_EQ(publish(publication).sequence, 2);
    CHECK(publish(publication).duplicate);
    CHECK_EQ(publish(publication).sequence, 2);
}

TEST_CASE_FIXTURE(TopicFixture, "the sequence of a FIFO topic without a history grows over restarts") {
    topic.name = "orders.fifo";
    create({.fifo = true, .content_based_deduplication = true, .history = false});
    auto publication = publication_of("x");
    publication.group_id = "group";
    const auto before = publish(publication).sequence;

    restart();
    now = now + 1s;
    publication.data.assign(1, 'y');

    CHECK_GT(publish(publication).sequence, before);
}

TEST_CASE_FIXTURE(TopicFixture, "retained values are read in pieces, bounded by number, bytes and subjects looked at") {
    create({.retained = true});
    for (int i = 1000; i < 3200; i += 100) {
        std::vector<Publication> publications;
        for (int j = i; j < i + 100; ++j)
            publications.push_back(publication_of("1234567890", "chat." + std::to_string(j)));
        publish_all(std::move(publications));
    }
    const auto read = [&](const std::string& pattern, const std::string& after, HistoryLimits limits) {
        return engine::read_retained(*store.begin_read(), describe().id, pattern, after, limits).value();
    };

    const auto three = read("chat.>", "chat.1010", {3});
    CHECK_EQ(three.publications.size(), 3);
    CHECK_EQ(three.publications[0].publication.subject, "chat.1011");
    CHECK_EQ(three.next_after, "chat.1013");
    CHECK_EQ(read("chat.>", {}, {1000, 25}).publications.size(), 3);
    const auto last = read("chat.>", "chat.3197", {1000});
    CHECK_EQ(last.publications.size(), 2);
    CHECK(last.next_after.empty());

    // Nothing matches, and others have their turn in between.
    int pieces = 1;
    auto none = read("chat.*.none", {}, {});
    for (; !none.next_after.empty(); ++pieces) none = read("chat.*.none", none.next_after, {});
    CHECK_EQ(pieces, 3);
}

TEST_CASE("a topic keeps the last values of as many subjects as the broker's setting allows") {
    TopicFixture fixture({.retained_subjects_per_topic_max = 2});
    fixture.create({.retained = true});
    const auto of = [&](const char* data, const char* subject) { return fixture.publication_of(data, subject); };
    const auto results =
        fixture.publish_all({of("1", "chat.a"), of("2", "chat.b"), of("3", "chat.c"), of("4", "chat.a")}).results;

    CHECK_EQ(results.at(1).status, Errc::ok);
    CHECK_EQ(results.at(2).status, Errc::too_many_retained_subjects);
    CHECK_FALSE(results.at(2).offset.has_value());
    CHECK_EQ(results.at(3).offset, 2);
    CHECK_EQ(fixture.retained("chat.>").size(), 2);
    CHECK_EQ(fixture.publish_all({of("5", "chat.c")}, true).results.at(0).status, Errc::ok);
}

TEST_CASE_FIXTURE(TopicFixture, "the last publication of each subject is retained") {
    create({.retained = true});
    publish_all({publication_of("1", "chat.a"), publication_of("2", "chat.b.c"), publication_of("3", "chat.a")});
    publish(publication_of("4", "chat.b"));

    const auto all = retained("chat.>");
    REQUIRE_EQ(all.size(), 3);
    CHECK_EQ(all[0].publication.data, "3");
    CHECK_EQ(all[0].offset, 2);
    CHECK_EQ(retained("chat.b").at(0).publication.data, "4");
    CHECK_EQ(retained("chat.*").size(), 2);
    CHECK_EQ(retained("chat.b.*").at(0).publication.data, "2");
    CHECK(retained("chat.c").empty());
}
