#pragma once

#include <poll.h>

#include <cstdint>
#include <vector>

#include "tools/bench/clock.hpp"
#include "tools/bench/load.hpp"
#include "tools/bench/reader_process.hpp"
#include "tools/bench/topic_workload.hpp"

namespace tern::bench {

/// What publications go to all subscribers through: the broker, or a bare loop that writes them.
class PushSource {
public:
    virtual ~PushSource() = default;

    /// Sends one publication, made at this moment.
    virtual void push(Instant moment) = 0;
    /// Whether it takes another one.
    virtual bool has_room() const = 0;
    /// Takes what has come back.
    virtual void serve() = 0;
    /// What to wait for when there is nothing to do.
    virtual void add_descriptors(std::vector<pollfd>& waiting) const = 0;
};

struct PushRound {
    double seconds = 0;
    std::uint64_t publications = 0;
    ReaderResult received;

    double deliveries_per_s() const { return static_cast<double>(received.deliveries) / seconds; }
    double publications_per_s() const { return static_cast<double>(publications) / seconds; }
};

/// Publishes for the time given, never more than workload.in_flight publications ahead of what the counted subscribers
/// have received on average, which sets the pace of the broker and of the bare loop alike; and waits at the end until
/// all is received. Errors: throws BenchError when nothing is received for ten seconds, or the source fails.
PushRound run_push(PushSource& source, ReaderProcess& reader, const TopicWorkload& workload, const LoadTimes& times,
                   const LoadWindow& window = {});

}  // namespace tern::bench
