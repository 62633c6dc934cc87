#include "tools/bench/store_loop.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tools/bench/bare_store.hpp"
#include "tools/bench/big_endian.hpp"
#include "tools/bench/clock.hpp"
#include "tools/bench/interruption.hpp"

namespace tern::bench {

namespace {

constexpr std::size_t header_bytes = 64;
constexpr std::size_t receive_state_bytes = 28;
constexpr std::size_t counter_bytes = 64;
constexpr std::uint64_t visibility_timeout_ms = 30'000;
constexpr std::uint64_t fill_per_commit = 20'000;

/// The tables, in the order in which they are opened.
enum QueueTable : std::size_t { messages, schedule, counters };

/// storage, sequence
using MessageKey = std::array<char, 12>;
/// storage, available at, sequence
using ScheduleKey = std::array<char, 20>;

MessageKey message_key(std::uint32_t queue, std::uint64_t sequence) {
    MessageKey key;
    store_big(key.data(), queue);
    store_big(key.data() + 4, sequence);
    return key;
}

ScheduleKey schedule_key(std::uint32_t queue, std::uint64_t available_at, std::uint64_t sequence) {
    ScheduleKey key;
    store_big(key.data(), queue);
    store_big(key.data() + 4, available_at);
    store_big(key.data() + 12, sequence);
    return key;
}

template <class Key>
std::string_view view(const Key& key) {
    return {key.data(), key.size()};
}

}  // namespace

struct StoreLoop::State {
    State(const std::filesystem::path& folder, const StoreLoopShape& given)
        : shape(given),
          store(folder, {"queue_messages", "queue_schedule", "queue_counters"}),
          message(header_bytes + shape.body_bytes, 'x'),
          next_sequence(shape.queues, 1) {}

    void send(std::uint32_t queue, std::uint64_t now) {
        const auto sequence = next_sequence[queue]++;
        store.put(messages, view(message_key(queue, sequence)), message);
        store.put(schedule, view(schedule_key(queue, now, sequence)), {});
    }

    /// Appends what was received to `received`; false when the queue has nothing.
    bool receive(std::uint32_t queue, std::uint64_t now) {
        const auto first = schedule_key(queue, 0, 0), last = schedule_key(queue, now, UINT64_MAX);
        if (!store.take_first(schedule, view(first), view(last), found)) return false;

        ScheduleKey moved;
        std::memcpy(moved.data(), found.data(), moved.size());
        store_big(moved.data() + 4, now + visibility_timeout_ms);
        store.put(schedule, view(moved), std::string_view(message).substr(0, receive_state_bytes));
        // An answer owns its bytes, so they are copied.
        answer.assign(store.get(messages, view(key_of_message(moved))));
        received.push_back(moved);
        return true;
    }

    void remove(const ScheduleKey& scheduled) {
        store.erase(schedule, view(scheduled));
        store.erase(messages, view(key_of_message(scheduled)));
    }

    static MessageKey key_of_message(const ScheduleKey& scheduled) {
        MessageKey key;
        std::memcpy(key.data(), scheduled.data(), 4);
        std::memcpy(key.data() + 4, scheduled.data() + 12, 8);
        return key;
    }

    void count(std::uint32_t queue) {
        std::array<char, 4> key;
        store_big(key.data(), queue);
        store.put(counters, view(key), std::string_view(message).substr(0, counter_bytes));
    }

    void fill(std::uint64_t wanted);
    std::uint64_t commit_once(std::uint64_t requests, std::uint64_t now);

    StoreLoopShape shape;
    BareStore store;
    std::string message;
    std::string answer;
    std::string found;
    std::vector<std::uint64_t> next_sequence;
    /// Received and not yet deleted, oldest first.
    std::vector<ScheduleKey> received;
    std::vector<ScheduleKey> to_remove;
    /// Where the next requests go: queues are used in turn, by sends and receives alike.
    std::uint64_t sends_made = 0, receives_made = 0;
    /// Messages in the queues that have not been received.
    std::uint64_t waiting = 0;
    std::uint64_t clock_ms = 1'000'000;
};

void StoreLoop::State::fill(std::uint64_t wanted) {
    while (waiting < wanted) {
        store.begin();
        for (std::uint64_t i = 0; i < fill_per_commit && waiting < wanted; ++i, ++waiting)
            send(static_cast<std::uint32_t>(sends_made++ % shape.queues), clock_ms);
        store.commit();
        stop_if_interrupted();
    }
}

/// One transaction with so many requests of each kind; returns the messages that are done with.
std::uint64_t StoreLoop::State::commit_once(std::uint64_t requests, std::uint64_t now) {
    store.begin();
    to_remove.swap(received);
    received.clear();
    const auto sends_before = sends_made, receives_before = receives_made;

    if (shape.mix != Mix::receive_delete)
        for (std::uint64_t request = 0; request < requests; ++request, ++sends_made)
            for (std::size_t i = 0; i < shape.batch; ++i, ++waiting)
                send(static_cast<std::uint32_t>(sends_made % shape.queues), now);
    if (shape.mix != Mix::send)
        for (std::uint64_t request = 0; request < requests; ++request, ++receives_made)
            for (std::size_t i = 0; i < shape.batch; ++i)
                if (receive(static_cast<std::uint32_t>(receives_made % shape.queues), now)) --waiting;
    for (const auto& scheduled : to_remove) remove(scheduled);

    const auto touched = std::max(sends_made - sends_before, receives_made - receives_before);
    const auto first = shape.mix == Mix::receive_delete ? receives_before : sends_before;
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(touched, shape.queues); ++i)
        count(static_cast<std::uint32_t>((first + i) % shape.queues));
    store.commit();
    return shape.mix == Mix::send ? requests * shape.batch : to_remove.size();
}

StoreLoop::StoreLoop(const std::filesystem::path& folder, const StoreLoopShape& shape)
    : state_(std::make_unique<State>(folder, shape)) {
    state_->fill(shape.backlog);
}

StoreLoop::~StoreLoop() = default;

StoreLoopResult StoreLoop::run(double seconds, double messages_per_commit) {
    auto& state = *state_;
    const auto batch = static_cast<double>(state.shape.batch);
    const auto requests = static_cast<std::uint64_t>(std::max(1.0, std::round(messages_per_commit / batch)));
    if (state.shape.mix == Mix::receive_delete) state.fill(state.shape.backlog);
    state.commit_once(requests, ++state.clock_ms);  // so that the first measured commit has something to delete

    StoreLoopResult result;
    const auto began_at = Clock::now();
    const auto until = began_at + as_duration(seconds);
    auto now = began_at;
    while (now < until) {
        const auto done = state.commit_once(requests, ++state.clock_ms);
        if (done == 0) break;
        result.messages += done;
        ++result.commits;
        now = Clock::now();
    }
    result.seconds = seconds_between(began_at, now);
    stop_if_interrupted();
    return result;
}

StoreLoop::Rows StoreLoop::rows() const {
    auto& store = state_->store;
    store.begin();
    const Rows rows{store.rows(messages), store.rows(schedule), store.rows(counters), state_->received.size()};
    store.abort();
    return rows;
}

}  // namespace tern::bench
