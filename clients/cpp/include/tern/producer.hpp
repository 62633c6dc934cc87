#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "tern/client.hpp"
#include "tern/detail/produced.hpp"
#include "tern/record.hpp"

namespace tern {

/// A batch that was not appended, or of which it is not known (error.execution()).
struct FailedBatch {
    std::uint32_t partition = 0;
    std::size_t records = 0;
    /// For protocol::BatchReader; during the call only.
    std::string_view batch;
    const Error& error;
};

struct ProducerOptions {
    Compression compression = Compression::none;
    /// A partition without a batch on its way sends at once what it has. While one is, the next gathers to at least the
    /// first and at most the second of these: load makes the batches.
    std::size_t batch_bytes_min = 64u << 10;
    std::size_t batch_bytes_max = 1u << 20;
    /// How long a batch below the minimum waits for company even when nothing is on its way.
    std::chrono::milliseconds linger{0};
    /// Of each partition, 1 to 5.
    std::size_t batches_in_flight_max = 5;
    /// Records that may gather or be on their way, in bytes. Beyond it sends wait; those that wait with a token may
    /// hold as much again, and more are refused with ConnectionErrc::too_much_waiting.
    std::size_t waiting_bytes_max = 64u << 20;
    /// What was sent again after a lost connection is stored once, and in order. Without it, one batch of a partition
    /// is on its way at a time, and what was perhaps appended fails.
    bool idempotent = true;
    /// How long a batch is tried again, and records wait behind one that was given up, while the broker is away or
    /// overloaded.
    std::chrono::milliseconds delivery_timeout{120'000};
    /// Told of every batch that failed, on the client's executor.
    std::function<void(const FailedBatch&)> on_failure = {};
};

struct ProducerCounts {
    std::uint64_t records = 0;
    std::uint64_t batches = 0;
    /// Batches that were sent again.
    std::uint64_t repeated = 0;
    std::uint64_t failed_records = 0;
    /// Of records that gather or are on their way.
    std::size_t waiting_bytes = 0;
};

/// Appends records to one stream, in batches; each partition's records are stored in the order of their sends. May be
/// used by many threads. The client must outlive the producer.
class Producer {
public:
    /// The stream is looked at with the first record.
    Producer(Client& client, StreamName stream, ProducerOptions options = {});
    /// Fails what has gathered and was not sent.
    ~Producer();
    Producer(Producer&&) noexcept = default;

    /// Completes with Outcome<Appended> when the record is durable. Waits while there is no room. Errors: what refuses
    /// the record or its batch; stream_does_not_exist.
    template <class Token>
    auto send(NewRecord record, Token&& token) {
        return detail::start_send(state_, std::move(record), std::forward<Token>(token));
    }
    /// Without an outcome of its own: on_failure and flush tell of failures. This is the quick way: nothing is
    /// allocated for the record. Waits on this thread while there is no room, so it is not for threads that run the
    /// client's executor. Errors: throws what refuses the record; stream_does_not_exist; ConnectionErrc::closed.
    void send(const RecordView& record);
    /// The same without waiting. False: there is no room at this time (or the stream is still being looked at); room()
    /// tells when.
    bool try_send(const RecordView& record);
    /// Completes with Outcome<void> when there is room.
    template <class Token>
    auto room(Token&& token) {
        return detail::start_producer(state_, detail::ProducerWait::room, std::forward<Token>(token));
    }

    /// Completes with Outcome<void> when all that was sent before is durable or has failed: with the first failure
    /// since the last flush of records without an outcome of their own.
    template <class Token>
    auto flush(Token&& token) {
        return detail::start_producer(state_, detail::ProducerWait::flush, std::forward<Token>(token));
    }
    /// Accepts no more, and flushes.
    template <class Token>
    auto close(Token&& token) {
        return detail::start_producer(state_, detail::ProducerWait::close, std::forward<Token>(token));
    }

    /// From any thread.
    ProducerCounts counts() const;

private:
    std::shared_ptr<detail::ProducerState> state_;
};

}  // namespace tern
