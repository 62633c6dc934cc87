#include "tests/crash/kill9/traffic.hpp"

#include <fmt/format.h>

#include <array>
#include <exception>
#include <limits>
#include <utility>

#include "broker/base/random_source.hpp"
#include "tests/crash/broker_process.hpp"
#include "tests/crash/kill9/refusals.hpp"
#include "tests/crash/wire_client.hpp"

namespace tern::crash {
namespace {

using std::chrono::steady_clock;

const std::array<std::string, 4> queues = {"jobs", "mails", "orders.fifo", "events.fifo"};
constexpr std::int64_t poll_ms = 3000;

struct Held {
    std::string body;
    std::string receipt_handle;
};

/// One receive, noted in the ledger.
std::vector<Held> receive(WireClient& client, Ledger& ledger, const TestReceive& wanted) {
    const auto asked = steady_clock::now();
    client.receive(wanted);
    const auto reply = client.await();
    const auto answered = steady_clock::now();
    require_ok(reply->status(), "a receive");

    std::vector<Held> held;
    std::vector<Delivery> deliveries;
    const auto* messages = reply->body_as_Messages()->messages();
    for (flatbuffers::uoffset_t i = 0; messages && i < messages->size(); ++i) {
        const auto* message = messages->Get(i);
        const std::string body(reinterpret_cast<const char*>(message->body()->data()), message->body()->size());
        deliveries.push_back({body, message->sequence()});
        held.push_back({body, message->receipt_handle()->str()});
    }
    ledger.received(wanted.queue, deliveries, asked, answered);
    return held;
}

void remove(WireClient& client, Ledger& ledger, const std::string& queue, const std::vector<Held>& held) {
    std::vector<std::string> handles;
    for (const auto& one : held) {
        ledger.delete_asked(one.body);
        handles.push_back(one.receipt_handle);
    }
    client.remove(queue, handles);
    const auto reply = client.await();
    require_ok(reply->status(), "a delete");
    const auto at = steady_clock::now();
    const auto* results = reply->body_as_EntryResults()->results();
    for (flatbuffers::uoffset_t i = 0; i < held.size(); ++i) {
        // A receipt of a FIFO queue may have expired meanwhile: then nothing was deleted.
        if (!results || results->Get(i)->status() == 0) ledger.delete_acknowledged(held[i].body, at);
    }
}

}  // namespace

void make_queues(std::uint16_t port) {
    WireClient client(port);
    for (const auto& queue : queues) {
        client.create_queue(queue, {queue.ends_with(".fifo"), visibility.count(), -1});
        require_ok(client.await()->status(), "a new queue");
    }
}

/// One connection and what it does.
class Traffic::Client {
public:
    Client(Traffic& traffic, std::uint64_t seed)
        : ledger_(traffic.ledger_),
          answers_(traffic.answers_),
          random_(seed),
          client_(traffic.port_) {}

    void send(const std::string& queue, const std::vector<std::string>& groups, std::size_t batch_max) {
        std::vector<TestMessage> messages(1 + random_.below(batch_max));
        for (auto& message : messages) {
            if (!groups.empty()) message.group = groups[random_.below(groups.size())];
            const auto filler = random_.below(10) == 0 ? random_.below(20'000) : random_.below(200);
            message.body = ledger_.new_message(queue, message.group, filler);
        }
        client_.send(queue, messages);
        const auto reply = client_.await();
        require_ok(reply->status(), "a send");
        const auto* results = reply->body_as_SendResults()->results();
        for (flatbuffers::uoffset_t i = 0; i < messages.size(); ++i) {
            require_ok(results->Get(i)->status(), "a message");
            ledger_.acknowledged(messages[i].body);
        }
        count();
    }

    void work(const std::string& queue, std::uint32_t messages_max) {
        const auto held = receive(client_, ledger_, {queue, messages_max, -1, poll_ms});
        count();
        // Sometimes a worker fails, and its messages come back.
        if (held.empty() || random_.below(10) == 0) return;
        if (random_.below(3) == 0) {
            for (const auto& one : held) {
                remove(client_, ledger_, queue, {one});
                count();
            }
        } else {
            remove(client_, ledger_, queue, held);
            count();
        }
    }

private:
    void count() {
        ++answers_;
        answers_.notify_all();
    }

    Ledger& ledger_;
    std::atomic<std::uint64_t>& answers_;
    SeededRandom random_;
    WireClient client_;
};

Traffic::Traffic(std::uint16_t port, std::uint64_t seed, Ledger& ledger) : port_(port), seed_(seed), ledger_(ledger) {
    const auto groups = [this](int sender) {
        // A group's messages are sent by one client, one batch after the other: their order is known.
        return std::vector<std::string>{fmt::format("g{}-{}-a", seed_, sender), fmt::format("g{}-{}-b", seed_, sender)};
    };
    start([](Client& client) { client.send("jobs", {}, 1); });
    start([](Client& client) { client.send("jobs", {}, 10); });
    start([](Client& client) { client.send("mails", {}, 10); });
    start([mine = groups(1)](Client& client) { client.send("orders.fifo", mine, 3); });
    start([mine = groups(2)](Client& client) { client.send("orders.fifo", mine, 1); });
    start([mine = groups(3)](Client& client) { client.send("events.fifo", mine, 10); });
    for (int i = 0; i < 2; ++i) {
        start([](Client& client) { client.work("jobs", 10); });
        start([](Client& client) { client.work("orders.fifo", 5); });
    }
    start([](Client& client) { client.work("mails", 10); });
    start([](Client& client) { client.work("events.fifo", 10); });
}

Traffic::~Traffic() = default;

void Traffic::start(auto work) {
    clients_.emplace_back([this, work, seed = seed_ * 100 + clients_.size()] {
        try {
            Client client(*this, seed);
            for (;;) work(client);
        } catch (const ConnectionLost&) {
            // The broker is gone: that is what this is about. Nobody waits for further answers then.
            answers_ = std::numeric_limits<std::uint64_t>::max() / 2;
            answers_.notify_all();
        }
    });
}

void Traffic::wait_for_answers(std::uint64_t count) const {
    for (auto seen = answers_.load(); seen < count; seen = answers_.load()) answers_.wait(seen);
}

void drain_queues(std::uint16_t port, Ledger& ledger) {
    ledger.begin_drain();
    std::vector<std::exception_ptr> failures(queues.size());
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < queues.size(); ++i) {
            threads.emplace_back([&, i] {
                try {
                    WireClient client(port);
                    for (;;) {
                        const auto held = receive(client, ledger, {queues[i], 10, -1, poll_ms});
                        if (held.empty()) return;
                        remove(client, ledger, queues[i], held);
                    }
                } catch (...) {
                    failures[i] = std::current_exception();
                }
            });
        }
    }
    for (const auto& failure : failures) {
        if (failure) std::rethrow_exception(failure);
    }
}

}  // namespace tern::crash
