#include <doctest/doctest.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/frontends/deliveries/dispatcher.hpp"
#include "broker/runtime/local_broker.hpp"
#include "broker/store/memory_store.hpp"

using namespace tern;
using namespace tern::deliveries;
using namespace std::chrono_literals;

namespace {

/// Endpoints of a test: what they are sent is kept until the test answers it. On the dispatcher's thread, but for those
/// calls that say otherwise.
class HeldPosts final : public Poster {
public:
    struct Held {
        std::string host;
        Done done;
    };

    void post(Post&& post, Done done) override {
        held.push_back({post.url.host, std::move(done)});
        most_at_once = std::max(most_at_once, held.size());
    }
    Milliseconds patience() const override { return 30s; }
    void call_later(Milliseconds, std::function<void()> call) override { calls.push_back(std::move(call)); }
    void stop() override { stopped = true; }

    std::vector<Held> held;
    std::vector<std::function<void()>> calls;
    std::size_t most_at_once = 0;
    bool stopped = false;
};

/// Tells the broker what to do, and waits for its answer.
class Asker final : public runtime::AnswerReceiver {
public:
    explicit Asker(runtime::IoThread& thread) : thread(thread) {}
    void on_shutdown() override { thread.remove(session); }
    void on_answer(std::uint64_t, engine::Answer&& answer) override { answered.set_value(std::move(answer)); }

    runtime::IoThread& thread;
    std::uint64_t session = 0;
    std::promise<engine::Answer> answered;
};

struct DispatcherFixture {
    explicit DispatcherFixture(DispatcherOptions options = {}) : dispatcher(broker, thread(), poster, options) {
        broker.start();
        on_thread([&] { asker.session = thread().add(asker); });
        REQUIRE_EQ(call(engine::CreateTopic{topic, {}, {}}).status, Errc::ok);
    }
    ~DispatcherFixture() { broker.stop(); }

    runtime::IoThread& thread() { return broker.io_threads()[0]; }
    template <class Work>
    void on_thread(Work work) {
        std::promise<void> done;
        boost::asio::post(thread().context(), [&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }
    engine::Answer call(engine::Command&& command) {
        asker.answered = {};
        auto answer = asker.answered.get_future();
        on_thread([&] { REQUIRE(broker.submit({0, asker.session, 1}, std::move(command), nullptr, 0).has_value()); });
        return answer.get();
    }
    /// Looks again and again, on the thread, which works meanwhile.
    template <class Look>
    void until(Look look) {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        bool seen = false;
        while (!seen && std::chrono::steady_clock::now() < deadline) on_thread([&] { seen = look(); });
        REQUIRE(seen);
    }
    void subscribe(const std::string& host, engine::SubscriptionSettingsChange settings = {}) {
        engine::AddEndpoint command{topic, "http", "http://" + host + "/", std::move(settings), true};
        REQUIRE_EQ(call(std::move(command)).status, Errc::ok);
    }
    void publish(int publications) {
        auto batch = std::make_shared<engine::PublicationBatch>(publications,
                                                                engine::Publication{topic.name, "data", {}, {}, {}});
        REQUIRE_EQ(call(engine::Publish{topic, std::move(batch)}).status, Errc::ok);
    }
    /// The first one held of the host.
    void answer(const std::string& host, Verdict verdict) {
        on_thread([&] {
            const auto found = std::ranges::find(poster.held, host, &HeldPosts::Held::host);
            REQUIRE(found != poster.held.end());
            auto done = std::move(found->done);
            poster.held.erase(found);
            done({verdict, "as the test wants it"});
        });
    }
    engine::SubscriptionDescription only_endpoint() {
        const auto snapshot = memory.begin_read();
        const auto endpoint = engine::list_endpoints(*snapshot, [](std::string_view) { return true; }).at(0);
        return engine::describe_endpoint(*snapshot, endpoint)->subscription;
    }
    std::size_t held(const std::string& host) {
        return static_cast<std::size_t>(std::ranges::count(poster.held, host, &HeldPosts::Held::host));
    }

    const engine::TopicName topic{"", "t"};
    store::MemoryStore memory;
    SeededRandom random{1};
    runtime::Log log;
    runtime::LocalBroker broker{memory, random, log, {}};
    HeldPosts poster;
    Dispatcher dispatcher;
    Asker asker{thread()};
};

struct TightFixture : DispatcherFixture {
    TightFixture() : DispatcherFixture({.in_flight_per_endpoint_max = 2, .in_flight_max = 3}) {}
};

const char* const two_retries_at_once = R"({"healthyRetryPolicy": {"numRetries": 2, "numNoDelayRetries": 2}})";

}  // namespace

TEST_CASE_FIXTURE(DispatcherFixture, "what is published is posted to each endpoint, and deleted once it is delivered") {
    subscribe("a");
    subscribe("b");
    publish(1);

    until([&] { return held("a") == 1 && held("b") == 1; });
    answer("a", Verdict::delivered);
    answer("b", Verdict::delivered);

    until([&] { return broker.metrics().endpoint_deliveries.value() == 2; });
    CHECK_EQ(broker.metrics().endpoint_deliveries_in_flight.value(), 0);
    CHECK_EQ(memory.begin_read()->rows(store::Table::queue_messages), 0);
}

TEST_CASE_FIXTURE(TightFixture, "an endpoint that hangs takes no more than its share, and others go on") {
    subscribe("hangs");
    subscribe("works");
    publish(5);

    until([&] { return held("hangs") == 2 && held("works") > 0; });
    for (int delivered = 0; delivered < 5; ++delivered) {
        until([&] { return held("works") > 0; });
        answer("works", Verdict::delivered);
    }

    until([&] { return broker.metrics().endpoint_deliveries.value() == 5; });
    CHECK_EQ(held("hangs"), 2);
}

TEST_CASE_FIXTURE(DispatcherFixture,
                  "a failure that may pass is tried again, as often as the policy says, then dropped") {
    subscribe("a", {.annotations = {{"DeliveryPolicy", two_retries_at_once}}});
    publish(1);

    for (int attempt = 0; attempt < 3; ++attempt) {
        until([&] { return held("a") == 1; });
        answer("a", Verdict::failed_for_now);
    }

    until([&] { return broker.metrics().endpoint_deliveries_failed.value() == 1; });
    CHECK_EQ(broker.metrics().endpoint_deliveries_retried.value(), 2);
    CHECK_EQ(memory.begin_read()->rows(store::Table::queue_messages), 0);
}

TEST_CASE_FIXTURE(DispatcherFixture, "no more deliveries begin in a second than the throttle policy says") {
    subscribe("a", {.annotations = {{"DeliveryPolicy", R"({"throttlePolicy": {"maxReceivesPerSecond": 2}})"}}});
    subscribe("free");
    publish(5);

    for (const int in_this_second : {2, 2, 1}) {
        for (int delivery = 0; delivery < in_this_second; ++delivery) {
            until([&] { return held("a") > 0; });
            answer("a", Verdict::delivered);
        }
        until([&] { return held("free") == 5 && poster.calls.size() == 1; });
        CHECK_EQ(held("a"), 0);
        on_thread([&] { std::exchange(poster.calls, {}).front()(); });
    }

    until([&] { return broker.metrics().endpoint_deliveries.value() == 5; });
}

TEST_CASE_FIXTURE(DispatcherFixture, "a failure for good goes to the dead-letter queue at once") {
    REQUIRE_EQ(call(engine::CreateQueue{{"", "dead"}, {}, {}}).status, Errc::ok);
    subscribe("a", {.raw = true, .dead_letter_queue = "dead"});
    publish(1);

    until([&] { return held("a") == 1; });
    answer("a", Verdict::failed_for_good);

    engine::ReceiveMessages receive{{"", "dead"}, 1, {}, 20s, {}};
    const auto received = call(std::move(receive));
    CHECK_EQ(std::get<engine::Messages>(received.body).messages.size(), 1);
    until([&] { return broker.metrics().endpoint_deliveries_failed.value() == 1; });
}

TEST_CASE_FIXTURE(DispatcherFixture, "a dead-letter queue that is gone keeps nothing waiting") {
    REQUIRE_EQ(call(engine::CreateQueue{{"", "dead"}, {}, {}}).status, Errc::ok);
    subscribe("a", {.dead_letter_queue = "dead"});
    REQUIRE_EQ(call(engine::DeleteQueue{{"", "dead"}}).status, Errc::ok);
    publish(1);

    until([&] { return held("a") == 1; });
    answer("a", Verdict::failed_for_good);

    until([&] { return broker.metrics().endpoint_deliveries_failed.value() == 1; });
    CHECK_EQ(memory.begin_read()->rows(store::Table::queue_messages), 0);
}

TEST_CASE_FIXTURE(DispatcherFixture, "what is under way at a stop is given back, as if it had not been begun") {
    subscribe("a");
    publish(1);
    until([&] { return held("a") == 1; });

    broker.stop();

    CHECK(poster.stopped);
    const auto seen = engine::peek(*memory.begin_read(), broker.now(), only_endpoint().queue, {});
    REQUIRE(seen.has_value());
    REQUIRE_EQ(seen->messages.size(), 1);
    CHECK_EQ(seen->messages[0].receive_count, 0);
}

TEST_CASE_FIXTURE(DispatcherFixture, "who has unsubscribed is told so, and nothing else any more") {
    subscribe("a");
    publish(1);
    until([&] { return held("a") == 1; });
    answer("a", Verdict::delivered);
    engine::Publication farewell{topic.name, "bye", {}, {}, {}};
    farewell.extras = std::make_shared<const engine::PublicationExtras>(engine::PublicationExtras{.token = "t"});
    const auto subscription = only_endpoint().subscription;

    for (int round = 0; round < 2; ++round)
        call(engine::RemoveSubscription{topic, subscription,
                                        std::make_shared<const engine::PublicationBatch>(1, farewell)});
    publish(1);

    until([&] { return held("a") == 1; });
    answer("a", Verdict::delivered);
    until([&] { return broker.metrics().endpoint_deliveries.value() == 2; });
    CHECK_EQ(poster.most_at_once, 1);
}
