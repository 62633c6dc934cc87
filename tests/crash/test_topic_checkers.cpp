#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "tests/crash/test_spans.hpp"
#include "tests/crash/verdict.hpp"

/// Those who judge topics are judged here: each kind of loss is shown to them, and they must name it.
using namespace tern;
using namespace tern::crash;

namespace {

/// A topic with two publications and a queue that got them; as they should be found.
struct TopicVerdictFixture {
    History history;
    Found found;

    TopicVerdictFixture() {
        history.topics["news"].created = before;
        history.topics["news"].queues["fed"] = before;
        history.topics["news"].retained = true;
        history.topics["news"].durable = before;
        topic().waiting.emplace();
        for (std::uint64_t i = 0; i < 2; ++i) {
            const auto name = "p" + std::to_string(i);
            history.publications[name] = {"news", "news.a", name + "|data", {{before, i}}};
            topic().publications.push_back({i, "news.a", name + "|data"});
            topic().queues["fed"].insert(name);
            topic().waiting->insert(name);
        }
        topic().end_offset = 2;
        topic().values["news.a"] = topic().publications.back();
    }

    FoundTopic& topic() { return found.topics["news"]; }
    /// The newest publication is gone, everywhere.
    void take_second_away() {
        topic().publications.pop_back();
        topic().end_offset = 1;
        topic().values["news.a"] = topic().publications.back();
        topic().queues["fed"].erase("p1");
        topic().waiting->erase("p1");
    }
    /// The oldest is no longer kept, but in queues.
    void cut_first() {
        history.topics["news"].kept_max = 1;
        history.topics["news"].retained = false;
        history.topics["news"].queues.clear();
        history.topics["news"].durable.reset();
        topic().publications.erase(topic().publications.begin());
        topic().start_offset = 1;
    }
    std::set<Wrong> verdict() const {
        std::set<Wrong> wrongs;
        for (const auto& [wrong, sentence] : judge(found, history, cut)) wrongs.insert(wrong);
        return wrongs;
    }
};

using Wrongs = std::set<Wrong>;

}  // namespace

TEST_CASE_FIXTURE(TopicVerdictFixture, "a topic that is as it was told is fine") {
    CHECK_EQ(verdict(), Wrongs{});
}

TEST_CASE_FIXTURE(TopicVerdictFixture, "an acknowledged publication that is not there is lost; one under way is not") {
    take_second_away();
    CHECK_EQ(verdict(), Wrongs{Wrong::lost});

    history.publications["p1"].attempts = {{underway, {}}};

    CHECK_EQ(verdict(), Wrongs{});
}

TEST_CASE_FIXTURE(TopicVerdictFixture, "what somebody has seen must not vanish, acknowledged or not") {
    take_second_away();
    history.publications["p1"].attempts = {{underway, {}}};
    history.topics["news"].shown[1] = {95, "p1|data"};
    CHECK_EQ(verdict(), Wrongs{Wrong::vanished});

    history.topics["news"].shown[1].first = 105;

    CHECK_EQ(verdict(), Wrongs{});
}

TEST_CASE_FIXTURE(TopicVerdictFixture, "what was published later, otherwise or never is unexpected") {
    history.publications["p1"].attempts = {{after, 1}};
    CHECK_EQ(verdict(), Wrongs{Wrong::unexpected});
    history.publications["p1"] = {"news", "news.a", "p1|other", {{before, 1}}};
    CHECK_EQ(verdict(), Wrongs{Wrong::unexpected});

    history.publications.erase("p1");

    CHECK_EQ(verdict(), Wrongs{Wrong::unexpected});
}

TEST_CASE_FIXTURE(TopicVerdictFixture, "a publication that is there twice is repeated") {
    topic().publications.push_back({2, "news.a", "p1|data"});
    topic().end_offset = 3;
    topic().values["news.a"].offset = 2;
    topic().queues["fed"].insert("p1");
    topic().waiting->insert("p1");

    CHECK_EQ(verdict(), Wrongs{Wrong::repeated});
}

TEST_CASE_FIXTURE(TopicVerdictFixture, "an offset other than was told, or a gap, is out of order") {
    history.publications["p1"].attempts = {{before, 7}};
    CHECK_EQ(verdict(), Wrongs{Wrong::disordered});
    history.publications["p1"].attempts = {{before, 1}};

    topic().end_offset = 3;

    CHECK_EQ(verdict(), Wrongs{Wrong::disordered});
}

TEST_CASE_FIXTURE(TopicVerdictFixture, "a message or a last value without its publication is torn") {
    topic().queues["fed"].erase("p0");
    CHECK_EQ(verdict(), Wrongs{Wrong::torn});
    topic().queues["fed"] = {"p0", "p1", "p2"};
    CHECK_EQ(verdict(), Wrongs{Wrong::torn});
    topic().queues["fed"] = {"p0", "p1"};

    topic().values["news.a"] = topic().publications.front();

    CHECK_EQ(verdict(), Wrongs{Wrong::torn});
}

TEST_CASE_FIXTURE(TopicVerdictFixture, "a topic and a subscription that were made are there") {
    topic().queues.clear();
    CHECK_EQ(verdict(), Wrongs{Wrong::lost});

    found.topics.clear();

    CHECK_EQ(verdict(), Wrongs{Wrong::lost});
}

TEST_CASE_FIXTURE(TopicVerdictFixture, "what is published waits until it is acknowledged, and no longer") {
    history.publications["p0"].acknowledgements = {underway};
    CHECK_EQ(verdict(), Wrongs{});
    topic().waiting->erase("p0");
    CHECK_EQ(verdict(), Wrongs{});

    topic().waiting->erase("p1");
    CHECK_EQ(verdict(), Wrongs{Wrong::torn});

    topic().waiting = {"p0", "p1"};
    history.publications["p0"].acknowledgements = {before};
    CHECK_EQ(verdict(), Wrongs{Wrong::resurrected});
}

TEST_CASE_FIXTURE(TopicVerdictFixture, "a durable subscription that was made is there, with nothing twice or strange") {
    topic().waiting = {"p0", "p1", "p1"};
    CHECK_EQ(verdict(), Wrongs{Wrong::repeated});
    topic().waiting = {"p0", "p1", "p2"};
    CHECK_EQ(verdict(), Wrongs{Wrong::torn});
    topic().waiting.reset();
    CHECK_EQ(verdict(), Wrongs{Wrong::lost});

    history.topics["news"].durable = underway;

    CHECK_EQ(verdict(), Wrongs{});
}

TEST_CASE_FIXTURE(TopicVerdictFixture, "a history is cut to its number, no less and no more") {
    history.topics["news"].shown[0] = {50, "p0|data"};
    cut_first();
    CHECK_EQ(verdict(), Wrongs{});

    SUBCASE("too far") {
        history.topics["news"].kept_max = 2;
    }
    SUBCASE("not far enough") {
        topic().publications.insert(topic().publications.begin(), {0, "news.a", "p0|data"});
        topic().start_offset = 0;
    }

    CHECK(verdict().contains(Wrong::disordered));
}
