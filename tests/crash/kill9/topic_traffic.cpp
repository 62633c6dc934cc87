#include "tests/crash/kill9/topic_traffic.hpp"

#include <string>

#include "tests/crash/broker_process.hpp"
#include "tests/crash/kill9/actor_thread.hpp"
#include "tests/crash/kill9/refusals.hpp"
#include "tests/crash/kill9/traffic.hpp"

namespace tern::crash {
namespace {

using namespace std::chrono_literals;

/// The subscriber of the ticker is there in one round of so many: what it misses meanwhile is more than is kept.
constexpr std::uint64_t rounds_between = 3;

void make_topic(WireClient& client, const std::string& topic, const TopicSettings& settings) {
    require_ok(client.execute([&](std::uint64_t id) { return detail::create_topic(id, topic, settings, {}); }),
               "a topic");
    client.create_queue(queue_behind(topic), {false, visibility.count(), -1});
    require_ok(client.await()->status(), "the queue behind a topic");
    SubscriptionSettings all;
    all.raw = true;
    require_ok(
        client.execute([&](std::uint64_t id) { return detail::add_subscription(id, topic, queue_behind(topic), all); }),
        "the subscription of a queue");
}

/// All that a topic has.
TopicContents read_contents(WireClient& client, const std::string& topic) {
    const auto told = client.execute([&](std::uint64_t id) { return detail::describe_topic(id, topic); });
    require_ok(told, "a question for a topic");
    TopicContents contents{{told.value().epoch, told.value().end_offset}, told.value().start_offset, {}, {}};
    for (auto offset = contents.start_offset; offset < contents.end.offset;) {
        HistoryOptions how;
        how.from = FromOffset{offset, {}};
        how.publications_max = 1000;
        const auto piece =
            client.execute([&](std::uint64_t id) { return detail::read_history(id, pattern_of(topic), how); });
        require_ok(piece, "a history");
        for (const auto& each : piece.value().publications)
            contents.publications.push_back({each.offset.value_or(0), each.data});
        if (piece.value().next_offset <= offset) throw TestFailure("the history of " + topic + " cannot be read");
        offset = piece.value().next_offset;
    }
    return contents;
}

}  // namespace

void make_topics(std::uint16_t port) {
    WireClient client(port);
    make_topic(client, news_topic, {.history_publications = 0, .history_bytes = 0});
    make_topic(client, ticker_topic, {.history_publications = ticker_publications_max});
    client.create_queue(empty_queue, {false, visibility.count(), -1});
    require_ok(client.await()->status(), "a queue for nothing");
}

TopicCast::TopicCast(TopicLedger& ledger, std::uint64_t seed)
    : ledger_(ledger),
      news_subscriber_(ledger, news_topic),
      ticker_subscriber_(ledger, ticker_topic) {
    const std::vector<TopicLedger::Lane> lanes = {
        {news_topic, "a", true}, {news_topic, "b", false}, {ticker_topic, "c", true}, {ticker_topic, "d", false}};
    for (const auto& lane : lanes) publishers_.emplace_back(ledger, lane, seed + publishers_.size());
    for (std::uint64_t i = 0; i < 2; ++i) members_.emplace_back(ledger, seed + i);
    for (const auto* topic : {news_topic, ticker_topic}) readers_.emplace_back(ledger, topic);
}

void TopicCast::start(std::uint16_t port, std::vector<std::jthread>& threads) {
    if (!begun_) {
        WireClient client(port);
        members_.front().begin(client);
        begun_ = true;
    }
    const auto keep_at_work = [&](auto& actor) {
        start_thread(threads, port, [&actor](WireClient& client) {
            for (actor.begin(client);;) actor.work(client);
        });
    };
    for (auto& publisher : publishers_) keep_at_work(publisher);
    for (auto& member : members_) keep_at_work(member);
    keep_at_work(news_subscriber_);
    if (rounds_++ % rounds_between == 0) keep_at_work(ticker_subscriber_);
    for (auto& reader : readers_) {
        start_thread(threads, port, [&reader](WireClient& client) {
            for (;;) reader.work(client, 50ms);
        });
    }
}

void TopicCast::finish(std::uint16_t port) {
    WireClient client(port);
    for (auto& publisher : publishers_) publisher.begin(client);
    finish_durable(port);
    for (auto& reader : readers_) reader.finish(client);
    finish_topic(port, news_subscriber_, {});
    finish_topic(port, ticker_subscriber_, ticker_publications_max);
    ledger_.judge_durable(news_topic);
}

void TopicCast::finish_durable(std::uint16_t port) {
    WireClient client(port);
    members_.front().finish(client);
}

void TopicCast::finish_topic(std::uint16_t port, LiveSubscriber& subscriber,
                             std::optional<std::uint64_t> publications_max) {
    WireClient reader(port);
    auto contents = read_contents(reader, subscriber.topic());
    contents.publications_max = publications_max;
    WireClient client(port);
    subscriber.begin(client);
    subscriber.finish(client, contents.end.offset);
    ledger_.found(subscriber.topic(), contents);
}

}  // namespace tern::crash
