#include <algorithm>
#include <iterator>

#include "protocol/record_batch.hpp"
#include "tests/conformance/kafka/kafka_peer.hpp"
#include "tests/conformance/kafka/wire.hpp"

/// What the peer answers. Of each request it knows the one version that librdkafka chooses from those offered.
namespace tern::conformance::kafka {
namespace {

constexpr std::int16_t no_error = 0;
constexpr std::int32_t no_throttling = 0;

struct Api {
    std::int16_t key;
    std::int16_t min;
    std::int16_t max;
};

// The lowest versions are never used, but librdkafka compresses with gzip, snappy and lz4 only where Produce begins at
// 0 and, for lz4, FindCoordinator is there too.
constexpr Api apis[] = {{0, 0, 7}, {1, 4, 11}, {2, 1, 2}, {3, 0, 4}, {10, 0, 2}, {18, 0, 3}};

}  // namespace

void KafkaPeer::api_versions(WireWriter& to) {
    to.number(no_error);
    to.number(static_cast<std::uint8_t>(std::size(apis) + 1));
    for (const auto& api : apis) to.number(api.key).number(api.min).number(api.max).number(std::uint8_t{0});
    to.number(no_throttling).number(std::uint8_t{0});
}

void KafkaPeer::metadata(WireWriter& to) {
    constexpr std::int32_t node = 1;
    to.number(no_throttling);
    to.number(std::int32_t{1}).number(node).string("127.0.0.1").number(std::int32_t{port_}).no_string();
    to.no_string().number(node);
    to.number(std::int32_t{1}).number(no_error).string(topic).number(std::uint8_t{0});
    to.number(std::int32_t{1}).number(no_error).number(std::int32_t{0}).number(node);
    // Its replicas, and those in step.
    to.number(std::int32_t{1}).number(node).number(std::int32_t{1}).number(node);
}

void KafkaPeer::list_offsets(WireReader& from, WireWriter& to, std::int16_t version) {
    from.number<std::int32_t>();
    if (version >= 2) from.number<std::int8_t>();
    from.number<std::int32_t>();
    from.string();
    from.number<std::int32_t>();
    const auto partition = from.number<std::int32_t>();
    const bool earliest = from.number<std::int64_t>() == -2;

    if (version >= 2) to.number(no_throttling);
    to.number(std::int32_t{1}).string(topic);
    to.number(std::int32_t{1}).number(partition).number(no_error);
    to.number(std::int64_t{-1}).number(earliest ? std::int64_t{0} : end_offset_);
}

void KafkaPeer::fetch(WireReader& from, WireWriter& to) {
    // Replica, wait, least and most bytes, isolation, session and its epoch.
    for (int i = 0; i < 4; ++i) from.number<std::int32_t>();
    from.number<std::int8_t>();
    for (int i = 0; i < 2; ++i) from.number<std::int32_t>();
    const auto topics = from.number<std::int32_t>();

    to.number(no_throttling).number(no_error).number(std::int32_t{0});
    to.number(topics);
    if (topics == 0) return;
    from.string();
    from.number<std::int32_t>();
    const auto partition = from.number<std::int32_t>();
    from.number<std::int32_t>();
    const auto offset = from.number<std::int64_t>();
    from.number<std::int64_t>();
    const auto bytes_max = from.number<std::int32_t>();

    to.string(topic).number(std::int32_t{1}).number(partition).number(no_error);
    to.number(end_offset_).number(end_offset_).number(std::int64_t{0});
    // No aborted transactions, no replica to prefer.
    to.number(std::int32_t{-1}).number(std::int32_t{-1});
    to.bytes(batches_from(offset, static_cast<std::size_t>(std::max(bytes_max, 0))));
}

std::string KafkaPeer::batches_from(std::int64_t offset, std::size_t bytes_max) const {
    std::string batches;
    for (const auto& batch : batches_) {
        if (protocol::read_batch_header(batch).value().last_offset() < offset) continue;
        if (!batches.empty() && batches.size() + batch.size() > bytes_max) break;
        batches += batch;
    }
    return batches;
}

void KafkaPeer::produce(WireReader& from, WireWriter& to) {
    from.string();
    const auto acks = from.number<std::int16_t>();
    from.number<std::int32_t>();
    const auto topics = from.number<std::int32_t>();
    from.string();
    const auto partitions = from.number<std::int32_t>();
    const auto partition = from.number<std::int32_t>();
    const auto batch = from.bytes();
    const auto header = protocol::read_batch_header(batch);
    // One batch at a time, and an answer wanted: all that kcat does.
    from.broken = from.broken || topics != 1 || partitions != 1 || acks == 0 || !header;
    if (from.broken) return;

    to.number(std::int32_t{1}).string(topic);
    to.number(std::int32_t{1}).number(partition).number(no_error);
    to.number(produced_end_).number(std::int64_t{-1}).number(std::int64_t{0});
    to.number(no_throttling);
    produced_end_ += header->records;
    const std::lock_guard lock(mutex_);
    produced_.push_back(batch);
}

}  // namespace tern::conformance::kafka
