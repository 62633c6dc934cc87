#include "tern/blocking_stream_consumer.hpp"

#include <boost/asio/use_future.hpp>
#include <utility>

#include "tern/client.hpp"

namespace tern {

namespace {

constexpr auto token = boost::asio::use_future;

}  // namespace

BlockingStreamConsumer::BlockingStreamConsumer(BlockingClient& client, StreamConsumerOptions options)
    : consumer_(client.asynchronous(), std::move(options)) {}

std::vector<ConsumedRecord> BlockingStreamConsumer::poll(std::size_t records_max, std::chrono::milliseconds wait) {
    return consumer_.poll(records_max, wait, token).get().value();
}

void BlockingStreamConsumer::commit() {
    consumer_.commit(token).get().value();
}

void BlockingStreamConsumer::commit(const std::vector<OffsetToCommit>& offsets) {
    consumer_.commit(offsets, token).get().value();
}

std::vector<CommittedOffset> BlockingStreamConsumer::committed(const std::vector<PartitionSet>& partitions) {
    return consumer_.committed(partitions, token).get().value();
}

std::uint64_t BlockingStreamConsumer::position(const StreamPartition& partition) {
    return consumer_.position(partition, token).get().value();
}

void BlockingStreamConsumer::rejoin() {
    consumer_.rejoin(token).get().value();
}

void BlockingStreamConsumer::close() {
    consumer_.close(token).get().value();
}

}  // namespace tern
