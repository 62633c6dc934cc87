#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tern_generated.h"

namespace tern::bench {

/// The streams of a fake broker: batches in memory, and what a consumer group is told. Called from many threads.
class FakeStreams {
public:
    /// What goes wrong, from the third batch of a partition on.
    struct Faults {
        /// Appends are refused.
        bool refuse = false;
        /// A batch begins one offset late.
        bool leave_an_offset_out = false;
        /// A batch is told to lie where the one before it does.
        bool tell_an_offset_twice = false;
        /// An append is acknowledged and forgotten.
        bool forget = false;
        /// An append is taken for a repetition.
        bool take_for_repetition = false;
        /// Fetched batches have another byte at their end.
        bool damage = false;
        /// Fetches leave a batch out.
        bool leave_a_batch_out = false;
        /// Fetches bring nothing.
        bool withhold = false;
    };

    explicit FakeStreams(Faults faults) : faults_(faults) {}

    /// The whole frame of the answer; nothing when the request is not about streams or groups. A fetch may wait.
    std::optional<std::string> answer(const protocol::wire::Request& request);
    /// Fetches that wait return, now and from now on.
    void stop();

    std::uint64_t commands() const;
    std::size_t streams() const;
    std::size_t groups() const;
    /// Of all partitions of all streams.
    std::uint64_t records() const;

private:
    struct Batch {
        std::uint64_t base_offset;
        std::uint64_t next_offset;
        std::string bytes;
    };
    struct Partition {
        std::vector<Batch> batches;
        std::uint64_t end = 0;
    };
    using Stream = std::vector<Partition>;

    std::string describe(std::uint64_t id, const protocol::wire::DescribeStream& request);
    std::string append(std::uint64_t id, const protocol::wire::Append& request);
    std::string fetch(std::unique_lock<std::mutex>& lock, std::uint64_t id, const protocol::wire::Fetch& request);
    std::string read(const Partition& partition, std::uint64_t offset, std::uint32_t bytes_max) const;

    Faults faults_;
    mutable std::mutex mutex_;
    std::condition_variable grown_;
    std::map<std::string, Stream> streams_;
    std::map<std::string, std::uint64_t> groups_;
    std::uint64_t commands_ = 0;
    bool stopped_ = false;
};

}  // namespace tern::bench
