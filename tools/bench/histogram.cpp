#include "tools/bench/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace tern::bench {

void Histogram::merge(const Histogram& other) {
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) counts_[bucket] += other.counts_[bucket];
    count_ += other.count_;
    sum_ += other.sum_;
    max_ = std::max(max_, other.max_);
}

Histogram Histogram::from_counts(const std::uint64_t* counts) {
    Histogram histogram;
    for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
        if (counts[bucket] == 0) continue;
        histogram.counts_[bucket] = counts[bucket];
        histogram.count_ += counts[bucket];
        histogram.sum_ += static_cast<double>(bucket_top(bucket)) * static_cast<double>(counts[bucket]);
        histogram.max_ = bucket_top(bucket);
    }
    return histogram;
}

std::uint64_t Histogram::percentile(double percent) const {
    if (count_ == 0) return 0;
    const auto wanted = static_cast<std::uint64_t>(std::ceil(percent / 100 * static_cast<double>(count_)));
    const auto rank = std::clamp<std::uint64_t>(wanted, 1, count_);
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
        seen += counts_[bucket];
        if (seen >= rank) return std::min(bucket_top(bucket), max_);
    }
    return max_;
}

}  // namespace tern::bench
