#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tern/blocking_client.hpp"
#include "tern/stream_consumer.hpp"

namespace tern {

/// A StreamConsumer whose calls wait for their outcomes. The client must outlive it. Its callbacks run on the client's
/// thread: they must not call the consumer.
/// Errors: every call throws Error.
class BlockingStreamConsumer {
public:
    BlockingStreamConsumer(BlockingClient& client, StreamConsumerOptions options);

    std::vector<ConsumedRecord> poll(std::size_t records_max, std::chrono::milliseconds wait);
    /// All that polls have given, or these offsets.
    void commit();
    void commit(const std::vector<OffsetToCommit>& offsets);
    std::vector<CommittedOffset> committed(const std::vector<PartitionSet>& partitions = {});
    std::uint64_t position(const StreamPartition& partition);
    void seek(const StreamPartition& partition, std::uint64_t offset) { consumer_.seek(partition, offset); }
    void pause(const std::vector<StreamPartition>& partitions) { consumer_.pause(partitions); }
    void resume(const std::vector<StreamPartition>& partitions) { consumer_.resume(partitions); }
    void rejoin();
    /// Commits, leaves the group, and ends.
    void close();

    GroupName group() const { return consumer_.group(); }
    CommitIdentity identity() const { return consumer_.identity(); }
    StreamConsumer& asynchronous() { return consumer_; }

private:
    StreamConsumer consumer_;
};

}  // namespace tern
