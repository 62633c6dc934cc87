#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/engine/topic_queries.hpp"

/// Looking for publications in a topic's history, back from an offset: the log is read forwards only, so it is looked
/// through in stretches.
namespace tern::native {

/// As TopicSurroundings::read_history, of one topic.
using HistoryReader = std::function<Result<engine::HistoryPiece>(std::uint64_t offset, const engine::HistoryLimits&)>;
using PublicationTest = std::function<bool(const engine::StoredPublication&)>;

/// No search looks at more publications: those of one topic that few match could take long.
inline constexpr std::size_t history_searched_max = 10'000;
/// Nor reads more bytes on the way, unless it is one publication.
inline constexpr std::uint64_t history_searched_bytes_max = 16u << 20;
/// Nor keeps more bytes of what it has found, unless it is one publication.
inline constexpr std::uint64_t history_found_bytes_max = 1u << 20;

/// Behind every end: reads nothing but where a history begins and ends.
inline constexpr std::uint64_t behind_the_end = std::numeric_limits<std::uint64_t>::max();

struct FoundInHistory {
    /// Oldest first.
    std::vector<engine::StoredPublication> publications;
    /// All from here up to where the search began was looked at.
    std::uint64_t from_offset = 0;
    std::uint64_t start_offset = 0;
    std::uint64_t end_offset = 0;
};
/// The last publications before an offset that pass the test, up to so many. Errors: those of the reader.
Result<FoundInHistory> find_before(const HistoryReader& read, std::uint64_t before, std::size_t publications_max,
                                   const PublicationTest& passes);
/// The next ones from an offset on; all before `next` was looked at.
struct FoundForwards {
    std::vector<engine::StoredPublication> publications;
    std::uint64_t next_offset = 0;
    std::uint64_t start_offset = 0;
    std::uint64_t end_offset = 0;
};
Result<FoundForwards> find_from(const HistoryReader& read, std::uint64_t offset, std::size_t publications_max,
                                const PublicationTest& passes);

}  // namespace tern::native
