#include "tests/unit/engine/topic_fixture.hpp"

using namespace tern;
using namespace tern::engine;
using namespace tern::test;

namespace {

std::vector<Publication> numbered(const TopicFixture& fixture, int from, int count) {
    std::vector<Publication> publications;
    for (int i = from; i < from + count; ++i) publications.push_back(fixture.publication_of(std::to_string(i)));
    return publications;
}

}  // namespace

TEST_CASE_FIXTURE(TopicFixture, "a history is read piece by piece, from any offset") {
    publish_all(numbered(*this, 0, 10));
    publish_all(numbered(*this, 10, 5));

    const auto piece = history(7, {.publications_max = 4});
    CHECK_EQ(piece.next_offset, 11);
    CHECK_EQ(piece.end_offset, 15);
    CHECK_EQ(history_texts(piece.next_offset), Texts{"11", "12", "13", "14"});
    CHECK_EQ(history(15).next_offset, 15);
    CHECK(history_texts(99).empty());
    CHECK_EQ(history_texts(12, {.bytes_max = 1}), Texts{"12"});
}

TEST_CASE_FIXTURE(TopicFixture, "what is not durable yet is not read") {
    publish_all(numbered(*this, 0, 4));
    const DurableEnd durable_end = [](StreamPartition) { return std::optional<std::uint64_t>(2); };

    const auto piece = read_history(*store.begin_read(), describe().id, 0, {}, durable_end);

    REQUIRE(piece.has_value());
    CHECK_EQ(piece->publications.size(), 2);
    CHECK_EQ(piece->next_offset, 2);
    CHECK_EQ(piece->end_offset, 2);
    CHECK_EQ(describe_topic(*store.begin_read(), topic, durable_end)->end_offset, 2);
}

TEST_CASE_FIXTURE(TopicFixture, "a history by number holds exactly so many for readers, and few more on disk") {
    create({.history_age = 0ms, .history_publications = 100});
    audited = false;
    for (int i = 0; i < 1000; ++i) publish(std::to_string(i));
    audited = true;
    idle();

    CHECK_EQ(describe().start_offset, 900);
    CHECK_EQ(history().publications.size(), 100);
    CHECK_EQ(history_texts(0, {.publications_max = 1}), Texts{"900"});
    CHECK_LT(describe().bytes, 100'000);
}

TEST_CASE_FIXTURE(TopicFixture, "a shorter history takes effect at once, for number and age") {
    publish_all(numbered(*this, 0, 500));
    call(SetTopic{topic, {.history_publications = 10}});
    CHECK_EQ(describe().start_offset, 490);

    advance(2s);
    call(SetTopic{topic, {.history_age = 1s}});
    advance(2s);
    CHECK(history().publications.empty());
    CHECK_EQ(describe().start_offset, 500);
    CHECK_EQ(publish("next").offset, 500);
}

TEST_CASE_FIXTURE(TopicFixture, "large publications are kept and read whole") {
    create({.publication_bytes_max = 4 << 20});
    publish_all({publication_of(Bytes(1 << 20, 'a')), publication_of("b"), publication_of(Bytes(3 << 20, 'c'))});

    const auto all = history(0, {.bytes_max = 16u << 20});
    REQUIRE_EQ(all.publications.size(), 3);
    CHECK_EQ(all.publications[2].publication.data, Bytes(3 << 20, 'c'));
    CHECK_EQ(history().publications.size(), 1);
}

TEST_CASE_FIXTURE(TopicFixture, "a history is searched by time") {
    publish("0");
    advance(10s);
    publish("1");
    const auto id = describe().id;
    const auto at = [&](Timestamp time) { return *find_in_history(*store.begin_read(), id, time, {}); };

    CHECK_EQ(at(now - 10s), 0);
    CHECK_EQ(at(now - 9s), 1);
    CHECK_EQ(at(now), 1);
    CHECK_EQ(at(now + 1ms), 2);
}

TEST_CASE_FIXTURE(TopicFixture, "what has no history cannot be read") {
    create({.history = false});

    CHECK_EQ(read_history(*store.begin_read(), describe().id, 0, {}, {}).error(), Errc::topic_has_no_history);
    CHECK_EQ(read_history(*store.begin_read(), 77, 0, {}, {}).error(), Errc::topic_does_not_exist);
    CHECK_EQ(describe().epoch, "");
}

TEST_CASE_FIXTURE(TopicFixture, "a topic that is deleted and made again begins another epoch") {
    publish("old");
    const auto epoch = describe().epoch;

    call(DeleteTopic{topic});
    publish("new");

    CHECK_NE(describe().epoch, epoch);
    CHECK_EQ(history_texts(), Texts{"new"});
}
