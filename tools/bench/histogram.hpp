#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tern::bench {

/// Counts values in buckets whose width grows with the value, as HdrHistogram does: values below 256 are kept exactly,
/// greater ones with an error of less than 1/128 of themselves. Recording costs a few nanoseconds and never allocates.
class Histogram {
public:
    Histogram() : counts_(bucket_count, 0) {}

    void record(std::uint64_t value) {
        ++counts_[bucket_of(value)];
        ++count_;
        sum_ += static_cast<double>(value);
        if (value > max_) max_ = value;
    }

    void merge(const Histogram& other);

    /// How many values fell into each bucket: what another process needs to go on with them.
    const std::vector<std::uint64_t>& counts() const { return counts_; }
    /// As many values as the counts say, each as great as its bucket has room for. There are bucket_count of them.
    static Histogram from_counts(const std::uint64_t* counts);

    std::uint64_t count() const { return count_; }
    std::uint64_t max() const { return max_; }
    double mean() const { return count_ == 0 ? 0 : sum_ / static_cast<double>(count_); }

    /// The value that `percent` of the recorded values do not exceed, rounded up by less than 1/128; never more than
    /// max(), and 0 when nothing was recorded.
    std::uint64_t percentile(double percent) const;

    static constexpr std::size_t bucket_of(std::uint64_t value) {
        if (value < sub_buckets) return static_cast<std::size_t>(value);
        const auto shift = static_cast<unsigned>(std::bit_width(value)) - sub_bucket_bits - 1;
        return static_cast<std::size_t>((shift + 1) * sub_buckets + ((value >> shift) - sub_buckets));
    }

    /// The greatest value that falls into the bucket.
    static constexpr std::uint64_t bucket_top(std::size_t bucket) {
        if (bucket < 2 * sub_buckets) return bucket;
        const auto shift = bucket / sub_buckets - 1;
        return ((bucket % sub_buckets + sub_buckets + 1) << shift) - 1;
    }

    static constexpr unsigned sub_bucket_bits = 7;
    static constexpr std::uint64_t sub_buckets = 1u << sub_bucket_bits;
    static constexpr std::size_t bucket_count = (64 - sub_bucket_bits + 1) * sub_buckets;

private:
    std::vector<std::uint64_t> counts_;
    std::uint64_t count_ = 0;
    std::uint64_t max_ = 0;
    double sum_ = 0;
};

}  // namespace tern::bench
