#include "tests/crash/kill9/stream_traffic.hpp"

#include <fmt/format.h>

#include "tests/crash/broker_process.hpp"
#include "tests/crash/kill9/actor_thread.hpp"
#include "tests/crash/kill9/traffic.hpp"

namespace tern::crash {
namespace {

using namespace std::chrono_literals;

/// More than a received message is out of sight, so that none is left.
constexpr auto last_wait = visibility + 1000ms;

void make_stream(WireClient& client, const std::string& name, std::uint32_t partitions) {
    const StreamSettings settings{.partitions = static_cast<std::int32_t>(partitions)};
    const auto made = client.execute([&](std::uint64_t id) { return detail::create_stream(id, name, settings); });
    if (!made.has_value()) throw TestFailure("the stream " + name + " could not be made");
}

/// All that is in a partition.
std::vector<ReadRecord> read_all(WireClient& client, const PartitionKey& key) {
    std::vector<ReadRecord> all;
    for (std::uint64_t offset = 0;;) {
        const auto fetched = client.execute([&](std::uint64_t id) {
            return detail::fetch(id, {{key.stream, key.partition, offset}}, {});
        });
        const auto records = records_in(fetched.value().front().batches);
        if (!fetched.value().front().ok()) throw TestFailure("the stream " + key.stream + " cannot be read");
        if (records.empty()) return all;
        all.insert(all.end(), records.begin(), records.end());
        offset = records.back().offset + 1;
    }
}

/// Takes all that is in a queue.
std::vector<std::string> take_all(WireClient& client, const QueueName& queue) {
    std::vector<std::string> bodies;
    ReceiveOptions how;
    how.messages_max = 10;
    how.wait = last_wait;
    for (;;) {
        const auto received = client.execute([&](std::uint64_t id) { return detail::receive(id, queue, how); });
        if (received.value().empty()) return bodies;
        std::vector<std::string> handles;
        for (const auto& message : received.value()) {
            bodies.push_back(message.body);
            handles.push_back(message.receipt_handle);
        }
        client.execute([&](std::uint64_t id) { return detail::delete_batch(id, queue, handles); });
    }
}

}  // namespace

void make_streams(std::uint16_t port) {
    WireClient client(port);
    for (const auto* queue : {made_queue, intake_queue}) {
        client.create_queue(queue, {false, visibility.count(), -1});
        if (client.await()->status() != 0) throw TestFailure("a queue could not be made");
    }
    make_stream(client, log_stream, log_partitions);
    make_stream(client, orders_stream, 1);
    make_stream(client, moved_stream, 1);
}

StreamCast::StreamCast(StreamLedger& ledger, std::uint64_t seed) : ledger_(ledger), order_worker_(ledger) {
    for (std::uint64_t i = 0; i < 3; ++i)
        producers_.emplace_back(ledger, ProducerTraits{fmt::format("p{}", i), log_stream, log_partitions}, seed + i);
    producers_.emplace_back(ledger, ProducerTraits{"orders", orders_stream, 1, 1}, seed + 9);
    for (const auto* instance : {"one", "two"}) consumers_.emplace_back(ledger, instance);
}

void StreamCast::start(std::uint16_t port, std::vector<std::jthread>& threads) {
    for (auto& producer : producers_) {
        start_thread(threads, port, [&producer](WireClient& client) {
            for (producer.begin(client);;) producer.work(client);
        });
    }
    for (auto& consumer : consumers_) {
        start_thread(threads, port, [&consumer](WireClient& client) {
            for (consumer.begin(client);;) consumer.work(client);
        });
    }
    start_thread(threads, port, [this](WireClient& client) {
        for (order_worker_.begin(client);;) order_worker_.work(client);
    });
    start_thread(threads, port, [this](WireClient& client) {
        for (;;) {
            mover_.send(client);
            mover_.move(client, 0ms);
        }
    });
}

void StreamCast::finish(std::uint16_t port) {
    WireClient client(port);
    for (auto& producer : producers_) producer.begin(client);
    for (auto& consumer : consumers_) consumer.begin(client);
    finish_orders(client);
    finish_moving(client);
    for (std::uint32_t i = 0; i < log_partitions; ++i) {
        ledger_.found({log_stream, i}, read_all(client, {log_stream, i}));
        committed_offset(client, ledger_, {"consumers", {log_stream, i}});
    }
}

void StreamCast::finish_orders(WireClient& client) {
    for (order_worker_.begin(client); order_worker_.work(client);) {
    }
    const PartitionKey orders{orders_stream, 0};
    const auto records = read_all(client, orders);
    ledger_.found(orders, records);
    std::set<std::string> names;
    for (const auto& record : records) names.insert(record.value.substr(0, record.value.find('|')));
    ledger_.made(names, {}, take_all(client, made_queue));
}

void StreamCast::finish_moving(WireClient& client) {
    while (mover_.move(client, last_wait)) {
    }
    std::vector<std::string> moved;
    for (const auto& record : read_all(client, {moved_stream, 0})) moved.push_back(record.value);
    ledger_.made(mover_.sent(), mover_.perhaps_sent(), moved);
}

}  // namespace tern::crash
