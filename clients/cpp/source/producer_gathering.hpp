#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "clients/cpp/source/producer_lane.hpp"
#include "protocol/record_batch.hpp"
#include "tern/producer.hpp"

namespace tern::detail {

/// A batch in the making.
struct GatheringBatch {
    std::uint64_t number = 0;
    std::uint32_t partition = 0;
    protocol::BatchBuilder builder;
    RecordCompletions completions;
};

/// The records of a producer on their way into batches: one open batch a partition, and closed ones behind it that
/// found no place on the connection yet. No I/O, no clock; not for many threads.
class ProducerGathering {
public:
    explicit ProducerGathering(const ProducerOptions& options) : options_(options) {}

    /// As many partitions as the stream has; their number may grow.
    void set_partitions(std::uint32_t partitions, std::size_t record_bytes_max);
    std::uint32_t partitions() const { return static_cast<std::uint32_t>(places_.size()); }

    /// Why this record can never be taken, if so.
    std::optional<Error> refusal(const RecordView& record) const;
    /// True when a record of this size has room now.
    bool has_room(std::size_t bytes) const { return bytes_ == 0 || bytes_ + bytes <= options_.waiting_bytes_max; }
    static std::size_t bytes_of(const RecordView& record);

    /// Takes a record that has room; tells its partition. `completion` may be null.
    std::uint32_t add(const RecordView& record, std::int64_t now_ms, std::unique_ptr<Completion<Appended>> completion);
    /// What waits in a partition.
    bool has_closed(std::uint32_t partition) const { return !places_[partition].closed.empty(); }
    std::size_t open_bytes(std::uint32_t partition) const;
    /// The oldest batch of the partition, which has one.
    std::unique_ptr<GatheringBatch> take(std::uint32_t partition);
    /// All that has gathered.
    std::vector<std::unique_ptr<GatheringBatch>> take_all();
    /// The memory of a batch that was taken.
    void give_back(std::unique_ptr<GatheringBatch> batch);

    /// Of records that gather or were taken and not settled yet.
    std::size_t bytes() const { return bytes_; }
    void settled(std::size_t bytes) { bytes_ -= bytes; }
    std::uint64_t batches_begun() const { return batches_begun_; }

private:
    struct Place {
        std::unique_ptr<GatheringBatch> open;
        std::vector<std::unique_ptr<GatheringBatch>> closed;
    };

    std::uint32_t partition_of(const RecordView& record);
    bool is_full(std::uint32_t partition, std::size_t bytes) const;
    void open(std::uint32_t partition);
    void close(std::uint32_t partition);

    const ProducerOptions& options_;
    std::vector<Place> places_;
    std::vector<std::unique_ptr<GatheringBatch>> spare_;
    std::size_t record_bytes_max_ = 0;
    std::size_t bytes_ = 0;
    std::uint64_t batches_begun_ = 0;
    /// Where records without a key go until that batch is closed.
    std::uint32_t turn_ = 0;
};

}  // namespace tern::detail
