#include <doctest/doctest.h>

#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tern/blocking_client.hpp"
#include "tern/producer.hpp"
#include "tests/unit/client/fake_streams.hpp"

/// A producer against a broker that hangs up, refuses and forgets.
namespace tern {

using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

using Fault = FakeStreams::Fault;

std::vector<std::string> numbers(std::size_t count) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) texts.push_back(std::to_string(i));
    return texts;
}

/// Small batches, so that many of them are on their way.
ProducerOptions small_batches() {
    ProducerOptions options;
    options.batch_bytes_min = 256;
    options.batch_bytes_max = 1024;
    options.delivery_timeout = 30s;
    return options;
}

}  // namespace

TEST_CASE("each record's outcome tells where it is") {
    FakeStreams broker(2, {});
    BlockingClient client(options_for(broker.address()));
    Producer producer(client.asynchronous(), "events");

    const auto first = producer.send({.value = "a", .partition = 1}, asio::use_future).get();
    const auto second = producer.send({.value = "b", .partition = 1}, asio::use_future).get();

    CHECK_EQ(first->partition, 1);
    CHECK_EQ(first->offset, 0);
    CHECK_EQ(second->offset, 1);
    CHECK(second->appended_at == TimePoint(1'700'000'000'000ms));
    CHECK(broker.values(1) == std::vector<std::string>{"a", "b"});
}

TEST_CASE("wherever the connection is cut, every record is stored once and in order") {
    constexpr std::size_t count = 400;
    std::size_t appends = 0;
    for (std::size_t cut = 0; cut <= appends; ++cut) {
        for (const auto fault : {Fault::hang_up_before, Fault::hang_up_after}) {
            CAPTURE(cut);
            FakeStreams broker(
                1, [&](std::size_t append) { return FakeStreams::Decision{append == cut ? fault : Fault::none}; });
            BlockingClient client(options_for(broker.address()));
            Producer producer(client.asynchronous(), "events", small_batches());
            for (const auto& value : numbers(count)) producer.send(RecordView{.value = value});

            CHECK(producer.flush(asio::use_future).get().has_value());
            CHECK(broker.values(0) == numbers(count));
            CHECK_EQ(producer.counts().records, count);
            appends = std::max<std::size_t>(appends, std::min<std::size_t>(broker.appends(), 12));
            client.close();
        }
    }
    CHECK_GT(appends, 3);
}

TEST_CASE("a broker that hangs up again and again does not keep records from being stored once and in order") {
    for (const std::size_t every : {2, 3, 5}) {
        FakeStreams broker(3, [&](std::size_t append) {
            if (append % every != every - 1) return FakeStreams::Decision{};
            return FakeStreams::Decision{append % 2 == 0 ? Fault::hang_up_before : Fault::hang_up_after};
        });
        BlockingClient client(options_for(broker.address()));
        Producer producer(client.asynchronous(), "events", small_batches());
        for (const auto& value : numbers(900)) {
            producer.send(RecordView{.value = value, .partition = static_cast<std::uint32_t>(std::stoi(value) % 3)});
        }

        CHECK(producer.flush(asio::use_future).get().has_value());
        for (std::uint32_t partition = 0; partition < 3; ++partition) {
            std::vector<std::string> expected;
            for (std::size_t i = partition; i < 900; i += 3) expected.push_back(std::to_string(i));
            CHECK(broker.values(partition) == expected);
        }
        client.close();
    }
}

TEST_CASE("what the broker has no room for goes again, in order") {
    FakeStreams broker(1, [](std::size_t append) {
        const bool refused = append % 3 == 1;
        return FakeStreams::Decision{refused ? Fault::refuse : Fault::none,
                                     append % 2 == 0 ? Status::overloaded : Status::storage_full};
    });
    BlockingClient client(options_for(broker.address()));
    Producer producer(client.asynchronous(), "events", small_batches());
    for (const auto& value : numbers(200)) producer.send(RecordView{.value = value});

    CHECK(producer.flush(asio::use_future).get().has_value());
    CHECK(broker.values(0) == numbers(200));
    CHECK_GT(producer.counts().repeated, 0);
}

TEST_CASE("a batch that is refused fails alone, and is told") {
    FakeStreams broker(1, [](std::size_t append) {
        return FakeStreams::Decision{append == 1 ? Fault::refuse : Fault::none, Status::record_batch_invalid};
    });
    BlockingClient client(options_for(broker.address()));
    auto options = small_batches();
    std::vector<std::string> lost;
    options.on_failure = [&](const FailedBatch& failed) {
        CHECK_EQ(failed.error.status(), Status::record_batch_invalid);
        protocol::BatchReader reader(failed.batch);
        while (const auto* record = reader.next()) lost.emplace_back(*record->value);
    };
    Producer producer(client.asynchronous(), "events", options);
    for (const auto& value : numbers(300)) producer.send(RecordView{.value = value});

    CHECK_EQ(producer.flush(asio::use_future).get().error().status(), Status::record_batch_invalid);
    CHECK(producer.flush(asio::use_future).get().has_value());
    REQUIRE_FALSE(lost.empty());
    auto expected = numbers(300);
    const auto first = static_cast<std::ptrdiff_t>(std::stoul(lost.front()));
    const std::vector<std::string> gone(expected.begin() + first,
                                        expected.begin() + first + static_cast<std::ptrdiff_t>(lost.size()));
    CHECK(gone == lost);
    expected.erase(expected.begin() + first, expected.begin() + first + static_cast<std::ptrdiff_t>(lost.size()));
    CHECK(broker.values(0) == expected);
    CHECK_EQ(producer.counts().failed_records, lost.size());
    client.close();
}

TEST_CASE("a broker that has lost its data and knows the producer no more gets a new one") {
    std::atomic<bool> forgetful = false;
    FakeStreams broker(1, [&](std::size_t) {
        return FakeStreams::Decision{forgetful.exchange(false) ? Fault::refuse : Fault::none, Status::producer_unknown};
    });
    BlockingClient client(options_for(broker.address()));
    Producer producer(client.asynchronous(), "events");
    producer.send({.value = "0"}, asio::use_future).get().value();
    forgetful = true;

    CHECK(producer.send({.value = "1"}, asio::use_future).get().has_value());
    CHECK_EQ(broker.producers(), 2);
    CHECK(broker.values(0) == numbers(2));
}

TEST_CASE("records without a key take turns batch by batch, those with one go where the key says") {
    FakeStreams broker(4, {});
    BlockingClient client(options_for(broker.address()));
    Producer producer(client.asynchronous(), "events");

    const auto keyed = producer.send({.key = "customer-7", .value = "k"}, asio::use_future).get();
    std::set<std::uint32_t> places;
    for (int i = 0; i < 8; ++i) places.insert(producer.send({.value = "v"}, asio::use_future).get()->partition);

    CHECK_EQ(keyed->partition, protocol::partition_of_key("customer-7", 4));
    CHECK_EQ(places.size(), 4);
}

TEST_CASE("a producer holds no more than its options allow: the quick way waits, or says that there is no room") {
    FakeStreams broker(1, {});
    BlockingClient client(options_for(broker.address()));
    ProducerOptions options;
    options.waiting_bytes_max = 64 << 10;
    Producer producer(client.asynchronous(), "events", options);
    producer.send({.value = "first"}, asio::use_future).get().value();
    const std::string value(1000, 'x');
    broker.hold();

    std::size_t taken = 0;
    while (producer.try_send(RecordView{.value = value})) ++taken;
    auto room = producer.room(asio::use_future);
    auto parked = producer.send({.value = value}, asio::use_future);

    CHECK_GE(taken, 60);
    CHECK_LE(taken, 64);
    CHECK_LE(producer.counts().waiting_bytes, (64u << 10) + 1100);
    CHECK(room.wait_for(0s) == std::future_status::timeout);
    broker.release();
    CHECK(room.get().has_value());
    CHECK(parked.get().has_value());
    std::thread other([&] {
        for (int i = 0; i < 500; ++i) producer.send(RecordView{.value = value});
    });
    other.join();
    CHECK(producer.flush(asio::use_future).get().has_value());
    CHECK_EQ(broker.values(0).size(), 1 + taken + 1 + 500);
    CHECK_EQ(producer.counts().waiting_bytes, 0);
}

TEST_CASE("sends with an outcome wait for room, and are refused when too many wait") {
    FakeStreams broker(1, {});
    BlockingClient client(options_for(broker.address()));
    ProducerOptions options;
    options.waiting_bytes_max = 16 << 10;
    Producer producer(client.asynchronous(), "events", options);
    producer.send({.value = "first"}, asio::use_future).get().value();
    broker.hold();

    std::vector<std::future<Outcome<Appended>>> sends;
    const std::string value(1000, 'x');
    for (int i = 0; i < 50; ++i) sends.push_back(producer.send({.value = value}, asio::use_future));
    broker.release();
    std::size_t refused = 0;
    std::uint64_t offset = 0;
    for (auto& send : sends) {
        const auto outcome = send.get();
        if (outcome.has_value()) {
            CHECK_EQ(outcome->offset, ++offset);
        } else {
            CHECK_EQ(outcome.error().name(), "too_much_waiting");
            ++refused;
        }
    }

    CHECK_GE(offset, 30);
    CHECK_GE(refused, 15);
}

TEST_CASE("load makes the batches") {
    FakeStreams broker(1, {});
    BlockingClient client(options_for(broker.address()));
    Producer producer(client.asynchronous(), "events");
    producer.send({.value = "alone"}, asio::use_future).get().value();
    const auto alone = broker.appends();
    const std::string value(100, 'x');

    for (int i = 0; i < 100'000; ++i) producer.send(RecordView{.value = value});
    CHECK(producer.flush(asio::use_future).get().has_value());

    CHECK_EQ(alone, 1);
    CHECK_LE(broker.appends(), 200);
    CHECK_LE(broker.batches_longest(), 1u << 20);
    CHECK_EQ(broker.values(0).size(), 100'001);
}

TEST_CASE("a record with wrong measures is refused at once") {
    FakeStreams broker(2, {}, 1024);
    BlockingClient client(options_for(broker.address()));
    Producer producer(client.asynchronous(), "events");
    producer.send({.value = "first"}, asio::use_future).get().value();
    const std::string large(1025, 'x');

    const auto outcome = producer.send({.value = large}, asio::use_future).get();
    CHECK_EQ(outcome.error().status(), Status::record_too_large);
    CHECK_THROWS_AS(producer.send(RecordView{.value = large}), Error);
    CHECK_EQ(producer.send({.value = "x", .partition = 2}, asio::use_future).get().error().status(),
             Status::partition_does_not_exist);
    CHECK_EQ(broker.appends(), 1);
}

TEST_CASE("a stream that does not exist fails the sends, and later ones look again") {
    FakeBroker broker({[](FakePeer& peer) {
        peer.welcome();
        for (int i = 0; i < 2; ++i) peer.refuse(peer.receive().id, 600);
        peer.wait_for_end();
    }});
    BlockingClient client(options_for(broker.address()));
    Producer producer(client.asynchronous(), "nowhere");

    CHECK_EQ(producer.send({.value = "x"}, asio::use_future).get().error().status(), Status::stream_does_not_exist);
    try {
        producer.send(RecordView{.value = "x"});
        FAIL("it does not exist");
    } catch (const Error& error) {
        CHECK_EQ(error.status(), Status::stream_does_not_exist);
    }
    client.close();
}

TEST_CASE("without idempotence, what was perhaps appended fails and is not sent again") {
    FakeStreams broker(
        1, [](std::size_t append) { return FakeStreams::Decision{append == 1 ? Fault::hang_up_after : Fault::none}; });
    BlockingClient client(options_for(broker.address()));
    ProducerOptions options;
    options.idempotent = false;
    Producer producer(client.asynchronous(), "events", options);

    CHECK(producer.send({.value = "0"}, asio::use_future).get().has_value());
    CHECK_EQ(producer.send({.value = "1"}, asio::use_future).get().error().execution(), Execution::perhaps);
    CHECK(producer.send({.value = "2"}, asio::use_future).get().has_value());
    CHECK(broker.values(0) == numbers(3));
    CHECK_EQ(broker.producers(), 0);
}

TEST_CASE("what gathers behind a batch that was given up is given up too while the broker is away") {
    FakeStreams broker(
        1, [](std::size_t append) { return FakeStreams::Decision{append == 1 ? Fault::go_away : Fault::none}; });
    auto options = options_for(broker.address());
    options.give_up_after = 0ms;
    BlockingClient client(options);
    auto impatient = small_batches();
    impatient.delivery_timeout = 0ms;
    Producer producer(client.asynchronous(), "events", impatient);
    REQUIRE(producer.send({.value = "stored"}, asio::use_future).get().has_value());

    std::vector<std::future<Outcome<Appended>>> sent;
    for (const auto& value : numbers(200)) sent.push_back(producer.send({.value = value}, asio::use_future));

    for (auto& one : sent) CHECK_FALSE(one.get().has_value());
    CHECK_EQ(producer.counts().records, 1);
}

TEST_CASE("closing sends what has gathered, and accepts no more") {
    FakeStreams broker(1, {});
    BlockingClient client(options_for(broker.address()));
    auto options = small_batches();
    options.linger = 1h;
    Producer producer(client.asynchronous(), "events", options);
    auto lingering = producer.send({.value = "0"}, asio::use_future);

    CHECK(producer.close(asio::use_future).get().has_value());
    CHECK(lingering.get().has_value());
    CHECK_THROWS_AS(producer.send(RecordView{.value = "1"}), Error);
    CHECK_EQ(producer.send({.value = "1"}, asio::use_future).get().error().name(), "closed");
    CHECK(broker.values(0) == numbers(1));
}

TEST_CASE("a producer that goes away fails what it has gathered") {
    FakeStreams broker(1, {});
    BlockingClient client(options_for(broker.address()));
    std::future<Outcome<Appended>> gathered;
    {
        ProducerOptions options;
        options.linger = 1h;
        Producer producer(client.asynchronous(), "events", options);
        gathered = producer.send({.value = "0"}, asio::use_future);
    }

    CHECK_EQ(gathered.get().error().execution(), Execution::surely_not);
}

TEST_CASE("many threads share a producer") {
    FakeStreams broker(4, {});
    BlockingClient client(options_for(broker.address()));
    Producer producer(client.asynchronous(), "events", small_batches());
    std::vector<std::thread> threads;
    for (std::uint32_t partition = 0; partition < 4; ++partition) {
        threads.emplace_back([&producer, partition] {
            for (const auto& value : numbers(1000)) {
                producer.send(RecordView{.value = value, .partition = partition});
            }
        });
    }
    for (auto& thread : threads) thread.join();

    CHECK(producer.flush(asio::use_future).get().has_value());
    for (std::uint32_t partition = 0; partition < 4; ++partition) CHECK(broker.values(partition) == numbers(1000));
}

}  // namespace tern
