#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <set>
#include <thread>

#include "tern/blocking_client.hpp"
#include "tern/consumer.hpp"
#include "tern/sender.hpp"
#include "tests/unit/client/status_of.hpp"
#include "tests/unit/client/ternd_process.hpp"

/// The client against the real broker.
namespace tern {

using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

struct EndToEnd {
    TerndProcess ternd;
    BlockingClient client{ClientOptions{.server = ternd.address(), .application = "end to end"}};

    ReceivedMessage receive_one(const QueueName& queue) {
        auto messages = client.receive(queue, {.wait = 5s});
        REQUIRE_EQ(messages.size(), 1);
        return std::move(messages.front());
    }
};

}  // namespace

TEST_CASE_FIXTURE(EndToEnd, "a message is sent, received and deleted, with all that belongs to it") {
    CHECK(client.create_queue("orders").created);
    CHECK_FALSE(client.create_queue("orders").created);
    NewMessage message{.body = std::string("\x00hello\xff", 7)};
    message.attributes = {{"kind", "String", "greeting"}, {"bytes", "Binary", std::string("\x00\x01", 2)}};

    const auto sent = client.send("orders", message);
    const auto received = receive_one("orders");

    CHECK(received.id == sent.id);
    CHECK_EQ(received.body, message.body);
    CHECK_EQ(received.attributes.size(), 2);
    CHECK_EQ(received.receive_count, 1);
    CHECK_EQ(client.describe_queue("orders").counts.in_flight, 1);
    client.delete_message("orders", received.receipt_handle);
    const auto counts = client.describe_queue("orders").counts;
    CHECK_EQ(counts.in_flight + counts.visible + counts.delayed, 0);
}

TEST_CASE_FIXTURE(EndToEnd, "queues are listed, changed, tagged, purged and deleted") {
    client.create_queue("dead");
    QueueSettings settings;
    settings.visibility_timeout = 90s;
    settings.redrive_policy = RedrivePolicy{"dead", 3};
    client.create_queue("orders", settings, {{"team", "blue"}});

    client.set_queue("orders", {.delay = 2s});
    client.tag_queue("orders", {{"city", "Bern"}});
    client.untag_queue("orders", {"team"});
    const auto queue = client.describe_queue("orders");
    CHECK(queue.settings.delay == 2s);
    CHECK(queue.settings.visibility_timeout == 90s);
    CHECK(queue.settings.redrive_policy == RedrivePolicy{"dead", 3});
    CHECK(queue.tags == std::vector<Tag>{{"city", "Bern"}});
    CHECK(client.list_dead_letter_sources("dead").names == std::vector<std::string>{"orders"});
    CHECK(client.describe_queue("dead").dead_letter_sources == std::vector<std::string>{"orders"});

    const auto first = client.list_queues({.entries_max = 1});
    REQUIRE_EQ(first.queues.size(), 1);
    CHECK_EQ(first.queues[0].name, "dead");
    const auto second = client.list_queues({.entries_max = 1, .page_token = first.next_page_token});
    CHECK_EQ(second.queues.at(0).name, "orders");

    client.send("orders", {.body = "x", .delay = 0s});
    client.purge_queue("orders");
    CHECK_EQ(client.describe_queue("orders").counts.visible, 0);
    client.delete_queue("orders");
    CHECK_EQ(status_of([&] { client.describe_queue("orders"); }), Status::queue_does_not_exist);
}

TEST_CASE_FIXTURE(EndToEnd, "a peek shows messages and disturbs nothing") {
    client.create_queue("orders");
    client.send_batch("orders", {{.body = "one"}, {.body = "two"}, {.body = "later", .delay = 60s}});

    const auto visible = client.peek("orders");
    const auto all = client.peek("orders", {.delayed = true});

    REQUIRE_EQ(visible.size(), 2);
    CHECK(visible[0].receipt_handle.empty());
    CHECK_EQ(all.size(), 3);
    CHECK_EQ(receive_one("orders").receive_count, 1);
}

TEST_CASE_FIXTURE(EndToEnd, "a batch of a thousand tells each entry's result") {
    client.create_queue("orders");
    std::vector<NewMessage> messages(1000, NewMessage{.body = "x"});
    messages[500].body.clear();

    const auto results = client.send_batch("orders", messages);

    REQUIRE_EQ(results.size(), 1000);
    CHECK_EQ(results[500].status, Status::message_body_missing);
    CHECK_EQ(std::count_if(results.begin(), results.end(), [](const auto& result) { return result.ok(); }), 999);
    messages.emplace_back();
    CHECK_EQ(status_of([&] { client.send_batch("orders", messages); }), Status::batch_too_long);
}

TEST_CASE_FIXTURE(EndToEnd, "a body of 16 MiB goes through where the queue allows it") {
    client.create_queue("large", {.message_bytes_max = 16 << 20});
    std::string body(16u << 20, 'a');
    for (std::size_t i = 0; i < body.size(); i += 4096) body[i] = static_cast<char>('a' + i / 4096 % 26);

    client.send("large", {.body = body});
    const auto received = receive_one("large");

    CHECK(received.body == body);
    client.create_queue("small");
    CHECK_EQ(status_of([&] { client.send("small", {.body = body}); }), Status::message_too_large);
}

TEST_CASE_FIXTURE(EndToEnd, "a long poll is answered by the send that feeds it") {
    client.create_queue("orders");
    auto waiting = client.asynchronous().receive("orders", {.wait = 20s}, asio::use_future);
    while (client.broker_status().waiting_receives == 0) std::this_thread::yield();

    client.send("orders", {.body = "at last"});

    const auto messages = waiting.get();
    REQUIRE(messages.has_value());
    CHECK_EQ(messages->at(0).body, "at last");
}

TEST_CASE_FIXTURE(EndToEnd, "a cancelled long poll ends at once and takes no message with it") {
    client.create_queue("orders");
    asio::cancellation_signal signal;
    std::promise<Outcome<std::vector<ReceivedMessage>>> ended;
    auto done = [&ended](Outcome<std::vector<ReceivedMessage>> outcome) { ended.set_value(std::move(outcome)); };
    client.asynchronous().receive("orders", {.wait = 20s},
                                  asio::bind_cancellation_slot(signal.slot(), std::move(done)));
    while (client.broker_status().waiting_receives == 0) std::this_thread::yield();

    signal.emit(asio::cancellation_type::all);
    const auto outcome = ended.get_future().get();
    client.send("orders", {.body = "for somebody else"});

    CHECK_EQ(outcome.error().status(), Status::cancelled);
    CHECK_EQ(receive_one("orders").receive_count, 1);
}

TEST_CASE_FIXTURE(EndToEnd, "a client that hangs up during a long poll takes no message with it") {
    client.create_queue("orders");
    {
        BlockingClient leaving({.server = ternd.address()});
        leaving.asynchronous().receive("orders", {.wait = 20s}, asio::use_future);
        while (client.broker_status().waiting_receives == 0) std::this_thread::yield();
    }
    while (client.broker_status().waiting_receives != 0) std::this_thread::yield();

    client.send("orders", {.body = "x"});

    CHECK_EQ(receive_one("orders").receive_count, 1);
}

TEST_CASE_FIXTURE(EndToEnd, "messages move back from a dead-letter queue") {
    client.create_queue("dead");
    client.create_queue("orders", {.redrive_policy = RedrivePolicy{"dead", 1}});
    client.send("dead", {.body = "x"});

    const auto started = client.start_move("dead", {.destination = "orders"});

    CHECK_FALSE(started.task.empty());
    CHECK_EQ(receive_one("orders").body, "x");
    while (client.list_moves("dead").at(0).status == MoveStatus::running) std::this_thread::yield();
    CHECK_EQ(client.list_moves("dead").at(0).moved, 1);
    CHECK_EQ(status_of([&] { client.cancel_move("nonsense"); }), Status::move_task_invalid);
}

TEST_CASE_FIXTURE(EndToEnd, "a backup is written beside the work, into a new folder only") {
    client.create_queue("orders");
    const auto path = (ternd.folder() / "backup").string();

    CHECK_GT(client.backup(path).bytes, 0);
    CHECK(std::filesystem::exists(path));
    CHECK_EQ(status_of([&] { client.backup(path); }), Status::path_invalid);
    CHECK_EQ(status_of([&] { client.backup("relative"); }), Status::path_invalid);
}

TEST_CASE_FIXTURE(EndToEnd, "the broker tells how it is") {
    client.create_queue("orders");
    const auto status = client.broker_status();

    CHECK_FALSE(status.version.empty());
    CHECK_EQ(status.queues, 1);
    CHECK_EQ(status.connections, 1);
    CHECK_EQ(status.storage, "ok");
    CHECK_GT(status.rss_anonymous_bytes, 0);
    CHECK_GE(status.now, status.started_at);
}

TEST_CASE_FIXTURE(EndToEnd, "a sender makes batches under load, and every send has its own outcome") {
    client.create_queue("orders");
    Sender sender(client.asynchronous(), "orders");
    std::vector<std::future<Outcome<Sent>>> sends;
    for (int i = 0; i < 2000; ++i) sends.push_back(sender.send({.body = std::to_string(i)}, asio::use_future));
    sends.push_back(sender.send({.body = ""}, asio::use_future));

    std::set<std::uint64_t> sequences;
    for (int i = 0; i < 2000; ++i) sequences.insert(sends[static_cast<std::size_t>(i)].get()->sequence);

    CHECK_EQ(sequences.size(), 2000);
    CHECK_EQ(sends.back().get().error().status(), Status::message_body_missing);
    CHECK_EQ(client.describe_queue("orders").counts.visible, 2000);
    // Far fewer commits' worth of commands than messages: they were gathered.
    CHECK_LT(client.broker_status().commands_total, 500);
}

TEST_CASE_FIXTURE(EndToEnd, "a consumer deletes what succeeds and lets come back what fails") {
    client.create_queue("orders");
    client.send_batch("orders", std::vector<NewMessage>(30, NewMessage{.body = "good"}));
    client.send("orders", {.body = "bad"});
    std::atomic<int> bad_tries = 0;
    const auto handle = [&bad_tries](ReceivedMessage message) -> asio::awaitable<void> {
        if (message.body == "bad" && ++bad_tries < 3) throw std::runtime_error("not yet");
        co_return;
    };
    ConsumerOptions options{.in_work_max = 20, .wait = 1s, .retry_delay = 0s, .messages_max = 33};
    Consumer consumer(client.asynchronous(), "orders", handle, options);

    const auto outcome = consumer.run(asio::use_future).get();

    CHECK(outcome.has_value());
    CHECK_EQ(bad_tries, 3);
    CHECK_EQ(consumer.counts().succeeded, 31);
    CHECK_EQ(consumer.counts().failed, 2);
    const auto counts = client.describe_queue("orders").counts;
    CHECK_EQ(counts.visible + counts.in_flight, 0);
}

TEST_CASE_FIXTURE(EndToEnd, "a consumer extends the visibility of a message whose handler takes long") {
    client.create_queue("orders");
    client.send("orders", {.body = "slow"});
    asio::thread_pool pool(1);
    std::promise<void> release;
    std::promise<void> begun;
    const auto handle = [&](const ReceivedMessage&) {
        begun.set_value();
        release.get_future().wait();
    };
    ConsumerOptions options{.visibility_timeout = 4s, .messages_max = 1};
    Consumer consumer(client.asynchronous(), "orders", on_thread_pool(pool, handle), options);
    auto run = consumer.run(asio::use_future);
    begun.get_future().wait();

    // Another receiver waits for longer than the visibility timeout, and gets nothing.
    const auto stolen = client.receive("orders", {.wait = 5s});
    release.set_value();

    CHECK(run.get().has_value());
    CHECK(stolen.empty());
    CHECK_EQ(consumer.counts().succeeded, 1);
}

TEST_CASE_FIXTURE(EndToEnd, "a consumer that is stopped gives back what it holds") {
    client.create_queue("orders");
    client.send("orders", {.body = "x"});
    std::promise<void> begun;
    const auto handle = [&begun](ReceivedMessage) -> asio::awaitable<void> {
        begun.set_value();
        asio::steady_timer never(co_await asio::this_coro::executor, std::chrono::steady_clock::time_point::max());
        co_await never.async_wait(asio::use_awaitable);
    };
    Consumer consumer(client.asynchronous(), "orders", handle);
    auto run = consumer.run(asio::use_future);
    begun.get_future().wait();

    consumer.stop(StopMode::give_back);

    CHECK(run.get().has_value());
    CHECK_EQ(consumer.counts().given_back, 1);
    CHECK_EQ(receive_one("orders").receive_count, 2);
}

TEST_CASE_FIXTURE(EndToEnd, "a consumer of a queue that does not exist ends with that error") {
    Consumer consumer(client.asynchronous(), "nowhere", [](ReceivedMessage) -> asio::awaitable<void> { co_return; });

    CHECK_EQ(consumer.run(asio::use_future).get().error().status(), Status::queue_does_not_exist);
}

TEST_CASE_FIXTURE(EndToEnd, "a client outlives a killed broker, and what was acknowledged is there") {
    client.create_queue("orders");
    client.send("orders", {.body = "durable"});

    ternd.kill();
    auto sent = client.asynchronous().send("orders", {.body = "written later"}, asio::use_future);
    ternd.restart();

    CHECK(sent.get().has_value());
    CHECK_EQ(client.describe_queue("orders").counts.visible, 2);
}

}  // namespace tern
