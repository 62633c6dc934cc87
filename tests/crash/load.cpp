#include "tests/crash/load.hpp"

#include <fmt/format.h>

#include <array>
#include <atomic>
#include <deque>
#include <exception>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "broker/base/random_source.hpp"
#include "tests/crash/hours.hpp"
#include "tests/crash/stream_load.hpp"
#include "tests/crash/topic_load.hpp"
#include "tests/crash/wire_client.hpp"

namespace tern::crash {
namespace {

constexpr std::int64_t delay_ms = 300'000;

const std::array<std::string, 5> shared_queues = {"first", "second", "purged", "orders.fifo", "events.fifo"};

bool is_fifo(const std::string& queue) {
    return queue.ends_with(".fifo");
}

/// One connection's part.
class Worker {
public:
    Worker(const LoadOptions& options, std::uint32_t number)
        : options_(options),
          number_(number),
          settings_(fmt::format("settings-{}", number)),
          random_(options.seed * 1000 + number),
          client_(options.port) {}

    void run() {
        make_queue(settings_);
        for (std::uint32_t round = 0; round < options_.rounds; ++round) {
            const auto commands = 1 + random_.below(3);
            for (std::uint64_t i = 0; i < commands; ++i) ask();
            await_all();
        }
    }

private:
    struct Held {
        std::string queue;
        std::string receipt_handle;
    };

    std::int64_t some_hours() { return static_cast<std::int64_t>(1 + random_.below(11)) * hour_ms; }

    void expect(std::uint64_t request, const std::string& received_from = {}) { expected_[request] = received_from; }

    void make_queue(const std::string& name) {
        expect(client_.create_queue(name, {is_fifo(name), some_hours(), 1 << 20}));
    }

    void ask() {
        const auto dice = random_.below(100);
        if (dice < 40) return send(shared_queues[random_.below(shared_queues.size())]);
        if (dice < 65) return receive();
        if (dice < 80) return remove();
        if (dice < 90) return change_visibility();
        if (dice < 93) return come_and_go();
        if (dice < 96) expect(client_.set_visibility(settings_, some_hours()));
        if (dice >= 98) expect(client_.purge("purged"));
    }

    std::string body() {
        auto body = fmt::format("m{}-{}|", number_, messages_++);
        const auto dice = random_.below(20);
        // Mostly tiny; some of a few pages; a few of many, cut into rows of their own.
        const auto size = dice < 14 ? random_.below(200) : dice < 18 ? random_.below(12'000) : random_.below(60'000);
        for (std::uint64_t i = 0; i < size; i += sizeof(std::uint64_t)) {
            const auto word = random_.next();
            body.append(reinterpret_cast<const char*>(&word), sizeof word);
        }
        return body;
    }

    void send(const std::string& queue) {
        std::vector<TestMessage> messages(1 + random_.below(4));
        for (auto& message : messages) {
            message.body = body();
            if (is_fifo(queue)) message.group = fmt::format("group-{}", random_.below(5));
            if (!is_fifo(queue) && random_.below(10) == 0) message.delay_ms = delay_ms;
        }
        expect(client_.send(queue, messages));
    }

    void receive() {
        const auto& queue = shared_queues[random_.below(shared_queues.size())];
        const auto count = static_cast<std::uint32_t>(1 + random_.below(5));
        expect(client_.receive({queue, count, some_hours(), 0}), queue);
    }

    void remove() {
        if (held_.empty()) return;
        const auto held = take();
        expect(client_.remove(held.queue, {held.receipt_handle}));
    }

    void change_visibility() {
        if (held_.empty()) return;
        const auto held = take();
        // A message that is released is anybody's; one that is kept may be changed or deleted later.
        const bool release = random_.below(3) == 0;
        expect(client_.change_visibility(held.queue, {{held.receipt_handle, release ? 0 : some_hours()}}));
        if (!release) kept_.push_back(held);
    }

    /// A queue that lives for a few commands.
    void come_and_go() {
        const auto name = fmt::format("passing-{}-{}", number_, queues_++);
        make_queue(name);
        await_all();
        send(name);
        await_all();
        if (random_.below(3) != 0) expect(client_.delete_queue(name));
    }

    Held take() {
        const auto at = random_.below(held_.size());
        std::swap(held_[at], held_.back());
        const auto held = held_.back();
        held_.pop_back();
        return held;
    }

    void await_all() {
        while (!expected_.empty()) {
            const auto reply = client_.await();
            const auto queue = expected_.at(reply->id());
            expected_.erase(reply->id());
            const auto* messages = reply->body_as_Messages();
            if (!messages || !messages->messages()) continue;
            for (const auto* message : *messages->messages())
                held_.push_back({queue, message->receipt_handle()->str()});
        }
        held_.insert(held_.end(), kept_.begin(), kept_.end());
        kept_.clear();
    }

    const LoadOptions& options_;
    const std::uint32_t number_;
    /// A queue of its own, whose settings it changes.
    const std::string settings_;
    SeededRandom random_;
    WireClient client_;
    std::uint64_t messages_ = 0;
    std::uint64_t queues_ = 0;
    /// Requests that are not answered yet, with the queue that a receive is from.
    std::map<std::uint64_t, std::string> expected_;
    std::vector<Held> held_;
    std::vector<Held> kept_;
};

/// Several at work; what one of them throws is thrown again at the end.
class Threads {
public:
    void start(auto work) {
        auto& failure = failures_.emplace_back();
        threads_.emplace_back([work, &failure] {
            try {
                work();
            } catch (...) {
                failure = std::current_exception();
            }
        });
    }
    void join() {
        for (auto& thread : threads_) thread.join();
    }
    void rethrow() const {
        for (const auto& failure : failures_) {
            if (failure) std::rethrow_exception(failure);
        }
    }

private:
    /// They stay where they are.
    std::deque<std::exception_ptr> failures_;
    std::vector<std::thread> threads_;
};

}  // namespace

void run_load(const LoadOptions& options) {
    {
        WireClient client(options.port);
        for (const auto& queue : shared_queues) {
            client.create_queue(queue, {is_fifo(queue), hour_ms, 1 << 20});
            client.await();
        }
    }
    make_shared_streams(options.port);
    make_shared_topic(options.port);
    std::atomic<bool> done = false;
    Threads watchers;
    for (std::uint32_t i = 0; i < options.watchers; ++i) watchers.start([&, i] { run_watcher(options, i, done); });
    for (std::uint32_t i = 0; i < options.subscribers; ++i) watchers.start([&] { run_subscriber(options, done); });
    watchers.start([&] { run_member(options, done); });
    Threads workers;
    for (std::uint32_t i = 0; i < options.connections; ++i) workers.start([&, i] { Worker(options, i).run(); });
    for (std::uint32_t i = 0; i < options.stream_connections; ++i)
        workers.start([&, i] { run_stream_worker(options, i); });
    for (std::uint32_t i = 0; i < options.publishers; ++i) workers.start([&, i] { run_publisher(options, i); });
    workers.join();
    done = true;
    watchers.join();
    workers.rethrow();
    watchers.rethrow();
}

}  // namespace tern::crash
