#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

#include "broker/base/random_source.hpp"
#include "broker/engine/group_assignment.hpp"

using namespace tern;
using namespace tern::engine;
using namespace tern::engine::assignment;

namespace {

constexpr auto sticky = AssignmentStrategy::cooperative_sticky;
constexpr auto range = AssignmentStrategy::range;

/// Members that all want the same streams.
Subscriptions alike(std::size_t members, const std::vector<std::uint32_t>& streams) {
    return Subscriptions(members, streams);
}

std::vector<std::size_t> sizes(const Shares& shares) {
    std::vector<std::size_t> sizes;
    for (const auto& share : shares) sizes.push_back(share.size());
    return sizes;
}

std::size_t spread(const Shares& shares) {
    const auto all = sizes(shares);
    return *std::max_element(all.begin(), all.end()) - *std::min_element(all.begin(), all.end());
}

std::map<StreamPartition, std::size_t> owners(const Shares& shares) {
    std::map<StreamPartition, std::size_t> owners;
    for (std::size_t member = 0; member < shares.size(); ++member)
        for (const auto& partition : shares[member]) owners.emplace(partition, member);
    return owners;
}

bool wants(const Subscriptions& subscriptions, std::size_t member, std::uint32_t stream) {
    const auto& wanted = subscriptions[member];
    return std::find(wanted.begin(), wanted.end(), stream) != wanted.end();
}

void check_complete(const Subscriptions& subscriptions, const PartitionCounts& partitions, const Shares& shares) {
    REQUIRE_EQ(shares.size(), subscriptions.size());
    std::size_t wanted = 0;
    for (const auto& [stream, count] : partitions) {
        bool is_wanted = false;
        for (std::size_t member = 0; member < subscriptions.size(); ++member)
            is_wanted = is_wanted || wants(subscriptions, member, stream);
        if (is_wanted) wanted += count;
    }
    std::set<StreamPartition> seen;
    for (std::size_t member = 0; member < shares.size(); ++member) {
        CHECK(std::is_sorted(shares[member].begin(), shares[member].end()));
        for (const auto& partition : shares[member]) {
            CHECK(wants(subscriptions, member, partition.stream));
            CHECK_LT(partition.partition, partitions.at(partition.stream));
            CHECK(seen.insert(partition).second);
        }
    }
    CHECK_EQ(seen.size(), wanted);
}

/// No chain of hand-overs leads from a member to one that has two less.
bool is_even(const Subscriptions& subscriptions, const Shares& shares) {
    const auto members = shares.size();
    std::vector<std::vector<bool>> reaches(members, std::vector<bool>(members, false));
    for (std::size_t a = 0; a < members; ++a)
        for (const auto& partition : shares[a])
            for (std::size_t b = 0; b < members; ++b)
                if (wants(subscriptions, b, partition.stream)) reaches[a][b] = true;
    for (std::size_t via = 0; via < members; ++via)
        for (std::size_t a = 0; a < members; ++a)
            for (std::size_t b = 0; b < members; ++b)
                if (reaches[a][via] && reaches[via][b]) reaches[a][b] = true;
    for (std::size_t a = 0; a < members; ++a)
        for (std::size_t b = 0; b < members; ++b)
            if (reaches[a][b] && shares[a].size() >= shares[b].size() + 2) return false;
    return true;
}

struct Case {
    Subscriptions subscriptions;
    PartitionCounts partitions;
    Shares previous;
};

Case random_case(SeededRandom& random) {
    Case made;
    const auto streams = 1 + random.below(5);
    for (std::uint32_t stream = 1; stream <= streams; ++stream)
        made.partitions[stream] = static_cast<std::uint32_t>(random.below(12));
    const auto members = 1 + random.below(7);
    made.previous.resize(members);
    for (std::size_t member = 0; member < members; ++member) {
        std::vector<std::uint32_t> wanted;
        // Also one that does not exist.
        for (std::uint32_t stream = 1; stream <= streams + 1; ++stream)
            if (random.below(2) == 0) wanted.push_back(stream);
        made.subscriptions.push_back(wanted);
        for (auto held = random.below(8); held > 0; --held)
            made.previous[member].push_back({static_cast<std::uint32_t>(1 + random.below(streams + 1)),
                                             static_cast<std::uint32_t>(random.below(14))});
        std::sort(made.previous[member].begin(), made.previous[member].end());
    }
    return made;
}

}  // namespace

TEST_SUITE("group assignment") {
    TEST_CASE("ranges put equal numbers of several streams on one member") {
        const auto shares = assign(range, alike(2, {1, 2}), {{1, 3}, {2, 3}}, Shares(2));

        CHECK_EQ(shares[0], std::vector<StreamPartition>{{1, 0}, {1, 1}, {2, 0}, {2, 1}});
        CHECK_EQ(shares[1], std::vector<StreamPartition>{{1, 2}, {2, 2}});
    }

    TEST_CASE("members without partitions are possible") {
        CHECK_EQ(sizes(assign(sticky, alike(3, {1}), {{1, 2}}, Shares(3))), std::vector<std::size_t>{1, 1, 0});
        CHECK_EQ(sizes(assign(range, alike(3, {1}), {{1, 2}}, Shares(3))), std::vector<std::size_t>{1, 1, 0});
        CHECK_EQ(sizes(assign(sticky, alike(2, {9}), {{1, 2}}, Shares(2))), std::vector<std::size_t>{0, 0});
        CHECK(assign(sticky, {}, {{1, 2}}, {}).empty());
    }

    TEST_CASE("each stream is spread over the members") {
        const auto shares = assign(sticky, alike(2, {1, 2}), {{1, 2}, {2, 2}}, Shares(2));

        CHECK_EQ(shares[0], std::vector<StreamPartition>{{1, 0}, {2, 0}});
        CHECK_EQ(shares[1], std::vector<StreamPartition>{{1, 1}, {2, 1}});
    }

    TEST_CASE("a member that leaves moves only its own partitions") {
        for (std::uint32_t partitions = 1; partitions <= 40; ++partitions) {
            for (std::size_t members = 2; members <= 7; ++members) {
                auto before = assign(sticky, alike(members, {1}), {{1, partitions}}, Shares(members));
                const auto gone = partitions % members;
                before.erase(before.begin() + static_cast<std::ptrdiff_t>(gone));

                const auto after = assign(sticky, alike(members - 1, {1}), {{1, partitions}}, before);

                const auto now = owners(after);
                for (const auto& [partition, owner] : owners(before)) CHECK_EQ(now.at(partition), owner);
                CHECK_LE(spread(after), 1);
            }
        }
    }

    TEST_CASE("a member that joins takes only what balance needs") {
        for (std::uint32_t partitions = 1; partitions <= 40; ++partitions) {
            for (std::size_t members = 1; members <= 7; ++members) {
                auto before = assign(sticky, alike(members, {1, 2}), {{1, partitions}, {2, 5}}, Shares(members));
                before.emplace_back();

                const auto after = assign(sticky, alike(members + 1, {1, 2}), {{1, partitions}, {2, 5}}, before);

                const auto now = owners(after);
                std::size_t moved = 0;
                for (const auto& [partition, owner] : owners(before)) {
                    if (now.at(partition) == owner) continue;
                    ++moved;
                    CHECK_EQ(now.at(partition), members);
                }
                CHECK_EQ(moved, (partitions + 5) / (members + 1));
                CHECK_LE(spread(after), 1);
            }
        }
    }

    TEST_CASE("partitions that a stream grows by leave the others where they are") {
        const auto before = assign(sticky, alike(3, {1}), {{1, 7}}, Shares(3));

        const auto after = assign(sticky, alike(3, {1}), {{1, 12}}, before);

        const auto now = owners(after);
        for (const auto& [partition, owner] : owners(before)) CHECK_EQ(now.at(partition), owner);
        CHECK_EQ(sizes(after), std::vector<std::size_t>{4, 4, 4});
    }

    TEST_CASE("who wants other streams is considered hand over hand") {
        // The first has all of stream 1, which the second wants too; the second has stream 2, which the third wants.
        const Subscriptions subscriptions{{1}, {1, 2}, {2, 3}};
        const Shares before{{{1, 0}, {1, 1}, {1, 2}}, {{2, 0}, {2, 1}}, {{3, 0}}};

        const auto after = assign(sticky, subscriptions, {{1, 3}, {2, 2}, {3, 1}}, before);

        CHECK_EQ(sizes(after), std::vector<std::size_t>{2, 2, 2});
        CHECK_EQ(after[0], std::vector<StreamPartition>{{1, 0}, {1, 1}});
        CHECK_EQ(after[1], std::vector<StreamPartition>{{1, 2}, {2, 0}});
    }

    TEST_CASE("whatever is given: every partition once, evenly, and the same again") {
        SeededRandom random(7);
        for (int round = 0; round < 4000; ++round) {
            CAPTURE(round);
            const auto given = random_case(random);
            for (const auto strategy : {sticky, range}) {
                const auto shares = assign(strategy, given.subscriptions, given.partitions, given.previous);

                check_complete(given.subscriptions, given.partitions, shares);
                CHECK_EQ(assign(strategy, given.subscriptions, given.partitions, shares), shares);
            }
            const auto shares = assign(sticky, given.subscriptions, given.partitions, given.previous);
            CHECK(is_even(given.subscriptions, shares));
        }
    }

    TEST_CASE("a thousand members and a hundred streams are assigned") {
        Subscriptions subscriptions(1000);
        PartitionCounts partitions;
        for (std::uint32_t stream = 0; stream < 100; ++stream) partitions[stream] = 100;
        for (std::uint32_t member = 0; member < 1000; ++member)
            for (std::uint32_t stream = 0; stream < 100; ++stream)
                if ((member + stream) % 3 != 0) subscriptions[member].push_back(stream);

        auto shares = assign(sticky, subscriptions, partitions, Shares(1000));
        CHECK_LE(spread(shares), 1);

        subscriptions.erase(subscriptions.begin());
        shares.erase(shares.begin());
        CHECK_LE(spread(assign(sticky, subscriptions, partitions, shares)), 1);
    }
}
