#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <random>
#include <string>
#include <thread>

#include "tern/blocking_client.hpp"
#include "tern/blocking_stream_consumer.hpp"
#include "tern/transaction.hpp"
#include "tests/unit/client/status_of.hpp"
#include "tests/unit/client/ternd_process.hpp"

/// Transactions against the real broker.
namespace tern {

using namespace std::chrono_literals;

namespace {

ClientOptions options_for(const TerndProcess& ternd) {
    ClientOptions options{.server = ternd.address(), .application = "transactions"};
    options.backoff_first = 5ms;
    options.backoff_max = 50ms;
    return options;
}

std::vector<NewRecord> events(int from, int to) {
    std::vector<NewRecord> records;
    for (int i = from; i < to; ++i) records.push_back({.key = std::to_string(i), .value = "signed up"});
    return records;
}

}  // namespace

TEST_CASE("all steps of a transaction happen, or none") {
    TerndProcess ternd;
    BlockingClient client(options_for(ternd));
    client.create_queue("jobs");
    client.create_queue("done");
    client.create_stream("events", {.partitions = 2});
    client.send("jobs", {.body = "job"});
    const auto job = client.receive("jobs", {.wait = 5s}).at(0);
    Transaction refused;
    refused.send("done", {.body = "done"}).append("events", 0, events(0, 3)).send("nowhere", {.body = "x"});
    Transaction accepted;
    accepted.delete_message("jobs", job.receipt_handle)
        .send("done", {.body = "done"})
        .append("events", 1, events(0, 3));

    CHECK_EQ(status_of([&] { refused.commit(client); }), Status::queue_does_not_exist);
    CHECK_EQ(client.describe_queue("done").counts.visible, 0);
    CHECK_EQ(client.describe_stream("events").partitions.at(0).end_offset, 0);
    const auto results = accepted.commit(client);

    CHECK_EQ(results.appends.at(0).at(0).base_offset, 0);
    CHECK_EQ(client.describe_queue("done").counts.visible, 1);
    CHECK_EQ(client.describe_queue("jobs").counts.in_flight, 0);
    CHECK_EQ(client.describe_stream("events").partitions.at(1).end_offset, 3);
    CHECK_EQ(status_of([&] { Transaction().commit(client); }), Status::transaction_empty);
}

TEST_CASE("every event makes exactly one job, however often broker and consumer go away") {
    constexpr int count = 600;
    TerndProcess ternd;
    BlockingClient client(options_for(ternd));
    client.create_queue("jobs");
    client.create_stream("events", {.partitions = 2});
    Transaction()
        .append("events", 0, events(0, count / 2))
        .append("events", 1, events(count / 2, count))
        .commit(client);
    std::minstd_rand random(11);
    std::atomic<int> jobs = 0;
    std::atomic<bool> restarting = true;
    std::thread working([&] {
        while (jobs < count) {
            BlockingClient worker(options_for(ternd));
            StreamConsumerOptions reading;
            reading.group = "job-maker";
            reading.streams = {"events"};
            reading.instance = "job-maker-1";
            reading.commit_automatically = false;
            BlockingStreamConsumer consumer(worker, reading);
            // It goes away in the middle after some transactions, with one perhaps under way.
            for (int transactions = 0; transactions < 7 && jobs < count; ++transactions) {
                try {
                    const auto polled = consumer.poll(7, 200ms);
                    if (polled.empty()) continue;
                    Transaction transaction;
                    for (const auto& event : polled) transaction.send("jobs", {.body = event.key.value()});
                    transaction.commit_offsets(consumer.asynchronous(), polled);
                    transaction.commit(worker);
                } catch (const Error&) {
                    if (status_of([&] { consumer.rejoin(); }) != Status::ok) break;
                }
                int committed = 0;
                try {
                    for (const auto& offset : worker.fetch_offsets("job-maker")) {
                        committed += static_cast<int>(offset.offset.value_or(0));
                    }
                    jobs = committed;
                    jobs.notify_one();
                } catch (const Error&) {
                    continue;
                }
            }
        }
        restarting = false;
        jobs = count + 1;
        jobs.notify_one();
    });
    while (restarting) {
        auto made = jobs.load();
        const auto until = made + static_cast<int>(random() % 120) + 1;
        while (restarting && made < until) {
            jobs.wait(made);
            made = jobs;
        }
        if (!restarting) break;
        ternd.kill();
        ternd.restart();
    }
    working.join();

    std::map<std::string, int> times;
    while (true) {
        const auto messages = client.receive("jobs", {.messages_max = 10, .wait = 0s});
        if (messages.empty()) break;
        for (const auto& message : messages) ++times[message.body];
    }
    CHECK_EQ(times.size(), count);
    for (const auto& [job, made] : times) {
        CAPTURE(job);
        CHECK_EQ(made, 1);
    }
}

}  // namespace tern
