#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tern/blocking_client.hpp"
#include "tern/blocking_stream_consumer.hpp"
#include "tern/producer.hpp"
#include "tests/unit/client/status_of.hpp"
#include "tests/unit/client/ternd_process.hpp"

/// Producers and consumers against the real broker.
namespace tern {

using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

struct Streams {
    TerndProcess ternd;
    BlockingClient client{options()};

    ClientOptions options() const {
        ClientOptions options{.server = ternd.address(), .application = "streams"};
        options.backoff_first = 5ms;
        options.backoff_max = 50ms;
        return options;
    }
    /// Records "0", "1", … over the partitions in turn.
    void append(const StreamName& stream, int from, int to, std::uint32_t partitions) {
        Producer producer(client.asynchronous(), stream);
        for (int i = from; i < to; ++i) {
            const auto value = std::to_string(i);
            producer.send(RecordView{.value = value, .partition = static_cast<std::uint32_t>(i) % partitions});
        }
        producer.flush(asio::use_future).get().value();
    }
    StreamConsumerOptions member(const std::string& instance = {}) const {
        StreamConsumerOptions options;
        options.group = "readers";
        options.streams = {"events"};
        options.instance = instance;
        options.session_timeout = 3s;
        return options;
    }
    StreamConsumerOptions alone(std::optional<std::uint64_t> offset, StartPosition start) const {
        StreamConsumerOptions options;
        options.partitions = {{"events", 0, offset}};
        options.start = start;
        return options;
    }
};

std::vector<int> numbers_in(const std::vector<ConsumedRecord>& records) {
    std::vector<int> numbers;
    for (const auto& record : records) numbers.push_back(std::stoi(record.value.value()));
    return numbers;
}

/// Polls until so many records have come, or far too much time has passed.
std::vector<ConsumedRecord> read(BlockingStreamConsumer& consumer, std::size_t count) {
    std::vector<ConsumedRecord> all;
    const auto end = std::chrono::steady_clock::now() + 30s;
    while (all.size() < count && std::chrono::steady_clock::now() < end) {
        for (auto& record : consumer.poll(count - all.size(), 1s)) all.push_back(std::move(record));
    }
    return all;
}

std::vector<int> from_to(int from, int to) {
    std::vector<int> numbers;
    for (int i = from; i < to; ++i) numbers.push_back(i);
    return numbers;
}

}  // namespace

TEST_CASE_FIXTURE(Streams, "records come back with all that belongs to them, in whatever compression") {
    client.create_stream("events", {.partitions = 1});
    for (const auto compression :
         {Compression::none, Compression::gzip, Compression::snappy, Compression::lz4, Compression::zstd}) {
        ProducerOptions options;
        options.compression = compression;
        Producer producer(client.asynchronous(), "events", options);
        NewRecord record{.key = "k", .value = std::string(500, 'v')};
        record.headers = {{"kind", "greeting"}, {"none", std::nullopt}};
        record.timestamp = TimePoint(1'700'000'000'123ms);
        producer.send(record, asio::use_future).get().value();
    }
    BlockingStreamConsumer consumer(client, alone({}, StartPosition::earliest));

    const auto records = read(consumer, 5);

    REQUIRE_EQ(records.size(), 5);
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK_EQ(records[i].offset, i);
        CHECK(records[i].key == "k");
        CHECK(records[i].value == std::string(500, 'v'));
        CHECK(records[i].timestamp == TimePoint(1'700'000'000'123ms));
        CHECK(records[i].headers == std::vector<RecordHeader>{{"kind", "greeting"}, {"none", std::nullopt}});
    }
}

TEST_CASE_FIXTURE(Streams, "a consumer that comes back goes on where its group has committed") {
    client.create_stream("events", {.partitions = 2});
    append("events", 0, 100, 2);
    {
        BlockingStreamConsumer first(client, member());
        CHECK_EQ(read(first, 60).size(), 60);
        first.commit();
        first.close();
    }
    append("events", 100, 120, 2);
    BlockingStreamConsumer second(client, member());

    auto rest = numbers_in(read(second, 60));

    CHECK_EQ(rest.size(), 60);
    std::sort(rest.begin(), rest.end());
    CHECK_EQ(std::set<int>(rest.begin(), rest.end()).size(), 60);
    CHECK(second.poll(10, 50ms).empty());
    second.close();
    std::uint64_t committed = 0;
    for (const auto& offset : client.fetch_offsets("readers")) committed += offset.offset.value();
    CHECK_EQ(committed, 120);
}

TEST_CASE_FIXTURE(Streams, "a consumer of more partitions than a commit takes commits them all") {
    constexpr std::uint32_t partitions = 1024;
    client.create_stream("events", {.partitions = partitions});
    append("events", 0, partitions, partitions);
    auto options = member();
    options.commit_automatically = false;
    BlockingStreamConsumer consumer(client, options);
    CHECK_EQ(read(consumer, partitions).size(), partitions);

    consumer.commit();

    std::uint64_t committed = 0;
    for (const auto& offset : client.fetch_offsets("readers")) committed += offset.offset.value();
    CHECK_EQ(committed, partitions);
    consumer.close();
}

TEST_CASE_FIXTURE(Streams, "two members share the partitions, without a gap and without a record read twice") {
    client.create_stream("events", {.partitions = 4});
    append("events", 0, 200, 4);
    std::map<int, int> times;
    BlockingStreamConsumer first(client, member());
    for (const auto number : numbers_in(read(first, 100))) ++times[number];
    BlockingClient other_client{options()};
    std::promise<void> granted;
    auto other_options = member();
    other_options.on_granted = [&, told = false](const auto& partitions) mutable {
        CHECK_EQ(partitions.size(), 2);
        if (!std::exchange(told, true)) granted.set_value();
    };
    BlockingStreamConsumer second(other_client, other_options);

    // While the second one joins, the first goes on polling: only so it gives partitions up.
    auto joined = granted.get_future();
    std::vector<ConsumedRecord> of_second;
    auto second_reads = std::async(std::launch::async, [&] {
        std::vector<ConsumedRecord> all;
        while (joined.wait_for(0s) != std::future_status::ready) {
            for (auto& record : second.poll(10, 100ms)) all.push_back(std::move(record));
        }
        return all;
    });
    while (joined.wait_for(0s) != std::future_status::ready) {
        for (const auto number : numbers_in(first.poll(3, 100ms))) ++times[number];
    }
    for (const auto number : numbers_in(second_reads.get())) ++times[number];
    append("events", 200, 400, 4);
    std::atomic<std::size_t> left = 400 - times.size();
    const auto read_what_is_left = [&left](BlockingStreamConsumer& consumer) {
        std::vector<int> all;
        const auto end = std::chrono::steady_clock::now() + 30s;
        while (left > 0 && std::chrono::steady_clock::now() < end) {
            const auto polled = numbers_in(consumer.poll(50, 100ms));
            all.insert(all.end(), polled.begin(), polled.end());
            left -= std::min(left.load(), polled.size());
        }
        return all;
    };
    auto second_rest = std::async(std::launch::async, read_what_is_left, std::ref(second));
    for (const auto number : read_what_is_left(first)) ++times[number];
    const auto rest = second_rest.get();
    for (const auto number : rest) ++times[number];

    CHECK_EQ(times.size(), 400);
    for (const auto& [number, count] : times) {
        CAPTURE(number);
        CHECK_EQ(count, 1);
    }
    CHECK_GE(rest.size(), 100);
    first.close();
    second.close();
    CHECK_EQ(client.describe_group("readers").summary.members, 0);
}

TEST_CASE_FIXTURE(Streams, "when a member falls silent, the others take its partitions over from its last commit") {
    client.create_stream("events", {.partitions = 2});
    append("events", 0, 100, 2);
    BlockingStreamConsumer survivor(client, member());
    std::size_t read_by_silent = 0;
    {
        BlockingClient other_client{options()};
        BlockingStreamConsumer silent(other_client, member());
        read_by_silent = silent.poll(10, 5s).size();
        // Its client goes away without a word.
    }
    CHECK_GT(read_by_silent, 0);

    auto numbers = numbers_in(read(survivor, 100));

    std::sort(numbers.begin(), numbers.end());
    CHECK(numbers == from_to(0, 100));
}

TEST_CASE_FIXTURE(Streams, "what is out of range is read from the earliest record, the latest, or not at all") {
    client.create_stream("events", {.partitions = 1});
    append("events", 0, 10, 1);
    client.truncate_stream("events", 0, 5);

    BlockingStreamConsumer earliest(client, alone(2, StartPosition::earliest));
    CHECK(numbers_in(read(earliest, 5)) == from_to(5, 10));

    BlockingStreamConsumer failing(client, alone(2, StartPosition::fail));
    CHECK_EQ(status_of([&] { failing.poll(10, 5s); }), Status::offset_out_of_range);
    failing.seek({"events", 0}, 7);
    CHECK(numbers_in(read(failing, 3)) == from_to(7, 10));

    BlockingStreamConsumer latest(client, alone(100, StartPosition::latest));
    CHECK(latest.poll(10, 200ms).empty());
    append("events", 10, 12, 1);
    CHECK(numbers_in(read(latest, 2)) == from_to(10, 12));
}

TEST_CASE_FIXTURE(Streams, "a paused partition gives nothing, a sought one gives what was sought") {
    client.create_stream("events", {.partitions = 1});
    append("events", 0, 20, 1);
    const StreamPartition partition{"events", 0};
    BlockingStreamConsumer consumer(client, alone(0, StartPosition::earliest));
    CHECK(numbers_in(read(consumer, 5)) == from_to(0, 5));
    CHECK_EQ(consumer.position(partition), 5);

    consumer.pause({partition});
    CHECK(consumer.poll(10, 50ms).empty());
    consumer.resume({partition});
    CHECK(numbers_in(read(consumer, 5)) == from_to(5, 10));
    consumer.seek(partition, 17);
    CHECK(numbers_in(read(consumer, 3)) == from_to(17, 20));
    consumer.seek(partition, 0);

    CHECK(numbers_in(read(consumer, 2)) == from_to(0, 2));
    CHECK_EQ(status_of([&] { consumer.position({"events", 9}); }), Status::partition_not_assigned);
}

TEST_CASE_FIXTURE(Streams,
                  "a static member that comes back has its partitions at once, and its earlier self is fenced") {
    client.create_stream("events", {.partitions = 2});
    append("events", 0, 40, 2);
    BlockingClient other_client{options()};
    BlockingStreamConsumer earlier(other_client, member("host-1"));
    CHECK_EQ(read(earlier, 20).size(), 20);
    earlier.commit();

    BlockingStreamConsumer later(client, member("host-1"));
    CHECK_EQ(read(later, 20).size(), 20);

    CHECK_EQ(status_of([&] {
                 while (true) earlier.poll(10, 100ms);
             }),
             Status::group_member_fenced);
    CHECK_EQ(client.describe_group("readers").members.size(), 1);
}

TEST_CASE_FIXTURE(Streams, "a killed broker loses nothing: records are there once, in order, and the group goes on") {
    client.create_stream("events", {.partitions = 2});
    ProducerOptions producing;
    producing.batch_bytes_min = 512;
    producing.batch_bytes_max = 4096;
    Producer producer(client.asynchronous(), "events", producing);
    BlockingClient other_client{options()};
    BlockingStreamConsumer consumer(other_client, member());
    std::minstd_rand random(7);

    std::thread appending([&] {
        for (int i = 0; i < 6000; ++i) {
            const auto value = std::to_string(i);
            producer.send(RecordView{.value = value, .partition = static_cast<std::uint32_t>(i) % 2});
        }
    });
    std::map<std::uint32_t, std::vector<int>> given;
    for (int kill = 0; kill < 3; ++kill) {
        for (auto left = random() % 400; left > 0; left -= std::min<std::size_t>(left, 100)) consumer.poll(100, 1s);
        ternd.kill();
        ternd.restart();
    }
    appending.join();
    CHECK(producer.flush(asio::use_future).get().has_value());
    BlockingStreamConsumer reader(client, [] {
        StreamConsumerOptions options;
        options.partitions = {{"events", 0, 0}, {"events", 1, 0}};
        return options;
    }());
    for (const auto& record : read(reader, 6000)) given[record.partition].push_back(std::stoi(*record.value));

    for (int partition = 0; partition < 2; ++partition) {
        std::vector<int> expected;
        for (int i = partition; i < 6000; i += 2) expected.push_back(i);
        CHECK(given[static_cast<std::uint32_t>(partition)] == expected);
    }
    CHECK(reader.poll(10, 50ms).empty());
    consumer.close();
}

TEST_CASE_FIXTURE(Streams, "a run hands every record to the handler, again when it threw, and commits") {
    client.create_stream("events", {.partitions = 1});
    append("events", 0, 30, 1);
    StreamConsumer consumer(client.asynchronous(), member());
    std::vector<int> handled;
    bool thrown = false;
    const auto handler = [&](const ConsumedRecord& record) -> asio::awaitable<void> {
        const auto number = std::stoi(*record.value);
        if (number == 7 && !std::exchange(thrown, true)) throw std::runtime_error("not this time");
        handled.push_back(number);
        if (number == 29) consumer.stop();
        co_return;
    };
    StreamRunOptions running;
    running.records_max = 8;
    running.retry_delay = 1ms;

    const auto executor = client.asynchronous().get_executor();
    const auto ended = asio::co_spawn(executor, consumer.run(handler, running), asio::use_future).get();

    CHECK(ended.has_value());
    CHECK(handled == from_to(0, 30));
    CHECK_EQ(client.fetch_offsets("readers").at(0).offset.value(), 30);
    CHECK_EQ(client.describe_group("readers").summary.members, 0);
}

}  // namespace tern
