#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "broker/frontends/native/history_search.hpp"

namespace tern::native {

namespace {

/// A history from 100 to 5100, of which every tenth is of subject t.a, the others of t.b.
struct HistorySearchFixture {
    HistoryReader reader = [this](std::uint64_t offset, const engine::HistoryLimits& limits) {
        engine::HistoryPiece piece;
        std::uint64_t bytes = 0;
        piece.start_offset = 100;
        piece.end_offset = 5'100;
        piece.next_offset = std::clamp<std::uint64_t>(offset, 100, 5'100);
        while (piece.next_offset < 5'100 && piece.publications.size() < limits.publications_max &&
               (bytes == 0 || bytes + data_bytes <= limits.bytes_max)) {
            const auto at = piece.next_offset++;
            bytes += data_bytes;
            piece.publications.push_back(
                {at, Timestamp(0), {}, {at % 10 == 0 ? "t.a" : "t.b", std::string(data_bytes, 'x'), {}, {}, {}}});
        }
        bytes_read += bytes;
        return Result<engine::HistoryPiece>(std::move(piece));
    };
    static bool is_a(const engine::StoredPublication& stored) { return stored.publication.subject == "t.a"; }
    static std::vector<std::uint64_t> offsets(const std::vector<engine::StoredPublication>& publications) {
        std::vector<std::uint64_t> offsets;
        for (const auto& stored : publications) offsets.push_back(stored.offset);
        return offsets;
    }
    static bool is_none(const engine::StoredPublication&) { return false; }
    std::size_t data_bytes = 1;
    std::uint64_t bytes_read = 0;
};

using Offsets = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE_FIXTURE(HistorySearchFixture, "backwards the last ones that pass are found, oldest first") {
    const auto found = find_before(reader, 1'005, 3, is_a);
    CHECK(offsets(found->publications) == Offsets{980, 990, 1'000});
    CHECK_EQ(found->from_offset, 980);
    const auto more = find_before(reader, found->from_offset, 2, is_a);
    CHECK(offsets(more->publications) == Offsets{960, 970});
}

TEST_CASE_FIXTURE(HistorySearchFixture, "backwards the search ends at the start of the history") {
    const auto found = find_before(reader, 125, 10, is_a);
    CHECK(offsets(found->publications) == Offsets{100, 110, 120});
    CHECK_EQ(found->from_offset, 100);
    CHECK(find_before(reader, 50, 10, is_a)->publications.empty());
    CHECK_EQ(find_before(reader, 9'999, 1, is_a)->publications.at(0).offset, 5'090);
}

TEST_CASE_FIXTURE(HistorySearchFixture, "forwards the next ones that pass are found, and where to go on") {
    const auto found = find_from(reader, 101, 2, is_a);
    CHECK(offsets(found->publications) == Offsets{110, 120});
    CHECK_EQ(offsets(find_from(reader, found->next_offset, 1, is_a)->publications), Offsets{130});
    CHECK_EQ(find_from(reader, 5'095, 5, is_a)->next_offset, 5'100);
}

TEST_CASE_FIXTURE(HistorySearchFixture, "neither keeps more bytes than it may, and loses none for that") {
    data_bytes = 400u << 10;
    const auto backwards = find_before(reader, 200, 5, is_a);
    CHECK(offsets(backwards->publications) == Offsets{180, 190});
    CHECK_EQ(backwards->from_offset, 180);
    const auto forwards = find_from(reader, 100, 5, is_a);
    CHECK(offsets(forwards->publications) == Offsets{100, 110});
    CHECK(offsets(find_from(reader, forwards->next_offset, 1, is_a)->publications) == Offsets{120});
}

TEST_CASE_FIXTURE(HistorySearchFixture,
                  "a search reads so many bytes at most, whichever way, and each goes on where it ended") {
    for (const std::size_t bytes : {10u << 10, 1u << 20, 9u << 20}) {
        CAPTURE(bytes);
        data_bytes = bytes;
        // Beside what was looked through there may be a stretch that was too long, and the rest of a last one.
        const auto enough = history_searched_bytes_max + 2 * (std::uint64_t{5} << 20) + 2 * bytes;

        bytes_read = 0;
        const auto backwards = find_before(reader, 5'100, 1'000, is_none);
        CHECK(backwards->publications.empty());
        CHECK_LT(backwards->from_offset, 5'100);
        CHECK_GT(backwards->from_offset, 100);
        CHECK_LE(bytes_read, enough);
        CHECK_LT(find_before(reader, backwards->from_offset, 1'000, is_none)->from_offset, backwards->from_offset);

        bytes_read = 0;
        const auto forwards = find_from(reader, 100, 1'000, is_none);
        CHECK(forwards->publications.empty());
        CHECK_GT(forwards->next_offset, 100);
        CHECK_LT(forwards->next_offset, 5'100);
        CHECK_LE(bytes_read, enough);
    }
}

TEST_CASE_FIXTURE(HistorySearchFixture, "the last ones are found whatever their length") {
    for (const std::size_t bytes : {1u, 10u << 10, 600u << 10, 9u << 20}) {
        CAPTURE(bytes);
        data_bytes = bytes;
        std::vector<std::uint64_t> found;
        for (std::uint64_t before = 200; before > 100;) {
            const auto piece = find_before(reader, before, 1'000, is_a);
            const auto here = offsets(piece->publications);
            found.insert(found.begin(), here.begin(), here.end());
            REQUIRE_LT(piece->from_offset, before);
            before = piece->from_offset;
        }
        CHECK(found == Offsets{100, 110, 120, 130, 140, 150, 160, 170, 180, 190});
    }
}

}  // namespace tern::native
