#include <doctest/doctest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/contract/temporary_folder.hpp"
#include "tests/crash/disk.hpp"
#include "tests/crash/kill9/ledger.hpp"
#include "tests/crash/test_spans.hpp"
#include "tests/crash/verdict.hpp"

/// Those who judge are judged here: each kind of loss is shown to them, and they must name it.
using namespace tern;
using namespace tern::crash;
using namespace std::chrono_literals;

namespace {

struct LedgerFixture {
    Ledger ledger{2000ms};
    const Moment start{};

    std::string sent(const std::string& group = "") {
        const auto body = ledger.new_message("jobs", group, 3);
        ledger.acknowledged(body);
        return body;
    }
    void received(const std::vector<Delivery>& deliveries, Moment at) {
        ledger.received("jobs", deliveries, at, at + 1ms);
    }
};

/// A queue with one message, as it should be found.
struct VerdictFixture {
    History history;
    Found found;

    VerdictFixture() {
        history.queues["jobs"] = {false, before, {}, {}, {{before, 1}}};
        auto& message = history.messages["m"];
        message = {"jobs", "m|body", "", before, 1, {}, {}, {{before, 0}}};
        found.queues["jobs"] = {1, {{"m|body", "", 1, 0, 0}}, {"m"}};
    }
    void take_away() { found.queues["jobs"] = {1, {}, {}}; }
    SentMessage& message() { return history.messages["m"]; }

    std::vector<Wrong> wrong() const {
        std::vector<Wrong> kinds;
        for (const auto& [kind, sentence] : judge(found, history, cut)) kinds.push_back(kind);
        return kinds;
    }
};

/// Writes a trace as the recorder does, and says what a power cut leaves.
struct DiskFixture {
    test::TemporaryFolder folder;
    std::uint64_t calls = 0;

    std::uint64_t record(Event event, std::uint64_t offset = 0, const std::string& payload = {},
                         std::uint64_t call = 0) {
        const Record record{event, {}, 0, offset, call == 0 ? ++calls : call, payload.size()};
        std::ofstream file(folder.at("trace"), std::ios::binary | std::ios::app);
        file.write(reinterpret_cast<const char*>(&record), sizeof record);
        file << payload;
        return record.call;
    }
    void name_the_file() {
        record(Event::rename);
        record(Event::folder_flushed);
    }
    std::string image(Survival survival, std::uint64_t seed = 1) {
        const Trace trace(folder.at("trace"));
        Disk disk(trace);
        disk.advance(trace.size());
        SeededRandom random(seed);
        std::filesystem::remove(folder.at("tern.mdb"));
        disk.write_image(folder.path(), survival, random);
        std::ifstream file(folder.at("tern.mdb"), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
};

}  // namespace

TEST_CASE_FIXTURE(LedgerFixture, "what is received and deleted as acknowledged is in balance") {
    const auto body = sent();
    received({{body, 1}}, start);
    ledger.delete_asked(body);
    ledger.delete_acknowledged(body, start + 5ms);
    ledger.begin_drain();

    CHECK(ledger.balance().sound());
    CHECK_EQ(ledger.balance().deleted, 1);
}

TEST_CASE_FIXTURE(LedgerFixture, "an acknowledged message that nobody deleted and the drain does not find is lost") {
    const auto body = sent();
    received({{body, 1}}, start);
    ledger.begin_drain();

    CHECK_EQ(ledger.balance().lost, 1);
}

TEST_CASE_FIXTURE(LedgerFixture, "a send without an answer may be there or not") {
    ledger.new_message("jobs", "", 3);
    const auto there = ledger.new_message("jobs", "", 3);
    ledger.begin_drain();
    received({{there, 1}}, start);

    CHECK(ledger.balance().sound());
    CHECK_EQ(ledger.balance().recovered, 1);
}

TEST_CASE_FIXTURE(LedgerFixture, "a message that comes after its delete was acknowledged is resurrected") {
    const auto body = sent();
    ledger.delete_asked(body);
    ledger.delete_acknowledged(body, start);
    received({{body, 1}}, start + 1ms);

    CHECK_EQ(ledger.balance().resurrected, 1);
}

TEST_CASE_FIXTURE(LedgerFixture, "a message that two receivers get within its visibility timeout is held twice") {
    const auto body = sent();
    received({{body, 1}}, start);
    received({{body, 1}}, start + 1900ms);
    CHECK_EQ(ledger.balance().held_twice, 1);

    received({{body, 1}}, start + 4000ms);
    CHECK_EQ(ledger.balance().held_twice, 1);
    CHECK_EQ(ledger.balance().duplicated, 1);
}

TEST_CASE_FIXTURE(LedgerFixture, "a body that nobody sent is unexpected") {
    auto body = sent();
    body.back() = '!';
    received({{body, 1}}, start);

    CHECK_EQ(ledger.balance().unexpected, 1);
}

TEST_CASE_FIXTURE(LedgerFixture, "a FIFO message that comes before an earlier one of its group is disordered") {
    const auto first = sent("group");
    const auto second = sent("group");
    received({{first, 1}, {second, 2}}, start);
    CHECK_EQ(ledger.balance().disordered, 0);

    received({{second, 2}, {first, 1}}, start + 3000ms);
    CHECK_EQ(ledger.balance().disordered, 1);
}

TEST_CASE_FIXTURE(VerdictFixture, "what was acknowledged and is there is right") {
    CHECK(wrong().empty());
}

TEST_CASE_FIXTURE(VerdictFixture, "an acknowledged send must be there unless a delete was asked for before the cut") {
    take_away();
    CHECK_EQ(wrong(), std::vector{Wrong::lost});

    message().deletes = {after};
    CHECK_EQ(wrong(), std::vector{Wrong::lost});
    message().deletes = {underway};
    CHECK(wrong().empty());
}

TEST_CASE_FIXTURE(VerdictFixture, "a send that was under way may be there or not, one that was not asked for may not") {
    message().sent = underway;
    message().visibility = {{underway, 0}};
    CHECK(wrong().empty());
    message().sent = after;
    message().visibility = {{after, 0}};
    CHECK_EQ(wrong().front(), Wrong::unexpected);
    take_away();
    CHECK(wrong().empty());
}

TEST_CASE_FIXTURE(VerdictFixture, "an acknowledged delete or purge does not come back") {
    message().deletes = {{30, 40}};
    CHECK_EQ(wrong(), std::vector{Wrong::resurrected});
    message().deletes = {};
    history.queues["jobs"].purges = {{30, 40}};
    CHECK_EQ(wrong(), std::vector{Wrong::resurrected});
    history.queues["jobs"].purges = {{15, 40}};
    CHECK(wrong().empty());
}

TEST_CASE_FIXTURE(VerdictFixture, "an acknowledged receive counts, and its visibility timeout holds") {
    message().receives = {{30, 40}};
    message().visibility.push_back({{30, 40}, 5});
    CHECK_EQ(wrong(), std::vector{Wrong::forgotten, Wrong::forgotten});

    found.queues["jobs"].messages[0].receive_count = 1;
    found.queues["jobs"].messages[0].hours = 5;
    CHECK(wrong().empty());
}

TEST_CASE_FIXTURE(VerdictFixture, "an acknowledged queue is there, with the settings that it was given last") {
    history.queues["jobs"].visibility.push_back({{30, 40}, 7});
    CHECK_EQ(wrong(), std::vector{Wrong::forgotten});
    history.queues["jobs"].visibility.back().span = underway;
    CHECK(wrong().empty());

    found.queues.clear();
    CHECK_EQ(wrong(), std::vector{Wrong::lost, Wrong::lost});
}

TEST_CASE_FIXTURE(VerdictFixture, "a FIFO queue gives out its messages in the order of their sequences") {
    history.queues["jobs"].fifo = true;
    history.messages["n"] = {"jobs", "n|body", "", before, 2, {}, {}, {{before, 0}}};
    found.queues["jobs"].messages.push_back({"n|body", "", 2, 0, 0});
    found.queues["jobs"].received = {"m", "n"};
    CHECK(wrong().empty());
    found.queues["jobs"].received = {"n", "m"};
    CHECK_EQ(wrong(), std::vector{Wrong::disordered});
}

TEST_CASE_FIXTURE(DiskFixture, "a power cut leaves what was flushed, and of the rest what it likes") {
    name_the_file();
    record(Event::write, 0, "aaaa");
    const auto call = record(Event::flush_called);
    record(Event::write, 2, "bb");
    record(Event::flush_returned, 0, {}, call);

    CHECK_EQ(image(Survival::none), "aaaa");
    CHECK_EQ(image(Survival::all), "aabb");
}

TEST_CASE_FIXTURE(DiskFixture, "a write may be torn between sectors, and not within one") {
    name_the_file();
    record(Event::write, 0, std::string(2048, 'a'));
    record(Event::flush_returned, 0, {}, record(Event::flush_called));
    record(Event::write, 0, std::string(2048, 'b'));

    bool torn = false;
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const auto bytes = image(Survival::torn, seed);
        for (std::size_t sector = 0; sector < 2048; sector += 512)
            REQUIRE_EQ(bytes.substr(sector, 512), std::string(512, bytes[sector]));
        torn = torn || (bytes.find('a') != std::string::npos && bytes.find('b') != std::string::npos);
    }
    CHECK(torn);
}

TEST_CASE_FIXTURE(DiskFixture, "blocks that were allocated ahead are zeros, and their length counts once flushed") {
    name_the_file();
    record(Event::write, 0, "aaaa");
    record(Event::allocate, 8);
    CHECK_EQ(image(Survival::none), "");
    record(Event::flush_returned, 0, {}, record(Event::flush_called));
    CHECK_EQ(image(Survival::none), std::string("aaaa\0\0\0\0", 8));
}
