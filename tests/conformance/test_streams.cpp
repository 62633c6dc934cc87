#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "protocol/record_batch.hpp"
#include "tests/conformance/broker_process.hpp"
#include "tests/conformance/wire_client.hpp"

namespace tern::conformance {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

std::string batch_of(const std::vector<std::string>& records, const protocol::ProducerStamp& producer = {}) {
    protocol::BatchBuilder builder;
    builder.begin();
    for (const auto& record : records) builder.add(1'700'000'000'000, std::nullopt, record);
    return std::string(builder.finish(protocol::Compression::none, producer));
}

std::vector<std::string> records_in(std::string_view batches) {
    std::vector<std::string> records;
    while (const auto header = protocol::read_batch_header(batches)) {
        protocol::BatchReader reader(batches.substr(0, header->bytes));
        while (const auto* record = reader.next()) records.emplace_back(record->value.value_or(""));
        CHECK(reader.fault() == protocol::BatchFault::none);
        batches.remove_prefix(header->bytes);
    }
    return records;
}

struct StreamBroker {
    StreamBroker() : client(broker.native_port) {
        StreamSettings settings;
        settings.partitions = 2;
        REQUIRE(client.execute(detail::create_stream(client.next_id(), "s", settings)).has_value());
    }
    AppendResult append(const std::string& record, std::uint32_t partition = 0) {
        const auto results =
            client.execute(detail::append(client.next_id(), "s", {{partition, batch_of({record}), {}}}));
        REQUIRE(results.has_value());
        REQUIRE_EQ(results->at(0).status, Status::ok);
        return results->at(0);
    }
    /// Sends a fetch that waits, and waits until the broker says that it does.
    detail::Operation<std::vector<FetchedPartition>> waiting_fetch(WireClient& from, std::uint64_t offset,
                                                                   std::chrono::milliseconds wait = 20s) {
        const auto fetch = detail::fetch(from.next_id(), {{"s", 0, offset}, {"s", 1, 0}}, {.wait = wait});
        const auto waiting = waiting_fetches() + 1;
        from.send(fetch.frame);
        wait_for_waiting(waiting);
        return fetch;
    }
    std::uint64_t waiting_fetches() {
        const auto status = client.execute(detail::broker_status(client.next_id()));
        REQUIRE(status.has_value());
        return status->waiting_fetches;
    }
    void wait_for_waiting(std::uint64_t count) {
        const auto until = steady_clock::now() + 20s;
        while (waiting_fetches() != count) REQUIRE(steady_clock::now() < until);
    }

    BrokerProcess broker;
    WireClient client;
};

}  // namespace

TEST_CASE_FIXTURE(StreamBroker, "what was appended is fetched, byte for byte but for its offset") {
    const auto batch = batch_of({"one", "two"});
    const auto appended = client.execute(detail::append(client.next_id(), "s", {{1, batch, 0}}));
    REQUIRE(appended.has_value());
    CHECK_EQ(appended->at(0).base_offset, 0);
    CHECK_EQ(appended->at(0).end_offset, 2);

    const auto fetched = client.execute(detail::fetch(client.next_id(), {{"s", 1, 1}}, {}));

    REQUIRE(fetched.has_value());
    CHECK(fetched->at(0).batches == batch);
    CHECK_EQ(fetched->at(0).end_offset, 2);
    CHECK(records_in(fetched->at(0).batches) == std::vector<std::string>{"one", "two"});
}

TEST_CASE_FIXTURE(StreamBroker, "a damaged batch is refused alone, and told why") {
    auto damaged = batch_of({"one"});
    damaged.back() = static_cast<char>(damaged.back() ^ 1);
    const auto results =
        client.execute(detail::append(client.next_id(), "s", {{0, damaged, {}}, {0, batch_of({"two"}), {}}}));

    REQUIRE(results.has_value());
    CHECK_EQ(results->at(0).status, Status::record_batch_damaged);
    CHECK_FALSE(results->at(0).detail.empty());
    CHECK_EQ(results->at(1).status, Status::ok);
    CHECK_EQ(results->at(1).base_offset, 0);
}

TEST_CASE_FIXTURE(StreamBroker, "an append that is sent again with its stamp is stored once") {
    const auto producer = client.execute(detail::allocate_producer(client.next_id()));
    REQUIRE(producer.has_value());
    const auto batch = batch_of({"one"}, {producer->id, producer->epoch, 0});
    client.execute(detail::append(client.next_id(), "s", {{0, batch, {}}}));

    const auto again = client.execute(detail::append(client.next_id(), "s", {{0, batch, {}}}));

    REQUIRE(again.has_value());
    CHECK(again->at(0).duplicate);
    CHECK_EQ(again->at(0).base_offset, 0);
    CHECK_EQ(append("two").base_offset, 1);
}

TEST_CASE_FIXTURE(StreamBroker, "a fetch that waits is answered when another connection appends") {
    WireClient reader(broker.native_port);
    const auto fetch = waiting_fetch(reader, 0);
    CHECK_FALSE(reader.has_reply(fetch.id));

    append("news", 1);

    const auto fetched = reader.answer(fetch);
    REQUIRE(fetched.has_value());
    CHECK(fetched->at(0).batches.empty());
    CHECK(records_in(fetched->at(1).batches) == std::vector<std::string>{"news"});
    CHECK_EQ(waiting_fetches(), 0);
}

TEST_CASE_FIXTURE(StreamBroker, "a fetch is answered with nothing when its wait is over") {
    const auto started = steady_clock::now();
    const auto fetched = client.execute(detail::fetch(client.next_id(), {{"s", 0, 0}}, {.wait = 50ms}));

    REQUIRE(fetched.has_value());
    CHECK(fetched->at(0).batches.empty());
    CHECK_EQ(fetched->at(0).status, Status::ok);
    // The broker counts in whole milliseconds.
    CHECK_GE(steady_clock::now() - started, 49ms);
}

TEST_CASE_FIXTURE(StreamBroker, "a fetch that waits is answered when its stream is deleted") {
    WireClient reader(broker.native_port);
    const auto fetch = waiting_fetch(reader, 0);

    REQUIRE(client.execute(detail::delete_stream(client.next_id(), "s")).has_value());

    const auto fetched = reader.answer(fetch);
    REQUIRE(fetched.has_value());
    CHECK_EQ(fetched->at(0).status, Status::stream_does_not_exist);
}

TEST_CASE_FIXTURE(StreamBroker, "a fetch that waits can be cancelled, and goes with its connection") {
    WireClient reader(broker.native_port);
    const auto cancelled = waiting_fetch(reader, 0);
    reader.cancel(cancelled.id);
    const auto answer = reader.answer(cancelled);
    REQUIRE_FALSE(answer.has_value());
    CHECK_EQ(answer.error().status(), Status::cancelled);

    waiting_fetch(reader, 0);
    reader.hang_up();

    wait_for_waiting(0);
}

TEST_CASE_FIXTURE(StreamBroker, "a broker that stops tells so to who waits, and leaves in time") {
    WireClient reader(broker.native_port);
    const auto fetch = waiting_fetch(reader, 0);

    const auto ended = broker.end(SIGTERM);

    const auto answer = reader.answer(fetch);
    REQUIRE_FALSE(answer.has_value());
    CHECK_EQ(answer.error().status(), Status::shutting_down);
    CHECK_EQ(ended.exit_code, 0);
    CHECK_LT(ended.seconds, 2.0);
}

TEST_CASE_FIXTURE(StreamBroker, "an offset out of range is told with the range that is valid") {
    append("one");
    append("two");
    REQUIRE(client.execute(detail::truncate_stream(client.next_id(), "s", 0, 1)).has_value());

    const auto fetched =
        client.execute(detail::fetch(client.next_id(), {{"s", 0, 0}, {"s", 0, 3}, {"s", 0, 2}}, {.wait = 20s}));

    REQUIRE(fetched.has_value());
    for (const std::size_t out : {0, 1}) {
        CHECK_EQ(fetched->at(out).status, Status::offset_out_of_range);
        CHECK_EQ(fetched->at(out).start_offset, 1);
        CHECK_EQ(fetched->at(out).end_offset, 2);
        CHECK_NE(fetched->at(out).detail.find("1 to 2"), std::string::npos);
    }
    CHECK_EQ(fetched->at(2).status, Status::ok);
}

TEST_CASE_FIXTURE(StreamBroker, "long answers come whole, many of them on one connection") {
    const std::string record(50'000, 'r');
    for (int i = 0; i < 9; ++i) append(record);

    std::vector<detail::Operation<std::vector<FetchedPartition>>> fetches;
    for (int i = 0; i < 10; ++i) {
        fetches.push_back(detail::fetch(client.next_id(), {{"s", 0, 0, 16u << 20}}, {.bytes_max = 16u << 20}));
        client.send(fetches.back().frame);
    }

    for (const auto& fetch : fetches) {
        const auto fetched = client.answer(fetch);
        REQUIRE(fetched.has_value());
        CHECK_EQ(records_in(fetched->at(0).batches), std::vector<std::string>(9, record));
    }
}

TEST_CASE_FIXTURE(StreamBroker, "a fetch is answered with 512 KiB at most, however much it asks for") {
    const std::string record(100'000, 'r');
    for (int i = 0; i < 9; ++i) append(record);

    for (const auto& [offset, records] : {std::pair{0, 5}, std::pair{5, 4}}) {
        const auto asked = detail::fetch(client.next_id(), {{"s", 0, static_cast<std::uint64_t>(offset), 16u << 20}},
                                         {.bytes_max = 16u << 20});
        const auto fetched = client.execute(asked);
        REQUIRE(fetched.has_value());
        CHECK_EQ(records_in(fetched->at(0).batches).size(), records);
    }
}

TEST_CASE_FIXTURE(StreamBroker, "where to begin is found, and streams are listed and described") {
    append("one");
    const auto latest =
        client.execute(detail::find_offsets(client.next_id(), "s", {0}, {.kind = PositionKind::latest, .time = {}}));
    REQUIRE(latest.has_value());
    CHECK_EQ(latest->at(0).offset, 1);

    const auto page = client.execute(detail::list_streams(client.next_id(), {}));
    REQUIRE(page.has_value());
    CHECK_EQ(page->streams.at(0).name, "s");
    const auto described = client.execute(detail::describe_stream(client.next_id(), "s"));
    REQUIRE(described.has_value());
    CHECK_EQ(described->partitions.size(), 2);
    CHECK_EQ(described->partitions[0].end_offset, 1);
    CHECK_EQ(client.execute(detail::broker_status(client.next_id()))->streams, 1);
}

TEST_CASE("what was appended and acknowledged is there after a restart") {
    const TemporaryFolder folder;
    const std::vector<std::string> arguments = {"--data", folder.path + "/kept"};
    {
        BrokerProcess broker(arguments);
        WireClient client(broker.native_port);
        REQUIRE(client.execute(detail::create_stream(client.next_id(), "s", {})).has_value());
        REQUIRE(client.execute(detail::append(client.next_id(), "s", {{0, batch_of({"kept"}), {}}})).has_value());
        broker.end(SIGTERM);
    }
    BrokerProcess broker(arguments);
    WireClient client(broker.native_port);

    const auto fetched = client.execute(detail::fetch(client.next_id(), {{"s", 0, 0}}, {}));

    REQUIRE(fetched.has_value());
    CHECK(records_in(fetched->at(0).batches) == std::vector<std::string>{"kept"});
}

}  // namespace tern::conformance
