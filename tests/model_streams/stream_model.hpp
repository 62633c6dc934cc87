#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "broker/engine/answers.hpp"
#include "broker/engine/stream_queries.hpp"
#include "tests/model_streams/script.hpp"

/// The rules of streams a second time: plain lists of batches, from docs/decisions/0007 and the headers alone. The
/// model judges: it is told what the engine answered, says what is wrong about it, and, where the rules leave room,
/// takes over what the engine chose.
namespace tern::stream_model {

/// What is wrong; empty when nothing is.
using Complaint = std::string;

/// What falls due is done at the next full second.
inline constexpr Milliseconds slack = std::chrono::seconds(1);

/// For reads that see everything.
inline engine::DurableEnd everything_durable() {
    return [](engine::StreamPartition) { return std::optional<std::uint64_t>(); };
}

struct StoredBatch {
    std::uint64_t base = 0;
    std::vector<std::int64_t> timestamps;
    Bytes bytes;
    Timestamp appended_at;

    std::uint64_t end() const { return base + timestamps.size(); }
};

struct Producer {
    struct Earlier {
        std::int32_t first = 0;
        std::int32_t last = 0;
        std::uint64_t base = 0;
    };
    std::int16_t epoch = 0;
    /// The newest last; five at most.
    std::deque<Earlier> batches;
    /// So many of them may have been forgotten: nothing has shown it since.
    std::size_t unsure = 0;
    Timestamp appended_at;
};

struct Partition {
    std::vector<StoredBatch> batches;
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::map<std::int64_t, Producer> producers;

    /// Where the last `batches_not_durable` batches begin.
    std::uint64_t durable_end(std::size_t batches_not_durable) const;
};

struct Stream {
    /// No two streams have the same, whatever their names.
    std::uint64_t incarnation = 0;
    engine::StreamSettings settings;
    std::vector<Partition> partitions;
    /// When retention, or what it applies to, was last set.
    Timestamp retention_set_at;
};

class StreamModel {
public:
    explicit StreamModel(Milliseconds producer_expiry) : producer_expiry_(producer_expiry) {}

    Timestamp now() const { return now_; }
    void set_time(Timestamp now) { now_ = now; }
    const std::map<std::string, Stream>& streams() const { return streams_; }
    const Stream* find(const std::string& name) const;
    bool has(const std::string& name, std::uint32_t partition) const;
    const std::map<std::uint64_t, std::int64_t>& producers() const { return producers_; }
    /// The id that an allocation was answered with, or one that was never given out.
    std::int64_t producer(std::uint64_t allocation) const;

    Complaint create(const Create& create, const engine::Answer& given);
    Complaint set(const Set& set, const engine::Answer& given);
    Complaint drop(const Drop& drop, const engine::Answer& given);
    Complaint truncate(const Truncate& truncate, const engine::Answer& given);
    Complaint allocate(std::uint64_t label, const engine::Answer& given);
    Complaint append(std::uint64_t label, const Append& append, const engine::Answer& given);

    /// Must an append be refused as a whole, as part of a transaction? Changes nothing. `remembers_longer`: a producer
    /// that may be forgotten is not.
    bool refuses(const Append& append, bool remembers_longer) const;
    /// The appends of a transaction that was executed.
    Complaint appended(std::uint64_t label, const Append& append, const engine::AppendResults& given);

    /// Holds everything that can be read from the snapshot against what was appended, and takes over what retention
    /// has removed, if it was allowed to.
    Complaint observe(const store::ReadTransaction& snapshot);
    Complaint fetch(const Fetch& fetch, const store::ReadTransaction& snapshot) const;
    Complaint find(const Find& find, const store::ReadTransaction& snapshot) const;

private:
    struct Outcome {
        Errc status = Errc::ok;
        bool duplicate = false;
        std::uint64_t base = 0;
    };
    Outcome outcome(const Stream& stream, const Batch& batch, const protocol::ProducerStamp& stamp,
                    const Producer* known) const;
    Complaint entry(Stream& stream, const Batch& batch, std::uint64_t label, std::size_t index,
                    const engine::AppendResult& given);
    /// All that may be remembered of a producer, the likeliest first.
    std::vector<std::optional<Producer>> memories(const Stream& stream, const Batch& batch,
                                                  const protocol::ProducerStamp& stamp) const;
    void store(Stream& stream, const Batch& batch, const protocol::ProducerStamp& stamp, Bytes bytes);
    Complaint observe(const std::string& name, Stream& stream, const store::ReadTransaction& snapshot);
    Complaint remove(const std::string& where, const Stream& stream, Partition& partition, std::uint64_t start) const;
    Complaint overdue(const std::string& where, const Stream& stream, const Partition& partition) const;
    Complaint fetched(const Position& from, const engine::FetchedPartition& given, const engine::FetchLimits& left,
                      bool first, std::size_t batches_not_durable) const;

    Milliseconds producer_expiry_;
    Timestamp now_;
    std::map<std::string, Stream> streams_;
    std::uint64_t next_incarnation_ = 1;
    std::map<std::uint64_t, std::int64_t> producers_;
};

/// "200: ok expected, stream_exists given", or nothing.
Complaint differs(const char* what, Errc expected, Errc given);

}  // namespace tern::stream_model
