#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tools/bench/bench_error.hpp"
#include "tools/bench/publication_mark.hpp"
#include "tools/bench/reader_loop.hpp"
#include "tools/bench/subscriber.hpp"
#include "tools/bench/topic_report.hpp"
#include "tools/bench/websocket_wire.hpp"
#include "tools/bench/write_loop.hpp"

using namespace tern::bench;

namespace {

constexpr std::string_view accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";

std::string unmasked(std::string frame) {
    const auto header = (frame[1] & 0x7F) < 126 ? 2u : (frame[1] & 0x7F) == 126 ? 4u : 10u;
    const auto mask = frame.substr(header, 4);
    auto payload = frame.substr(header + 4);
    for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
    return payload;
}

/// The payloads that a subscriber shows when it is given these bytes in pieces.
std::vector<std::string> shown(Subscriber& subscriber, std::string_view bytes, std::size_t piece) {
    std::vector<std::string> payloads;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
        subscriber.take(bytes.substr(0, piece), [&](auto, auto payload) { payloads.emplace_back(payload); });
    return payloads;
}

}  // namespace

TEST_CASE("a mark carries its moment through any encoding") {
    auto data = marked_data(64);
    const auto now = Clock::now();
    write_mark_time(&data[publication_mark.size()], now);

    std::vector<Instant> found;
    const auto text = "{\"text\":\"" + data + "\"}\n" + data + "@tern-bench:12";
    each_mark(text, [&](std::size_t at) { found.push_back(read_mark_time(text.data() + at)); });

    CHECK_EQ(data.size(), 64);
    CHECK(found == std::vector{now, now});
}

TEST_CASE("frames of every length are masked on the way out and read on the way in") {
    for (const std::size_t bytes : {0, 1, 125, 126, 65'535, 65'536}) {
        const std::string payload(bytes, 'p');
        const auto sent = client_frame(WebSocketOpcode::text, payload);
        CHECK_EQ(unmasked(sent), payload);
        CHECK_NE(sent[1] & '\x80', 0);
        CHECK_THROWS_AS(server_frame(sent), BenchError);

        const auto received = server_frame_of(WebSocketOpcode::binary, payload);
        const auto input = received + "next";
        const auto frame = server_frame(input);
        REQUIRE(frame);
        CHECK(frame->opcode == WebSocketOpcode::binary);
        CHECK_EQ(frame->payload, payload);
        CHECK_EQ(frame->bytes, received.size());
        CHECK(!server_frame(std::string_view(received).substr(0, received.size() - 1)));
    }
}

TEST_CASE("a subscriber shakes hands, subscribes, and tells frames apart however they are cut") {
    for (const std::size_t piece : {1, 7, 100'000}) {
        Subscriber subscriber("127.0.0.1:1", TopicEncoding::json, "t.a");
        CHECK(subscriber.take_output().starts_with("GET /ws HTTP/1.1\r\n"));

        CHECK(shown(subscriber, accepted, piece).empty());
        CHECK_EQ(unmasked(subscriber.take_output()), R"({"id":2,"subscribe":{"pattern":"t.a"}})");
        CHECK(!subscriber.subscribed());
        const auto frames = server_frame_of(WebSocketOpcode::text, R"({"id":2,"subscribe":{}})") +
                            server_frame_of(WebSocketOpcode::text, "one") +
                            server_frame_of(WebSocketOpcode::ping, "are you there") +
                            server_frame_of(WebSocketOpcode::text, std::string(300, 'x'));
        const auto payloads = shown(subscriber, frames, piece);

        CHECK(subscriber.subscribed());
        CHECK(payloads == std::vector{std::string("one"), std::string(300, 'x')});
        CHECK_EQ(unmasked(subscriber.take_output()), "are you there");
        CHECK_THROWS_AS(shown(subscriber, server_frame_of(WebSocketOpcode::close, ""), piece), BenchError);
    }
}

TEST_CASE("a subscriber tells why it was refused") {
    Subscriber refused("127.0.0.1:1", TopicEncoding::json, "t");
    CHECK_THROWS_AS(shown(refused, "HTTP/1.1 403 Forbidden\r\n\r\n", 100), BenchError);
    Subscriber subscriber("127.0.0.1:1", TopicEncoding::json, "t");
    const auto answer = server_frame_of(WebSocketOpcode::text, R"({"id":2,"error":{"code":900}})");
    CHECK_THROWS_AS(shown(subscriber, std::string(accepted) + answer, 100), BenchError);
}

TEST_CASE("a plan gets to the reader's process as it was") {
    const SubscriberPlan plan{{"127.0.0.1", "80"}, TopicEncoding::fbs, "t.>", SubscriberRole::stopped, 7};

    const auto read = ReaderLoop::plan_in(ReaderLoop::text_of(plan));

    CHECK_EQ(read.endpoint.host, "127.0.0.1");
    CHECK_EQ(read.endpoint.port, "80");
    CHECK(read.encoding == TopicEncoding::fbs);
    CHECK_EQ(read.pattern, "t.>");
    CHECK(read.role == SubscriberRole::stopped);
    CHECK_EQ(read.count, 7);
}

TEST_CASE("the bare loop reaches every socket of the reader's process, and all of it is counted") {
    auto joining = Joining::no;
    SUBCASE("each publication by itself") {}
    SUBCASE("joined") {
        joining = Joining::yes;
    }
    ReaderProcess reader;
    const TopicWorkload workload{.subscribers = 20, .in_flight = 4, .body_bytes = 100};
    WriteLoop loop(server_frame_of(WebSocketOpcode::text, marked_data(workload.body_bytes)), joining);
    reader.begin_connecting({loop.endpoint(), TopicEncoding::json, "", SubscriberRole::bare, workload.subscribers});
    loop.accept(workload.subscribers);
    reader.finish_connecting();

    const auto round = run_push(loop, reader, workload, {.warm_up_seconds = 0.05, .seconds = 0.2});

    CHECK_GT(round.publications, 0);
    CHECK_GT(round.received.deliveries, 0);
    CHECK_EQ(round.received.latency.count(), round.received.deliveries);
    CHECK_EQ(round.received.bytes, round.received.deliveries * (workload.body_bytes + 2));
    CHECK_EQ(reader.delivered() % workload.subscribers, 0);
    CHECK_EQ(reader.sample_frame().size(), workload.body_bytes + 2);
    CHECK_GT(round.received.latency.percentile(50), 0);
}

TEST_CASE("what a topic's measurement found is told with the ratios of each turn") {
    TopicTurn turn;
    turn.broker.push = {
        .seconds = 2, .publications = 20, .received = {.deliveries = 800, .bytes = 80'000, .latency = {}}};
    turn.broker.push.received.latency.record(1'000'000);
    turn.broker.rss_anonymous_bytes = 5;
    turn.write_loop =
        PushRound{.seconds = 2, .publications = 25, .received = {.deliveries = 1000, .bytes = 0, .latency = {}}};
    turn.joining_loop =
        PushRound{.seconds = 2, .publications = 50, .received = {.deliveries = 2000, .bytes = 0, .latency = {}}};
    turn.filtered = FilteredPublish{.few_us = 100, .many_us = 120};
    TopicBenchOptions options;
    options.baseline = true;

    const auto report = summarize(options, {turn});
    const auto object = as_json(report);

    CHECK_EQ(object.at("deliveries_per_s").as_double(), 400);
    CHECK_EQ(object.at("ratio_to_write_loop").as_double(), 0.8);
    CHECK_EQ(object.at("ratio_to_joining_loop").as_double(), 0.4);
    CHECK_EQ(object.at("ratio_of_filtered_publish").as_double(), 1.2);
    CHECK(!object.contains("ratio_to_non_durable"));
    CHECK_EQ(object.at("rounds").as_array().size(), 1);
    CHECK_NE(as_table(report).find("80.0 %"), std::string::npos);
}
