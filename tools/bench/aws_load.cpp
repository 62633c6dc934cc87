#include "tools/bench/aws_load.hpp"

#include <poll.h>

#include <memory>
#include <vector>

#include "tools/bench/aws_lane.hpp"
#include "tools/bench/bench_error.hpp"
#include "tools/bench/clock.hpp"
#include "tools/bench/http_client.hpp"
#include "tools/bench/interruption.hpp"

namespace tern::bench {

namespace {

constexpr int aws_poll_ms = 100;

struct AwsClient {
    AwsClient(const Endpoint& endpoint, const std::string& host, const AwsWorkload& workload)
        : http(endpoint),
          lane(workload, host) {}

    HttpClient http;
    AwsLane lane;
    Instant asked_at{};
    bool busy = false;
};

class AwsLoad {
public:
    AwsLoad(const Endpoint& endpoint, const std::string& host, const AwsWorkload& workload) {
        for (std::size_t i = 0; i < workload.connections; ++i) {
            clients_.push_back(std::make_unique<AwsClient>(endpoint, host, workload));
            waiting_.push_back({clients_.back()->http.descriptor(), POLLIN, 0});
        }
    }

    /// Asks and hears until then; afterwards hears only, until all that was asked is answered.
    void run_until(Instant end) {
        for (auto& client : clients_) ask(*client);
        while (Clock::now() < end) serve(true);
    }
    void drain() {
        while (busy_ > 0) serve(false);
    }
    void measure(bool on) { measuring_ = on; }
    AwsLoadResult& result() { return result_; }

private:
    void ask(AwsClient& client) {
        if (client.busy) return;
        client.busy = true;
        ++busy_;
        client.asked_at = Clock::now();
        client.http.begin(client.lane.next());
    }

    void serve(bool go_on) {
        for (std::size_t i = 0; i < clients_.size(); ++i)
            waiting_[i].events = static_cast<short>(clients_[i]->http.wants_to_write() ? POLLIN | POLLOUT : POLLIN);
        const auto ready = poll(waiting_.data(), waiting_.size(), aws_poll_ms);
        const auto now = Clock::now();
        stop_if_interrupted();
        if (ready > 0) heard_at_ = now;
        if (seconds_between(heard_at_, now) > silence_seconds_max)
            throw BenchError("The broker did not answer for a minute.");
        for (std::size_t i = 0; i < clients_.size() && ready > 0; ++i) {
            auto& client = *clients_[i];
            if (waiting_[i].revents & POLLOUT) client.http.write();
            if ((waiting_[i].revents & ~POLLOUT) == 0) continue;
            client.http.read([&](std::string_view body) { heard(client, body, now); });
            if (go_on) ask(client);
        }
    }

    void heard(AwsClient& client, std::string_view body, Instant now) {
        client.busy = false;
        --busy_;
        const auto messages = client.lane.take(body);
        if (!measuring_) return;
        ++result_.requests;
        result_.messages += messages;
        result_.latency.record(nanoseconds_between(client.asked_at, now));
    }

    std::vector<std::unique_ptr<AwsClient>> clients_;
    std::vector<pollfd> waiting_;
    std::size_t busy_ = 0;
    bool measuring_ = false;
    Instant heard_at_ = Clock::now();
    AwsLoadResult result_;
};

}  // namespace

AwsLoadResult run_aws_load(const Endpoint& endpoint, const std::string& host, const AwsWorkload& workload,
                           const LoadTimes& times, const LoadWindow& window) {
    AwsLoad load(endpoint, host, workload);
    load.run_until(Clock::now() + as_duration(times.warm_up_seconds));
    load.measure(true);
    window.begins();
    const auto begun = Clock::now();
    load.run_until(begun + as_duration(times.seconds));
    load.result().seconds = seconds_between(begun, Clock::now());
    window.ends();
    load.measure(false);
    load.drain();
    return std::move(load.result());
}

}  // namespace tern::bench
