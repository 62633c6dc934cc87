#include <doctest/doctest.h>

#include <optional>
#include <utility>
#include <vector>

#include "broker/runtime/waiting_fetches.hpp"

namespace tern::runtime {

using engine::StreamPartition;

namespace {

constexpr StreamPartition partition_0{1, 0};
constexpr StreamPartition partition_1{1, 1};
constexpr Timestamp soon(2'000);
constexpr Timestamp later(3'000);

struct Room {
    explicit Room(std::uint64_t waiting_max = 100) : fetches(waiting, waiting_max, [this] { ++earlier_deadlines; }) {}

    WaitingFetches::Id park(std::vector<StreamPartition> partitions, Timestamp deadline = later) {
        fetches.begin_read();
        const auto id = fetches.park(
            {.session = 7, .partitions = std::move(partitions), .streams = {{"", "s"}}, .deadline = deadline});
        REQUIRE(id.has_value());
        return *id;
    }
    std::vector<WaitingFetches::Id> touched(StreamNews news) const {
        std::vector<WaitingFetches::Id> ids;
        for (const auto& due : fetches.touched_by(news)) ids.push_back(due.id);
        return ids;
    }

    std::uint64_t waiting_count() const { return waiting.value(); }

    Counter waiting;
    int earlier_deadlines = 0;
    WaitingFetches fetches;
};

using Ids = std::vector<WaitingFetches::Id>;

}  // namespace

TEST_CASE_FIXTURE(Room, "news touch the fetches that wait for their partitions, each once") {
    const auto both = park({partition_0, partition_1});
    const auto one = park({partition_1});

    CHECK_EQ(touched({.grown = {partition_0}, .cut = {}}), Ids{both});
    CHECK_EQ(touched({.grown = {partition_1, partition_0, partition_1}, .cut = {}}), Ids{both, one});
    CHECK(touched({.grown = {{2, 0}}, .cut = {}}).empty());
}

TEST_CASE_FIXTURE(Room, "a stream that is cut touches those that wait for any of its partitions") {
    const auto waiting = park({partition_0});

    CHECK_EQ(touched({.grown = {}, .cut = {{"", "s"}}}), Ids{waiting});
    CHECK(touched({.grown = {}, .cut = {{"", "other"}, {"elsewhere", "s"}}}).empty());
}

TEST_CASE_FIXTURE(Room, "who is removed is told nothing any more") {
    const auto waiting = park({partition_0});
    fetches.remove(waiting);
    fetches.remove(waiting);

    CHECK(touched({.grown = {partition_0}, .cut = {{"", "s"}}}).empty());
    CHECK(fetches.overdue(later).empty());
    CHECK_EQ(fetches.next_deadline(), std::nullopt);
    CHECK_EQ(waiting_count(), 0);
}

TEST_CASE_FIXTURE(Room, "whose time is over is told so once, in the order of the deadlines") {
    const auto second_to_go = park({partition_0}, later);
    const auto first_to_go = park({partition_0}, soon);
    CHECK_EQ(fetches.next_deadline(), std::optional(soon));

    CHECK(fetches.overdue(soon - Milliseconds(1)).empty());
    const auto early = fetches.overdue(soon);
    const auto late = fetches.overdue(later);

    REQUIRE_EQ(early.size(), 1);
    CHECK_EQ(early[0].id, first_to_go);
    CHECK_EQ(early[0].session, 7);
    CHECK(early[0].over);
    REQUIRE_EQ(late.size(), 1);
    CHECK_EQ(late[0].id, second_to_go);
    CHECK(fetches.overdue(later).empty());
    CHECK_EQ(fetches.size(), 2);
}

TEST_CASE_FIXTURE(Room, "an earlier deadline is announced, a later one is not") {
    park({partition_0}, later);
    CHECK_EQ(earlier_deadlines, 1);
    park({partition_0}, later + Milliseconds(1));
    CHECK_EQ(earlier_deadlines, 1);
    park({partition_0}, soon);
    CHECK_EQ(earlier_deadlines, 2);
}

TEST_CASE_FIXTURE(Room, "it is watched from before a read until nobody reads or waits any more") {
    CHECK_FALSE(fetches.watched());
    fetches.begin_read();
    CHECK(fetches.watched());
    fetches.end_read();
    CHECK_FALSE(fetches.watched());

    const auto id = park({partition_0});
    CHECK(fetches.watched());
    fetches.remove(id);
    CHECK_FALSE(fetches.watched());
}

TEST_CASE("no more wait than the limit allows, and who is turned away is not waited for") {
    Room room(2);
    room.park({partition_0});
    const auto second_one = room.park({partition_0});

    room.fetches.begin_read();
    const auto refused =
        room.fetches.park({.session = 7, .partitions = {partition_0}, .streams = {}, .deadline = later});
    REQUIRE_FALSE(refused.has_value());
    CHECK_EQ(refused.error(), Errc::overloaded);

    room.fetches.remove(second_one);
    room.park({partition_0});
    CHECK_EQ(room.waiting_count(), 2);
}

}  // namespace tern::runtime
