#include <doctest/doctest.h>

#include "tests/crash/kill9/stream_ledger.hpp"

/// The ledger of streams is shown each kind of loss, and must name it.
using namespace tern::crash;

namespace {

const PartitionKey log{"log", 0};
const OffsetKey consumed{"consumers", log};

struct StreamLedgerFixture {
    StreamLedger ledger;

    std::string appended(const std::string& lane = "p0-0") {
        const auto value = ledger.new_record(lane, 3);
        ledger.acknowledged(value);
        return value;
    }
    void found(const std::vector<std::string>& values) {
        std::vector<ReadRecord> records;
        for (const auto& value : values) records.push_back({records.size(), value});
        ledger.found(log, records);
    }
};

}  // namespace

TEST_CASE_FIXTURE(StreamLedgerFixture, "records that are there as acknowledged are in balance") {
    const auto first = appended();
    const auto other = appended("p1-0");
    const auto second = appended();
    ledger.shown(log, {{0, first}});
    found({first, other, second});

    CHECK(ledger.balance().sound());
    CHECK_EQ(ledger.balance().acknowledged, 3);
}

TEST_CASE_FIXTURE(StreamLedgerFixture, "an acknowledged record that is not there is lost, another need not be there") {
    appended();
    ledger.new_record("p0-0", 3);
    found({});

    CHECK_EQ(ledger.balance().lost, 1);
}

TEST_CASE_FIXTURE(StreamLedgerFixture, "a record that is there twice is repeated") {
    const auto value = appended();
    found({value, value});

    CHECK_EQ(ledger.balance().repeated, 1);
}

TEST_CASE_FIXTURE(StreamLedgerFixture, "a record that nobody appended is unexpected") {
    auto value = appended();
    value.back() = '!';
    found({value});

    CHECK_EQ(ledger.balance().unexpected, 1);
}

TEST_CASE_FIXTURE(StreamLedgerFixture, "records of one producer crosswise, and gaps, are disorder") {
    const auto first = appended();
    const auto second = appended();
    SUBCASE("crosswise") {
        found({second, first});
    }
    SUBCASE("a gap") {
        ledger.found(log, {{0, first}, {2, second}});
    }

    CHECK_EQ(ledger.balance().disordered, 1);
}

TEST_CASE_FIXTURE(StreamLedgerFixture, "a record that was shown and is another later, or none, has vanished") {
    const auto first = appended();
    const auto second = appended();
    ledger.shown(log, {{0, first}, {1, second}});
    SUBCASE("another fetch shows another") {
        ledger.shown(log, {{1, first}});
    }
    SUBCASE("it is not there in the end") {
        found({first});
    }

    CHECK_EQ(ledger.balance().vanished, 1);
}

TEST_CASE_FIXTURE(StreamLedgerFixture, "a committed offset that is told lower than it was acknowledged went back") {
    CHECK_EQ(ledger.least(consumed), 0);
    ledger.commit_acknowledged(consumed, 7);
    ledger.told(consumed, ledger.least(consumed), 7);
    CHECK(ledger.balance().sound());

    ledger.told(consumed, ledger.least(consumed), 6);
    CHECK_EQ(ledger.balance().went_back, 1);
}

TEST_CASE_FIXTURE(StreamLedgerFixture, "of each source one thing is made, no less and no more") {
    ledger.made({"a", "b"}, {"c"}, {"a|job", "b|job"});
    CHECK(ledger.balance().sound());
    ledger.made({"a", "b"}, {}, {"a|job", "a|job", "x|job"});

    CHECK_EQ(ledger.balance().lost, 1);
    CHECK_EQ(ledger.balance().repeated, 1);
    CHECK_EQ(ledger.balance().unexpected, 1);
}
