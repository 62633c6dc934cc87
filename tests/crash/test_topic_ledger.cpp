#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/crash/kill9/topic_ledger.hpp"

/// The ledger of topics is shown each kind of loss, and must name it.
using namespace tern::crash;

namespace {

const std::string news = "news";

struct TopicLedgerFixture {
    TopicLedger ledger;
    std::vector<std::string> all;

    std::string sent(bool repeatable = true) {
        const auto data = ledger.new_publication({news, repeatable ? "p0" : "q0", repeatable}, 3);
        ledger.sent(data);
        return data;
    }
    /// Published, told, and in the queue.
    std::string published(bool repeatable = true) {
        const auto data = sent(repeatable);
        ledger.acknowledged(data, {"epoch", all.size()});
        arrived(data);
        return data;
    }
    void arrived(const std::string& data) {
        ledger.taken(news, data, "message " + std::to_string(all.size()));
        all.push_back(data);
    }
    TopicContents contents() const {
        TopicContents contents{{"epoch", all.size()}, 0, {}, {}};
        for (const auto& data : all) contents.publications.push_back({contents.publications.size(), data});
        return contents;
    }
    TopicBalance found() {
        ledger.found(news, contents());
        return ledger.balance();
    }
    void subscribe(std::uint64_t offset, bool recovered = true) {
        ledger.subscribed(news, {"epoch", offset}, recovered);
    }
};

}  // namespace

TEST_CASE_FIXTURE(TopicLedgerFixture, "publications that are there as acknowledged are in balance") {
    subscribe(0);
    for (std::uint64_t i = 0; i < 3; ++i) {
        ledger.pushed(news, {i, published(i != 1)});
        ledger.handed_out(news, {i, all.back()}, ledger.new_connection());
        ledger.acknowledgement_asked(news, i);
    }
    CHECK(found().sound());
    ledger.judge_durable(news);

    CHECK(ledger.balance().sound());
    CHECK_EQ(ledger.balance().acknowledged, 3);
    CHECK_EQ(ledger.position(news)->offset, 3);
}

TEST_CASE_FIXTURE(TopicLedgerFixture, "an acknowledged publication that is not there is lost, another need not be") {
    sent();
    published();
    sent();
    CHECK(found().sound());
    auto without = contents();
    without.publications.clear();
    ledger.found(news, without);

    CHECK_EQ(ledger.balance().lost, 1);
}

TEST_CASE_FIXTURE(TopicLedgerFixture, "what was acknowledged must have reached the queue, with the history") {
    const auto data = sent();
    ledger.acknowledged(data, {"epoch", 0});
    all.push_back(data);

    CHECK_EQ(found().lost, 1);
    CHECK_GT(ledger.balance().torn, 0);
}

TEST_CASE_FIXTURE(TopicLedgerFixture, "a publication is there twice only if it had no id and was sent twice") {
    SUBCASE("with an id") {
        const auto data = published();
        ledger.sent(data);
        arrived(data);
        CHECK_EQ(found().repeated, 2);
    }
    SUBCASE("without one, sent once") {
        const auto data = published(false);
        arrived(data);
        CHECK_EQ(found().repeated, 2);
    }
    SUBCASE("without one, sent twice") {
        const auto data = published(false);
        ledger.sent(data);
        arrived(data);
        CHECK(found().sound());
    }
}

TEST_CASE_FIXTURE(TopicLedgerFixture, "a message that comes again with its id is one message") {
    const auto data = published();
    ledger.taken(news, data, "message 0");

    CHECK(found().sound());
}

TEST_CASE_FIXTURE(TopicLedgerFixture, "a publication that nobody published is unexpected, in history and queue") {
    auto data = sent();
    data.back() = '!';
    arrived(data);

    CHECK_EQ(found().unexpected, 2);
}

TEST_CASE_FIXTURE(TopicLedgerFixture, "another offset than told, and publications crosswise, are disorder") {
    SUBCASE("crosswise") {
        const auto first = sent();
        const auto second = sent();
        ledger.acknowledged(first, {"epoch", 1});
        ledger.acknowledged(second, {"epoch", 0});
    }
    SUBCASE("a gap in the history") {
        published();
        auto later = contents();
        later.publications.front().offset = 1;
        later.end.offset = 2;
        ledger.found(news, later);
    }
    SUBCASE("an end that is not there") {
        published();
        auto longer = contents();
        longer.end.offset = 2;
        ledger.found(news, longer);
    }

    CHECK_GT(ledger.balance().disordered, 0);
}

TEST_CASE_FIXTURE(TopicLedgerFixture, "what was seen and is another later, or none, and another epoch, has vanished") {
    const auto data = sent();
    ledger.handed_out(news, {0, data}, 1);
    SUBCASE("another is there") {
        ledger.handed_out(news, {0, sent()}, 1);
    }
    SUBCASE("none is there in the end") {
        ledger.found(news, contents());
    }
    SUBCASE("another epoch") {
        subscribe(0);
        ledger.acknowledged(data, {"other", 0});
    }

    CHECK_EQ(ledger.balance().vanished, 1);
}

TEST_CASE_FIXTURE(TopicLedgerFixture, "a live subscriber misses nothing and gets nothing twice") {
    subscribe(0);
    ledger.pushed(news, {0, published()});
    published();
    ledger.pushed(news, {2, published()});
    CHECK_EQ(ledger.balance().missed, 1);

    ledger.pushed(news, {2, all.back()});

    CHECK_EQ(ledger.balance().repeated, 1);
}

TEST_CASE_FIXTURE(TopicLedgerFixture, "a subscriber goes on where it was, or is told that it does not") {
    subscribe(0);
    ledger.pushed(news, {0, published()});
    SUBCASE("further on, not told") {
        subscribe(2);
    }
    SUBCASE("further back") {
        subscribe(0);
    }
    SUBCASE("a gap from elsewhere") {
        ledger.gap_told(news, 0, 3);
    }

    CHECK_EQ(ledger.balance().missed, 1);
}

TEST_CASE_FIXTURE(TopicLedgerFixture, "a gap is true only if that is no longer kept") {
    for (int i = 0; i < 4; ++i) published();
    auto cut = contents();
    cut.publications.erase(cut.publications.begin(), cut.publications.begin() + 2);
    cut.start_offset = 2;
    cut.publications_max = 2;
    subscribe(0);
    SUBCASE("told as a push") {
        ledger.gap_told(news, 0, 2);
        ledger.found(news, cut);
        CHECK(ledger.balance().sound());
    }
    SUBCASE("told as it subscribes again") {
        subscribe(2, false);
        ledger.gap_told(news, 0, 2);
        CHECK_EQ(ledger.balance().gaps_told, 1);
        ledger.found(news, cut);
        CHECK(ledger.balance().sound());
    }
    SUBCASE("more than was cut") {
        ledger.gap_told(news, 0, 3);
        ledger.found(news, cut);
        CHECK_EQ(ledger.balance().missed, 1);
    }
}

TEST_CASE_FIXTURE(TopicLedgerFixture, "a history is cut to its number, no less and no more") {
    for (int i = 0; i < 4; ++i) published();
    auto found = contents();
    SUBCASE("too long") {
        found.publications_max = 3;
    }
    SUBCASE("too short") {
        found.publications.erase(found.publications.begin());
        found.start_offset = 1;
    }
    ledger.found(news, found);

    CHECK_EQ(ledger.balance().disordered, 1);
}

TEST_CASE_FIXTURE(TopicLedgerFixture, "what was acknowledged is not pushed again, what was not is") {
    const auto one = ledger.new_connection();
    const auto other = ledger.new_connection();
    ledger.handed_out(news, {0, published()}, one);
    ledger.handed_out(news, {0, all[0]}, other);
    ledger.acknowledgement_asked(news, 0);
    ledger.acknowledgement_answered(news, 0, one);
    ledger.handed_out(news, {0, all[0]}, other);
    CHECK(ledger.balance().sound());
    CHECK_EQ(ledger.balance().pushed_again, 2);
    SUBCASE("on the same connection") {
        ledger.handed_out(news, {0, all[0]}, one);
    }
    SUBCASE("on a later one") {
        ledger.handed_out(news, {0, all[0]}, ledger.new_connection());
    }

    CHECK_EQ(ledger.balance().resurrected, 1);
}

TEST_CASE_FIXTURE(TopicLedgerFixture, "what nobody acknowledged and does not wait is lost") {
    ledger.handed_out(news, {0, published()}, 1);
    published();
    found();
    ledger.judge_durable(news);

    CHECK_EQ(ledger.balance().lost, 2);
}
