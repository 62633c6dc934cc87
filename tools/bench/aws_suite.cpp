#include "tools/bench/aws_suite.hpp"

#include <algorithm>

#include "tools/bench/aws_bench.hpp"

namespace tern::bench {

namespace {

constexpr std::size_t waiting_receives = 1000;
/// What was promised, where the bare server answers a tenth as many requests.
constexpr double batched_messages_promised = 150'000;

class AwsSuite {
public:
    AwsSuite(const SuiteOptions& options, const std::filesystem::path& ternd, const std::filesystem::path& data,
             const Progress& progress)
        : options_(options),
          ternd_(ternd),
          data_(data),
          progress_(progress) {}

    std::vector<SuiteRow> run() {
        const auto send = measure(AwsMix::send, 0);
        add({"aws_send", "SendMessage, 64 connections: share of a bare HTTP server's requests", 0.5, false, "",
             send.ratio_to_bare_http, as_json(send)});
        const auto batch = measure(AwsMix::send_batch, 0);
        const auto target = std::min(batched_messages_promised,
                                     batch.bare_http_requests_per_s * static_cast<double>(messages_of_a_batch));
        add({"aws_send_batch", "SendMessageBatch of 10, 64 connections", target, false, "messages/s",
             batch.messages_per_s, as_json(batch)});
        const auto receive = measure(AwsMix::receive_delete, waiting_receives);
        add({"aws_idle_polls", "CPU of the broker while 1,000 receives wait", 0.01, true, "of a processor",
             receive.idle->cpu_seconds / receive.idle->seconds, as_json(receive)});
        return std::move(rows_);
    }

private:
    AwsBenchReport measure(AwsMix mix, std::size_t idle_polls) {
        AwsBenchOptions options;
        options.workload.mix = mix;
        options.idle_polls = idle_polls;
        options.times = {.warm_up_seconds = std::min(1.0, options_.seconds / 2), .seconds = options_.seconds};
        options.rounds = options_.rounds;
        options.baseline = true;
        options.ternd = ternd_.string();
        options.data = data_;
        options.allow_memory = options_.allow_memory;
        return run_aws_bench(options, progress_);
    }

    void add(SuiteRow row) { rows_.push_back(std::move(row)); }

    const SuiteOptions& options_;
    const std::filesystem::path& ternd_;
    const std::filesystem::path& data_;
    const Progress& progress_;
    std::vector<SuiteRow> rows_;
};

}  // namespace

std::vector<SuiteRow> measure_aws(const SuiteOptions& options, const std::filesystem::path& ternd,
                                  const std::filesystem::path& data, const Progress& progress) {
    return AwsSuite(options, ternd, data, progress).run();
}

}  // namespace tern::bench
