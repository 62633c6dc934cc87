#include "tools/bench/target.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "tools/bench/bench_error.hpp"

namespace tern::bench {

Target Target::start(const std::filesystem::path& ternd, const std::filesystem::path& folder) {
    Target target;
    const auto data = folder / "data";
    std::filesystem::create_directory(data);
    target.process_ = std::make_unique<BrokerProcess>(ternd, data, folder / "log");
    target.endpoint_ = target.process_->endpoint();
    target.control_ = std::make_unique<Control>(target.endpoint_);
    return target;
}

Target Target::connect(const Endpoint& endpoint) {
    Target target;
    target.endpoint_ = endpoint;
    target.control_ = std::make_unique<Control>(endpoint);
    return target;
}

ProcessUsage Target::usage() {
    if (process_) {
        if (const auto usage = usage_of(process_->process())) return *usage;
        throw BenchError("The broker has ended.");
    }
    const auto report = control_->report();
    return {.cpu_seconds = report.cpu_seconds, .rss_anonymous_bytes = report.rss_anonymous_bytes};
}

BenchQueues::BenchQueues(Target& target, const std::string& label, std::size_t count, std::size_t body_bytes)
    : target_(target) {
    for (std::size_t i = 0; i < count; ++i) names_.push_back(fmt::format("bench-{}-{}-{:05}", getpid(), label, i));
    target_.control().create_queues(names_, body_bytes);
}

BenchQueues::~BenchQueues() {
    if (target_.started()) return;  // its data folder goes as a whole
    try {
        target_.control().delete_queues(names_);
    } catch (const std::exception&) {
        // The broker is gone or stopping: its queues are then its owner's to delete.
    }
}

}  // namespace tern::bench
