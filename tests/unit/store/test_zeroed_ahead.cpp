#include <doctest/doctest.h>

#include "broker/store/zeroed_ahead.hpp"

namespace tern::store {
namespace {

constexpr std::uint64_t page = 4096;
constexpr std::uint64_t far_away = 1u << 30;
using Range = ZeroedAhead::Range;

}  // namespace

TEST_CASE("zeros are written for many commits at once, and each block once") {
    ZeroedAhead zeroed;
    CHECK_EQ(zeroed.next(100 * page, far_away), std::nullopt);
    auto used = 100 * page;
    auto zeroed_until = used;
    unsigned times = 0;
    for (int commit = 0; commit < 1000; ++commit) {
        used += 2 * page;
        if (const auto range = zeroed.next(used, far_away)) {
            ++times;
            CHECK_GE(range->from, used);
            CHECK_GE(range->from, zeroed_until);
            CHECK_EQ(range->to, used + ZeroedAhead::ahead_bytes);
            zeroed_until = range->to;
        }
        // Whatever a commit that gains by it may write next is there.
        CHECK_GE(zeroed_until, used + ZeroedAhead::growth_bytes_max);
    }
    CHECK_LE(times, 1000 * 2 * page / (ZeroedAhead::ahead_bytes - ZeroedAhead::growth_bytes_max) + 1);
}

TEST_CASE("nothing is written while the file does not grow, or grows by much with each commit") {
    ZeroedAhead zeroed;
    auto used = 100 * page;
    for (int commit = 0; commit < 100; ++commit) CHECK_EQ(zeroed.next(used, far_away), std::nullopt);
    for (int commit = 0; commit < 100; ++commit) {
        used += ZeroedAhead::growth_bytes_max + page;
        CHECK_EQ(zeroed.next(used, far_away), std::nullopt);
    }
    used += page;
    CHECK_EQ(zeroed.next(used, far_away), Range{used, used + ZeroedAhead::ahead_bytes});
}

TEST_CASE("zeros stay within what is allocated") {
    ZeroedAhead zeroed;
    zeroed.next(10 * page, far_away);
    CHECK_EQ(zeroed.next(11 * page, 20 * page), Range{11 * page, 20 * page});
    CHECK_EQ(zeroed.next(12 * page, 20 * page), std::nullopt);
    CHECK_EQ(zeroed.next(20 * page, 20 * page), std::nullopt);
    CHECK_EQ(zeroed.next(21 * page, 40 * page), Range{21 * page, 40 * page});
}

}  // namespace tern::store
