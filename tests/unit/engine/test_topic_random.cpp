#include <algorithm>
#include <map>
#include <set>

#include "broker/engine/filter_policy.hpp"
#include "broker/engine/subject.hpp"
#include "tests/unit/engine/topic_fixture.hpp"

using namespace tern;
using namespace tern::engine;
using namespace tern::test;

namespace {

/// What a topic should have done: vectors and maps.
struct NaiveTopic {
    struct Subscribed {
        std::string pattern;
        std::string colour;
        Texts expected;
    };
    Texts history;
    std::map<std::string, std::string> retained;
    std::map<std::string, std::uint64_t> keys;
    std::map<std::string, Subscribed> queues;

    void publish(const Publication& publication) {
        if (publication.deduplication_id && !keys.emplace(*publication.deduplication_id, history.size()).second) return;
        history.push_back(publication.data);
        retained[publication.subject] = publication.data;
        for (auto& [queue, subscribed] : queues) {
            const bool coloured = subscribed.colour.empty() || publication.attributes.at(0).value == subscribed.colour;
            if (coloured && matches(subscribed.pattern, publication.subject))
                subscribed.expected.push_back(publication.data);
        }
    }
};

struct RandomTopicRun : TopicFixture {
    SeededRandom dice;
    NaiveTopic naive;
    int published_count = 0;

    explicit RandomTopicRun(std::uint64_t seed) : dice(seed) {
        create({.history_age = 0ms, .history_publications = 150, .retained = true});
    }

    template <class T>
    const T& one_of(const std::vector<T>& all) {
        return all[dice.below(all.size())];
    }

    Publication random_publication() {
        static const Texts subjects = {"chat", "chat.a", "chat.b", "chat.a.x", "chat.a.y", "chat.b.x.z"};
        auto publication = publication_of(std::to_string(published_count++), one_of(subjects));
        publication.attributes = {{"colour", "String", one_of(Texts{"red", "green", "blue"})}};
        if (dice.below(4) == 0) publication.deduplication_id = std::to_string(dice.below(40));
        return publication;
    }

    void publish_some() {
        std::vector<Publication> publications;
        for (auto count = 1 + dice.below(5); count > 0; --count) publications.push_back(random_publication());
        for (const auto& publication : publications) naive.publish(publication);
        publish_all(publications);
    }

    void subscribe_or_leave() {
        const auto queue = numbered("q", dice.below(6));
        const auto known = naive.queues.find(queue);
        if (known != naive.queues.end()) return;
        NaiveTopic::Subscribed subscribed;
        subscribed.pattern = one_of(Texts{"chat", "chat.>", "chat.*", "chat.a.*", "chat.*.x"});
        if (dice.below(2) == 0) subscribed.colour = one_of(Texts{"red", "green"});
        call(CreateQueue{{"", queue}, {}, {}});
        const auto policy = subscribed.colour.empty() ? "" : R"({"colour": [")" + subscribed.colour + R"("]})";
        const SubscriptionSettingsChange settings{
            .pattern = subscribed.pattern, .filter_policy = policy, .filter_scope = {}, .raw = true};
        REQUIRE_EQ(call(AddSubscription{topic, queue, settings}).status, Errc::ok);
        naive.queues[queue] = subscribed;
    }

    void check() {
        const auto kept = std::min<std::size_t>(naive.history.size(), 150);
        CHECK_EQ(history_texts(0, {.publications_max = 1000}),
                 Texts(naive.history.end() - static_cast<std::ptrdiff_t>(kept), naive.history.end()));
        std::map<std::string, std::string> values;
        for (const auto& stored : retained("chat.>")) values[stored.publication.subject] = stored.publication.data;
        for (const auto& stored : retained("chat")) values[stored.publication.subject] = stored.publication.data;
        CHECK_EQ(values, naive.retained);
        for (auto& [queue, subscribed] : naive.queues) {
            Texts texts;
            const auto stored = peek(*store.begin_read(), now, {"", queue}, {.messages_max = 1000});
            for (const auto& message : stored->messages) texts.emplace_back(decode_message(message.record)->body);
            CHECK_EQ(texts, subscribed.expected);
        }
    }
};

}  // namespace

TEST_CASE("history, retained values and queues are what naive vectors say, whatever happens") {
    for (const std::uint64_t seed : {1, 2, 3, 4}) {
        CAPTURE(seed);
        RandomTopicRun run(seed);
        for (int step = 0; step < 150; ++step) {
            const auto what = run.dice.below(10);
            if (what == 0) {
                run.subscribe_or_leave();
            } else if (what == 1) {
                run.restart();
            } else if (what == 2) {
                run.advance(100ms);
            } else {
                run.publish_some();
            }
            if (step % 10 == 0) run.check();
        }
        run.check();
    }
}
