#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "broker/base/bytes.hpp"
#include "broker/base/result.hpp"
#include "broker/engine/queries.hpp"

/// What one answer tells of a consumer group that may have more members and offsets than an answer can hold.
namespace tern::engine {

/// Where a listing of a group's rows goes on: its members first, then its offsets, each in the order of their keys. A
/// page thus costs what is in it, however much comes before.
struct GroupPlace {
    /// Values are in page tokens.
    enum class Part : std::uint8_t { members = 'm', offsets = 'o' };

    Part part = Part::members;
    /// The key of the part's last row that was looked at, behind the group's number; empty before the first.
    Bytes after{};
};

/// The place that a page token names, which lies in `first` or behind it; the beginning of `first` for an empty token.
/// Errors: page_token_invalid.
Result<GroupPlace> group_place_of(const std::string& token, GroupPlace::Part first);
std::string token_of(const GroupPlace& place);

/// How much more an answer takes in. What is taken last may go a bit beyond: no entry is longer than half a megabyte.
class AnswerRoom {
public:
    static AnswerRoom of_page(const Page& page);
    /// For all in one answer: more than this is longer than a frame in any case.
    static AnswerRoom of_frame();

    bool full() const { return entries_left_ == 0 || bytes_left_ == 0; }
    void take(std::size_t bytes);

private:
    AnswerRoom(std::size_t entries, std::size_t bytes) : entries_left_(entries), bytes_left_(bytes) {}

    std::size_t entries_left_;
    std::size_t bytes_left_;
};

}  // namespace tern::engine
