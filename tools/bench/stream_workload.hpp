#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "protocol/record_batch.hpp"

namespace tern::bench {

/// What is done with the stream.
enum class StreamMix : std::uint8_t {
    append,  // appends only
    fetch,   // consumers read what lies there, around and around
    both,    // appends, with and without consumers that read around and around
    tail,    // one record now and then, and how long it takes to a consumer that waits for it
};

constexpr const char* name_of(StreamMix mix) {
    switch (mix) {
        case StreamMix::append: return "append";
        case StreamMix::fetch: return "fetch";
        case StreamMix::both: return "both";
        case StreamMix::tail: return "tail";
    }
    return "";
}

struct StreamWorkload {
    StreamMix mix = StreamMix::append;
    std::string stream = {};
    std::uint32_t partitions = 8;
    /// Of producers.
    std::size_t connections = 16;
    /// Appends that each of them keeps under way.
    std::size_t in_flight = 4;
    /// Of a record's value.
    std::size_t record_bytes = 100;
    /// Records in a batch; 0: as many as make about 16 KiB, as the client library does.
    std::size_t batch_records = 0;
    protocol::Compression compression = protocol::Compression::none;
    /// Of all producers together; 0: as many as the broker takes.
    double records_per_s_max = 0;
    /// Each has a connection and at most two fetches under way, which share the partitions.
    std::size_t consumers = 1;
    /// What a fetch asks for of each partition.
    std::uint32_t fetch_bytes = 1u << 20;
};

/// Batches are built once: all appends of a workload carry the same one.
struct BuiltBatch {
    std::string bytes;
    std::size_t records = 0;
};
BuiltBatch build_batch(const StreamWorkload& workload);
/// How many records batch_records stands for.
std::size_t records_in_batch(const StreamWorkload& workload);

}  // namespace tern::bench
