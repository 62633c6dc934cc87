#include "tools/bench/control.hpp"

#include <algorithm>

#include "tools/bench/bench_error.hpp"
#include "tools/bench/interruption.hpp"
#include "tools/bench/request_frame.hpp"

namespace tern::bench {

namespace wire = protocol::wire;

namespace {

/// Requests under way at once where many are made in a row; each may take a flush.
constexpr std::size_t requests_under_way_max = 128;
/// The same where each carries a large batch.
constexpr std::size_t fills_under_way_max = 8;
/// Bytes in a filling send, about.
constexpr std::size_t fill_bytes = 1u << 20;
constexpr std::uint64_t fill_messages_max = 1000;
/// What a queue accepts unless asked for more: the default of a new queue.
constexpr std::size_t message_bytes_default = 1u << 20;

void check_sent(const wire::Reply& reply) {
    if (reply.status() != 0) throw BenchError(refusal("send", reply.status(), reply.message()));
    const auto* answer = reply.body_as_SendResults();
    if (answer == nullptr || answer->results() == nullptr) throw BenchError("A send was answered without results.");
    for (const auto* result : *answer->results())
        if (result->status() != 0) throw BenchError(refusal("send", result->status(), result->message()));
}

}  // namespace

void Control::call_for_each(const std::vector<std::string>& frames) {
    std::size_t answered = 0;
    const auto on_reply = [&](const wire::Reply& reply) {
        if (reply.status() != 0) throw BenchError(refusal("request", reply.status(), reply.message()));
        ++answered;
    };
    for (std::size_t made = 0; made < frames.size();) {
        while (made < frames.size() && made - answered < requests_under_way_max) connection_.append(frames[made++]);
        connection_.await(on_reply);
    }
    while (answered < frames.size()) connection_.await(on_reply);
}

void Control::create_queues(const std::vector<std::string>& queues, std::size_t body_bytes) {
    std::vector<std::string> frames;
    for (const auto& queue : queues)
        frames.emplace_back(create_queue_frame(queue, std::max(body_bytes, message_bytes_default)).bytes());
    call_for_each(frames);
}

void Control::delete_queues(const std::vector<std::string>& queues) {
    std::vector<std::string> frames;
    for (const auto& queue : queues) frames.emplace_back(delete_queue_frame(queue).bytes());
    call_for_each(frames);
}

QueueTotals Control::totals(const std::vector<std::string>& queues) {
    QueueTotals totals;
    for (const auto& queue : queues) {
        const auto frame = describe_queue_frame(queue);
        const auto* description = connection_.call(frame.bytes()).body_as_QueueDescription();
        if (description == nullptr || description->counts() == nullptr)
            throw BenchError("A queue's description has no counts.");
        totals.visible += description->counts()->visible();
        totals.in_flight += description->counts()->in_flight();
        totals.delayed += description->counts()->delayed();
    }
    return totals;
}

BrokerReport Control::report() {
    const auto frame = broker_status_frame();
    const auto* report = connection_.call(frame.bytes()).body_as_BrokerStatusReport();
    if (report == nullptr) throw BenchError("The broker did not tell its status.");
    return {
        .version = report->version() == nullptr ? "" : report->version()->str(),
        .now_seconds = static_cast<double>(report->now()) / 1000,
        .commits_total = report->commits_total(),
        .commands_total = report->commands_total(),
        .rss_anonymous_bytes = report->rss_anonymous_bytes(),
        .cpu_seconds = report->cpu_seconds(),
    };
}

void Control::fill(const Workload& workload, std::uint64_t messages) {
    std::size_t under_way = 0;
    const auto await_answers = [&] {
        connection_.await([&](const wire::Reply& reply) {
            check_sent(reply);
            --under_way;
        });
        stop_if_interrupted();
    };
    const auto batch_max = std::clamp<std::uint64_t>(fill_bytes / (workload.body_bytes + 64), 1, fill_messages_max);
    const auto queues = workload.queues.size();
    for (std::size_t queue = 0; queue < queues; ++queue) {
        const auto share = messages * (queue + 1) / queues - messages * queue / queues;
        for (std::uint64_t left = share; left > 0;) {
            const auto batch = std::min(left, batch_max);
            connection_.append(send_frame(workload.queues[queue], {batch, workload.body_bytes}).bytes());
            left -= batch;
            ++under_way;
            while (under_way >= fills_under_way_max) await_answers();
        }
    }
    while (under_way > 0) await_answers();
}

}  // namespace tern::bench
