#include "tools/bench/store_loop.hpp"

#include <fmt/format.h>
#include <lmdb.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "tools/bench/bench_error.hpp"
#include "tools/bench/clock.hpp"
#include "tools/bench/interruption.hpp"

namespace tern::bench {

namespace {

/// Address space, not memory.
constexpr std::size_t map_bytes = std::size_t{256} << 30;
constexpr std::size_t header_bytes = 64;
constexpr std::size_t receive_state_bytes = 28;
constexpr std::size_t counter_bytes = 64;
constexpr std::uint64_t visibility_timeout_ms = 30'000;
constexpr std::uint64_t fill_per_commit = 20'000;

void check(int error, const char* what) {
    if (error != MDB_SUCCESS) throw BenchError(fmt::format("LMDB: {}: {}.", what, mdb_strerror(error)));
}

template <class T>
void store_big(char* to, T value) {
    static_assert(std::endian::native == std::endian::little);
    if constexpr (sizeof(T) == 4) value = __builtin_bswap32(value);
    if constexpr (sizeof(T) == 8) value = __builtin_bswap64(value);
    std::memcpy(to, &value, sizeof value);
}

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

template <class Bytes>
MDB_val view(Bytes& bytes) {
    return {bytes.size(), const_cast<char*>(bytes.data())};
}

}  // namespace

struct StoreLoop::State {
    explicit State(const StoreLoopShape& given) : shape(given), message(header_bytes + shape.body_bytes, 'x') {
        next_sequence.resize(shape.queues, 1);
    }
    ~State() { mdb_env_close(environment); }

    void open(const std::filesystem::path& folder) {
        check(mdb_env_create(&environment), "mdb_env_create");
        check(mdb_env_set_mapsize(environment, map_bytes), "mdb_env_set_mapsize");
        check(mdb_env_set_maxdbs(environment, 3), "mdb_env_set_maxdbs");
        check(mdb_env_open(environment, folder.c_str(), MDB_NOMETASYNC, 0644), "mdb_env_open");
        begin();
        check(mdb_dbi_open(transaction, "queue_messages", MDB_CREATE, &messages), "mdb_dbi_open");
        check(mdb_dbi_open(transaction, "queue_schedule", MDB_CREATE, &schedule), "mdb_dbi_open");
        check(mdb_dbi_open(transaction, "queue_counters", MDB_CREATE, &counters), "mdb_dbi_open");
        commit();
    }

    void begin() { check(mdb_txn_begin(environment, nullptr, 0, &transaction), "mdb_txn_begin"); }
    void commit() { check(mdb_txn_commit(transaction), "mdb_txn_commit"); }

    template <class Key>
    void put(MDB_dbi table, Key& key, std::string_view value) {
        auto key_view = view(key), value_view = view(value);
        check(mdb_put(transaction, table, &key_view, &value_view, 0), "mdb_put");
    }

    template <class Key>
    void erase(MDB_dbi table, Key& key) {
        auto key_view = view(key);
        check(mdb_del(transaction, table, &key_view, nullptr), "mdb_del");
    }

    void send(std::uint32_t queue, std::uint64_t now) {
        const auto sequence = next_sequence[queue]++;
        const auto at = message_key(queue, sequence);
        put(messages, at, message);
        const auto scheduled = schedule_key(queue, now, sequence);
        put(schedule, scheduled, {});
    }

    /// Appends what was received to `received`; false when the queue has nothing.
    bool receive(MDB_cursor* cursor, std::uint32_t queue, std::uint64_t now) {
        const auto first = schedule_key(queue, 0, 0);
        const auto past = schedule_key(queue, now, UINT64_MAX);
        auto key = view(first);
        MDB_val value;
        const int error = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
        if (error == MDB_NOTFOUND) return false;
        check(error, "mdb_cursor_get");
        ScheduleKey found;
        std::memcpy(found.data(), key.mv_data, found.size());
        if (std::memcmp(found.data(), past.data(), found.size()) > 0) return false;  // also when it is another queue's
        check(mdb_cursor_del(cursor, 0), "mdb_cursor_del");

        ScheduleKey moved = found;
        store_big(moved.data() + 4, now + visibility_timeout_ms);
        put(schedule, moved, std::string_view(message).substr(0, receive_state_bytes));
        read_message(moved);
        received.push_back(moved);
        return true;
    }

    void read_message(const ScheduleKey& scheduled) {
        const auto at = key_of_message(scheduled);
        auto key = view(at);
        MDB_val value;
        check(mdb_get(transaction, messages, &key, &value), "mdb_get");
        // An answer owns its bytes, so they are copied.
        answer.assign(static_cast<const char*>(value.mv_data), value.mv_size);
    }

    void remove(const ScheduleKey& scheduled) {
        erase(schedule, scheduled);
        const auto at = key_of_message(scheduled);
        erase(messages, at);
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
        put(counters, key, std::string_view(message).substr(0, counter_bytes));
    }

    void fill(std::uint64_t wanted);
    std::uint64_t commit_once(std::uint64_t requests, std::uint64_t now);

    StoreLoopShape shape;
    std::string message;
    std::string answer;
    MDB_env* environment = nullptr;
    MDB_txn* transaction = nullptr;
    MDB_dbi messages = 0, schedule = 0, counters = 0;
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
        begin();
        for (std::uint64_t i = 0; i < fill_per_commit && waiting < wanted; ++i, ++waiting)
            send(static_cast<std::uint32_t>(sends_made++ % shape.queues), clock_ms);
        commit();
        stop_if_interrupted();
    }
}

/// One transaction with so many requests of each kind; returns the messages that are done with.
std::uint64_t StoreLoop::State::commit_once(std::uint64_t requests, std::uint64_t now) {
    begin();
    MDB_cursor* cursor = nullptr;
    check(mdb_cursor_open(transaction, schedule, &cursor), "mdb_cursor_open");
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
                if (receive(cursor, static_cast<std::uint32_t>(receives_made % shape.queues), now)) --waiting;
    for (const auto& scheduled : to_remove) remove(scheduled);

    const auto touched = std::max(sends_made - sends_before, receives_made - receives_before);
    const auto first = shape.mix == Mix::receive_delete ? receives_before : sends_before;
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(touched, shape.queues); ++i)
        count(static_cast<std::uint32_t>((first + i) % shape.queues));
    mdb_cursor_close(cursor);
    commit();
    return shape.mix == Mix::send ? requests * shape.batch : to_remove.size();
}

StoreLoop::StoreLoop(const std::filesystem::path& folder, const StoreLoopShape& shape)
    : state_(std::make_unique<State>(shape)) {
    state_->open(folder);
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
    state_->begin();
    const auto entries = [&](MDB_dbi table) {
        MDB_stat stat;
        check(mdb_stat(state_->transaction, table, &stat), "mdb_stat");
        return static_cast<std::uint64_t>(stat.ms_entries);
    };
    Rows rows{entries(state_->messages), entries(state_->schedule), entries(state_->counters), state_->received.size()};
    mdb_txn_abort(state_->transaction);
    return rows;
}

}  // namespace tern::bench
