#include "tools/bench/load.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <memory>
#include <vector>

#include "tools/bench/bench_error.hpp"
#include "tools/bench/clock.hpp"
#include "tools/bench/interruption.hpp"
#include "tools/bench/lane.hpp"

namespace tern::bench {

namespace wire = protocol::wire;

namespace {

constexpr int events_max = 256;
/// How long the loop waits for answers at most before it looks at the time.
constexpr int wait_ms = 100;
/// The same where requests are made at a given rate: as fine as epoll can.
constexpr int wait_ms_at_a_rate = 1;
/// A request's id is its requester's number in the low bits and a running number above, so that an answer finds it.
constexpr unsigned place_bits = 16;

struct Client {
    Client(const Endpoint& endpoint, Requesters given)
        : connection(endpoint),
          requesters(std::move(given)),
          asked_at(requesters.size()) {}

    Connection connection;
    Requesters requesters;
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
    Load(const Endpoint& endpoint, std::vector<Requesters> clients, LoadTimes times, const LoadWindow& window)
        : times_(times),
          window_(window) {
        for (auto& requesters : clients) {
            auto& client = *clients_.emplace_back(std::make_unique<Client>(endpoint, std::move(requesters)));
            poll_.watch(client, EPOLL_CTL_ADD, EPOLLIN);
        }
    }

    LoadResult run() {
        const auto started_at = Clock::now();
        started_at_ = started_at;
        measure_from_ = started_at + as_duration(times_.warm_up_seconds);
        measure_until_ = measure_from_ + as_duration(times_.seconds);
        heard_at_ = started_at;
        for (auto& client : clients_) start(*client, started_at);

        epoll_event events[events_max];
        while (busy_ > 0) {
            const int ready = poll_.wait(events, times_.requests_per_s_max > 0 ? wait_ms_at_a_rate : wait_ms);
            const auto now = Clock::now();
            follow_time(now);
            ask_those_whose_turn_it_is(now);
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
        for (std::size_t place = 0; place < client.requesters.size(); ++place) {
            ++busy_;
            ask_in_time(client, place, now);
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
        const auto place = static_cast<std::size_t>(reply.id() & ((1u << place_bits) - 1));
        if (place >= client.requesters.size()) throw BenchError("The broker answered a request that was not made.");
        auto& requester = *client.requesters[place];
        const auto kind = requester.kind();
        const auto done = requester.take(reply);
        if (phase_ == Phase::measured) {
            result_.messages += done.messages;
            result_.bytes += done.bytes;
            ++result_.requests;
            result_.latencies[kind].record(nanoseconds_between(client.asked_at[place], now));
        }
        ask_in_time(client, place, now);
    }

    /// At a given rate requesters wait in line, first come first served.
    void ask_in_time(Client& client, std::size_t place, Instant now) {
        if (times_.requests_per_s_max > 0)
            line_.push_back({&client, place});
        else
            ask(client, place, now);
    }

    void ask_those_whose_turn_it_is(Instant now) {
        const auto due = static_cast<std::uint64_t>(seconds_between(started_at_, now) * times_.requests_per_s_max);
        // Those who stop need no turn.
        for (; !line_.empty() && (turns_taken_ < due || phase_ == Phase::draining); ++turns_taken_) {
            const auto [client, place] = line_.front();
            line_.pop_front();
            ask(*client, place, now);
            flush(*client);
        }
        // What could not be made in time is not made up for: the rate is the most, and there are no bursts.
        turns_taken_ = std::max(turns_taken_, due);
    }

    void ask(Client& client, std::size_t place, Instant now) {
        const auto id = (++requests_made_ << place_bits) | place;
        const auto frame = client.requesters[place]->next_request(id, phase_ == Phase::draining);
        if (frame.empty()) {
            --busy_;
            return;
        }
        client.asked_at[place] = now;
        client.connection.append(frame);
    }

    /// Writes what the socket takes and asks to be told when it takes more, but only while it does not take all.
    void flush(Client& client) {
        const bool blocked = !client.connection.write();
        if (blocked == client.writes_blocked) return;
        client.writes_blocked = blocked;
        poll_.watch(client, EPOLL_CTL_MOD, blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
    }

    struct Turn {
        Client* client;
        std::size_t place;
    };

    LoadTimes times_;
    const LoadWindow& window_;
    Poll poll_;
    std::vector<std::unique_ptr<Client>> clients_;
    std::size_t busy_ = 0;
    std::uint64_t requests_made_ = 0;
    std::deque<Turn> line_;
    std::uint64_t turns_taken_ = 0;
    Phase phase_ = Phase::warm_up;
    Instant started_at_;
    Instant measure_from_;
    Instant measure_until_;
    Instant began_at_;
    Instant heard_at_;
    LoadResult result_;
};

}  // namespace

LoadResult run_load(const Endpoint& endpoint, std::vector<Requesters> clients, LoadTimes times,
                    const LoadWindow& window) {
    return Load(endpoint, std::move(clients), times, window).run();
}

LoadResult run_load(const Endpoint& endpoint, const Workload& workload, LoadTimes times, const LoadWindow& window) {
    FrameBook frames(workload);
    const auto lanes = workload.connections * workload.in_flight;
    std::vector<Requesters> clients(workload.connections);
    for (std::size_t number = 0; number < lanes; ++number) {
        const QueueWalk walk{number % workload.queues.size(), lanes};
        clients[number / workload.in_flight].push_back(std::make_unique<Lane>(workload, frames, walk));
    }
    return run_load(endpoint, std::move(clients), times, window);
}

}  // namespace tern::bench
