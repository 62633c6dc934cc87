#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "tools/bench/histogram.hpp"
#include "tools/bench/median.hpp"

using namespace tern::bench;

TEST_CASE("a bucket holds its values with an error of less than 1/128") {
    std::mt19937_64 random(7);
    for (int i = 0; i < 200'000; ++i) {
        const auto value = random() >> (random() % 64);

        const auto top = Histogram::bucket_top(Histogram::bucket_of(value));

        REQUIRE_GE(top, value);
        REQUIRE_LT(static_cast<double>(top - value), std::max(1.0, static_cast<double>(value) / 128));
    }
}

TEST_CASE("buckets follow each other without gaps or overlaps") {
    for (std::size_t bucket = 0; bucket + 1 < Histogram::bucket_of(UINT64_MAX); ++bucket) {
        const auto top = Histogram::bucket_top(bucket);

        REQUIRE_EQ(Histogram::bucket_of(top), bucket);
        REQUIRE_EQ(Histogram::bucket_of(top + 1), bucket + 1);
    }
    CHECK_EQ(Histogram::bucket_top(Histogram::bucket_of(UINT64_MAX)), UINT64_MAX);
}

TEST_CASE("values below 256 are kept exactly") {
    for (std::uint64_t value = 0; value < 256; ++value)
        REQUIRE_EQ(Histogram::bucket_top(Histogram::bucket_of(value)), value);
}

TEST_CASE("percentiles agree with those of the sorted values within the error bound") {
    std::mt19937_64 random(11);
    std::lognormal_distribution<double> latency(13, 1.5);
    Histogram histogram;
    std::vector<std::uint64_t> values;
    for (int i = 0; i < 50'000; ++i) {
        values.push_back(static_cast<std::uint64_t>(latency(random)));
        histogram.record(values.back());
    }
    std::sort(values.begin(), values.end());

    for (const double percent : {0.1, 1.0, 25.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
        const auto rank = static_cast<std::size_t>(std::ceil(percent / 100 * static_cast<double>(values.size())));
        const auto exact = values[rank - 1];
        CAPTURE(percent);
        CHECK_GE(histogram.percentile(percent), exact);
        CHECK_LE(static_cast<double>(histogram.percentile(percent)), static_cast<double>(exact) * (1 + 1.0 / 128) + 1);
    }
}

TEST_CASE("a percentile is never above the greatest value") {
    Histogram histogram;
    histogram.record(1'000'003);

    CHECK_EQ(histogram.percentile(50), 1'000'003);
    CHECK_EQ(histogram.percentile(99.9), 1'000'003);
    CHECK_EQ(histogram.max(), 1'000'003);
}

TEST_CASE("an empty histogram tells zeros") {
    const Histogram histogram;

    CHECK_EQ(histogram.count(), 0);
    CHECK_EQ(histogram.percentile(99), 0);
    CHECK_EQ(histogram.mean(), 0);
}

TEST_CASE("merged histograms tell what one histogram of all values would") {
    Histogram odd, even, all;
    for (std::uint64_t value = 1; value <= 10'000; ++value) {
        (value % 2 == 0 ? even : odd).record(value * 997);
        all.record(value * 997);
    }

    odd.merge(even);

    CHECK_EQ(odd.count(), all.count());
    CHECK_EQ(odd.max(), all.max());
    CHECK_EQ(odd.mean(), doctest::Approx(all.mean()));
    for (const double percent : {10.0, 50.0, 99.0}) CHECK_EQ(odd.percentile(percent), all.percentile(percent));
}

TEST_CASE("the median is the middle value, or the mean of the two in the middle") {
    CHECK_EQ(median({3, 1, 2}), 2);
    CHECK_EQ(median({4, 1, 3, 2}), 2.5);
    CHECK_EQ(median({}), 0);
}
