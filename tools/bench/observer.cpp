#include "tools/bench/observer.hpp"

#include "tools/bench/bench_error.hpp"

namespace tern::bench {

Observer::Reading Observer::read() {
    const std::lock_guard lock(reading_);
    auto report = control_.report();
    return {std::move(report), target_.usage()};
}

LoadWindow Observer::window() {
    return {
        .begins = [this] { at_begin_ = std::async(std::launch::async, [this] { return read(); }); },
        .ends = [this] { at_end_ = std::async(std::launch::async, [this] { return read(); }); },
    };
}

Observed Observer::result() {
    const auto began = at_begin_.get(), ended = at_end_.get();
    const Observed observed{
        .seconds = ended.report.now_seconds - began.report.now_seconds,
        .commits = static_cast<double>(ended.report.commits_total - began.report.commits_total),
        .commands = static_cast<double>(ended.report.commands_total - began.report.commands_total),
        .cpu_seconds = ended.usage.cpu_seconds - began.usage.cpu_seconds,
        .rss_anonymous_bytes = ended.usage.rss_anonymous_bytes,
    };
    if (observed.seconds <= 0)
        throw BenchError("The measured time is too short to tell anything: use longer --seconds.");
    return observed;
}

}  // namespace tern::bench
