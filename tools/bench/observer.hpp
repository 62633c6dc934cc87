#pragma once

#include <cstdint>
#include <future>
#include <mutex>

#include "tools/bench/load.hpp"
#include "tools/bench/target.hpp"

namespace tern::bench {

/// What the broker did and used between the beginning and the end of a measured time.
struct Observed {
    /// By the broker's clock.
    double seconds = 0;
    double commits = 0;
    double commands = 0;
    double cpu_seconds = 0;
    /// At the end.
    std::uint64_t rss_anonymous_bytes = 0;

    double commits_per_s() const { return commits / seconds; }
    double commands_per_commit() const { return commits > 0 ? commands / commits : 0; }
};

/// Asks the broker at the beginning and at the end of one measured time, from another thread and over a connection of
/// its own, so that the load does not wait for the answer.
class Observer {
public:
    /// `target` outlives the observer.
    explicit Observer(Target& target) : target_(target), control_(target.endpoint()) {}

    /// What to give to the load; the observer outlives it.
    LoadWindow window();
    /// After the load. Errors: throws BenchError when the broker did not answer or the time was too short.
    Observed result();

private:
    struct Reading {
        BrokerReport report;
        ProcessUsage usage;
    };
    Reading read();

    Target& target_;
    Control control_;
    std::mutex reading_;
    std::future<Reading> at_begin_, at_end_;
};

}  // namespace tern::bench
