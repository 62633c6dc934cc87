#include <doctest/doctest.h>

#include <optional>

#include "broker/runtime/durable_ends.hpp"

namespace tern::runtime {

using engine::StreamPartition;

namespace {

constexpr StreamPartition first{1, 0};
constexpr StreamPartition second{1, 1};
constexpr StreamPartition other{2, 0};

}  // namespace

TEST_CASE("when nothing was committed everything that is seen is durable") {
    const DurableEnds ends;

    CHECK_EQ(ends.durable_end()(first), std::nullopt);
}

TEST_CASE("a commit is held back from before it can be seen until it is flushed") {
    DurableEnds ends;

    ends.before_commit({{first, 10, 15}});
    CHECK_EQ(ends.durable_end()(first), std::optional<std::uint64_t>(10));
    CHECK_EQ(ends.durable_end()(second), std::nullopt);
    ends.after_commit();
    CHECK_EQ(ends.durable_end()(first), std::optional<std::uint64_t>(10));
    ends.after_flush();
    CHECK_EQ(ends.durable_end()(first), std::nullopt);
}

TEST_CASE("a commit that is durable when it returns is held back until then") {
    DurableEnds ends;
    ends.before_commit({{first, 10, 15}});
    CHECK_EQ(ends.durable_end()(first), std::optional<std::uint64_t>(10));

    ends.after_flush();

    CHECK_EQ(ends.durable_end()(first), std::nullopt);
    ends.before_commit({{second, 7, 8}});
    CHECK_EQ(ends.durable_end()(first), std::nullopt);
    CHECK_EQ(ends.durable_end()(second), std::optional<std::uint64_t>(7));
}

TEST_CASE("the next commit's return makes the one before it durable, and not itself") {
    DurableEnds ends;
    ends.before_commit({{first, 10, 15}, {other, 3, 4}});
    ends.after_commit();

    ends.before_commit({{first, 15, 20}, {second, 7, 8}});
    const auto both = ends.durable_end();
    ends.after_commit();
    const auto latest = ends.durable_end();

    CHECK_EQ(both(first), std::optional<std::uint64_t>(10));
    CHECK_EQ(both(second), std::optional<std::uint64_t>(7));
    CHECK_EQ(both(other), std::optional<std::uint64_t>(3));
    CHECK_EQ(latest(first), std::optional<std::uint64_t>(15));
    CHECK_EQ(latest(second), std::optional<std::uint64_t>(7));
    CHECK_EQ(latest(other), std::nullopt);
}

TEST_CASE("a commit that appends nothing makes the one before it durable, too") {
    DurableEnds ends;
    ends.before_commit({{first, 10, 15}});
    ends.after_commit();

    ends.before_commit({});
    CHECK_EQ(ends.durable_end()(first), std::optional<std::uint64_t>(10));
    ends.after_commit();

    CHECK_EQ(ends.durable_end()(first), std::nullopt);
}

}  // namespace tern::runtime
