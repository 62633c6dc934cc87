#include "tools/bench/load.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "tools/bench/bench_error.hpp"
#include "tools/bench/clock.hpp"
#include "tools/bench/interruption.hpp"

namespace tern::bench {

namespace wire = protocol::wire;

namespace {

constexpr double silence_seconds_max = 60;
constexpr int events_max = 256;
/// A request's id is its lane's number in the low bits and a running number above, so that an answer finds its lane.
constexpr unsigned lane_bits = 16;

struct Client {
    explicit Client(const Endpoint& endpoint) : connection(endpoint) {}

    Connection connection;
    std::vector<Lane> lanes;
    std::vector<Instant> asked_at;
    bool writes_blocked = false;
};

class Poll {
public:
    Poll() : descriptor_(epoll_create1(EPOLL_CLOEXEC)) {}
    ~Poll() { close(descriptor_); }
    Poll(const Poll&) = delete;
    Poll& operator=(const Poll&) = delete;

    void watch(Client& client, int operation, std::uint32_t events) const {
        epoll_event event{};
        event.events = events;
        event.data.ptr = &client;
        if (epoll_ctl(descriptor_, operation, client.connection.descriptor(), &event) != 0)
            throw BenchError(fmt::format("epoll_ctl failed: {}.", std::strerror(errno)));
    }

    int wait(epoll_event* events, int timeout_ms) const {
        const int ready = epoll_wait(descriptor_, events, events_max, timeout_ms);
        if (ready < 0 && errno != EINTR) throw BenchError(fmt::format("epoll_wait failed: {}.", std::strerror(errno)));
        return std::max(ready, 0);
    }

private:
    int descriptor_;
};

class Load {
public:
    Load(const Endpoint& endpoint, const Workload& workload, LoadTimes times, const LoadWindow& window)
        : workload_(workload),
          times_(times),
          window_(window),
          frames_(workload) {
        const auto lanes = workload.connections * workload.in_flight;
        for (std::size_t i = 0; i < workload.connections; ++i) {
            auto& client = *clients_.emplace_back(std::make_unique<Client>(endpoint));
            for (std::size_t lane = 0; lane < workload.in_flight; ++lane) {
                const auto number = i * workload.in_flight + lane;
                client.lanes.emplace_back(workload, frames_, QueueWalk{number % workload.queues.size(), lanes});
            }
            client.asked_at.resize(workload.in_flight);
            poll_.watch(client, EPOLL_CTL_ADD, EPOLLIN);
        }
    }

    LoadResult run() {
        const auto started_at = Clock::now();
        measure_from_ = started_at + as_duration(times_.warm_up_seconds);
        measure_until_ = measure_from_ + as_duration(times_.seconds);
        heard_at_ = started_at;
        for (auto& client : clients_) start(*client, started_at);

        epoll_event events[events_max];
        while (busy_lanes_ > 0) {
            const int ready = poll_.wait(events, 100);
            const auto now = Clock::now();
            follow_time(now);
            for (int i = 0; i < ready; ++i) serve(*static_cast<Client*>(events[i].data.ptr), events[i].events);
            if (ready > 0) heard_at_ = now;
            if (seconds_between(heard_at_, now) > silence_seconds_max)
                throw BenchError("The broker did not answer for a minute.");
            stop_if_interrupted();
        }
        finish();
        return std::move(result_);
    }

private:
    enum class Phase : std::uint8_t { warm_up, measured, draining };

    void start(Client& client, Instant now) {
        for (std::size_t lane = 0; lane < client.lanes.size(); ++lane) {
            ++busy_lanes_;
            ask(client, lane, now);
        }
        flush(client);
    }

    void follow_time(Instant now) {
        if (phase_ == Phase::warm_up && now >= measure_from_) {
            phase_ = Phase::measured;
            began_at_ = now;
            window_.begins();
        }
        if (phase_ == Phase::measured && now >= measure_until_) end_window(now);
    }

    void end_window(Instant now) {
        phase_ = Phase::draining;
        result_.seconds = seconds_between(began_at_, now);
        window_.ends();
    }

    /// A backlog may be used up before the time is over: then the measured time ended with the last answer.
    void finish() {
        if (phase_ == Phase::warm_up)
            throw BenchError("The backlog was used up before the measurement began: ask for a longer --backlog.");
        if (phase_ == Phase::measured) end_window(heard_at_);
    }

    void serve(Client& client, std::uint32_t events) {
        if ((events & EPOLLOUT) != 0) flush(client);
        if ((events & ~EPOLLOUT) == 0) return;
        const auto now = Clock::now();
        client.connection.read([&](const wire::Reply& reply) { take(client, reply, now); });
        flush(client);
    }

    void take(Client& client, const wire::Reply& reply, Instant now) {
        const auto lane = static_cast<std::size_t>(reply.id() & ((1u << lane_bits) - 1));
        if (lane >= client.lanes.size()) throw BenchError("The broker answered a request that was not made.");
        const auto kind = client.lanes[lane].kind();
        const auto messages = client.lanes[lane].take(reply);
        if (phase_ == Phase::measured) {
            result_.messages += messages;
            ++result_.requests;
            const auto latency = nanoseconds_between(client.asked_at[lane], now);
            result_.latencies[static_cast<std::size_t>(kind)].record(latency);
        }
        ask(client, lane, now);
    }

    void ask(Client& client, std::size_t lane, Instant now) {
        const auto id = (++requests_made_ << lane_bits) | lane;
        const auto frame = client.lanes[lane].next_request(id, phase_ == Phase::draining);
        if (frame.empty()) {
            --busy_lanes_;
            return;
        }
        client.asked_at[lane] = now;
        client.connection.append(frame);
    }

    /// Writes what the socket takes and asks to be told when it takes more, but only while it does not take all.
    void flush(Client& client) {
        const bool blocked = !client.connection.write();
        if (blocked == client.writes_blocked) return;
        client.writes_blocked = blocked;
        poll_.watch(client, EPOLL_CTL_MOD, blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
    }

    const Workload& workload_;
    LoadTimes times_;
    const LoadWindow& window_;
    FrameBook frames_;
    Poll poll_;
    std::vector<std::unique_ptr<Client>> clients_;
    std::size_t busy_lanes_ = 0;
    std::uint64_t requests_made_ = 0;
    Phase phase_ = Phase::warm_up;
    Instant measure_from_;
    Instant measure_until_;
    Instant began_at_;
    Instant heard_at_;
    LoadResult result_;
};

}  // namespace

LoadResult run_load(const Endpoint& endpoint, const Workload& workload, LoadTimes times, const LoadWindow& window) {
    return Load(endpoint, workload, times, window).run();
}

}  // namespace tern::bench
