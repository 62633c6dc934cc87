#include "broker/engine/group_page.hpp"

#include <algorithm>
#include <limits>

#include "broker/base/base64url.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

/// A member's number, or a stream's and a partition's.
constexpr std::size_t row_key_bytes = sizeof(std::uint64_t);
/// Ends a page before its number of entries does: long metadata, many partitions.
constexpr std::size_t page_bytes_max = 1u << 20;

}  // namespace

Result<GroupPlace> group_place_of(const std::string& token, GroupPlace::Part first) {
    if (token.empty()) return GroupPlace{first};
    const auto named = decode_base64url(token);
    if (!named || named->empty()) return Errc::page_token_invalid;
    const auto part = static_cast<GroupPlace::Part>(named->front());
    auto after = named->substr(1);
    const bool in_members = part == GroupPlace::Part::members && first == GroupPlace::Part::members;
    const bool in_offsets = part == GroupPlace::Part::offsets;
    if (!in_members && !in_offsets) return Errc::page_token_invalid;
    if (!after.empty() && after.size() != row_key_bytes) return Errc::page_token_invalid;
    return GroupPlace{part, std::move(after)};
}

std::string token_of(const GroupPlace& place) {
    return encode_base64url(Bytes(1, static_cast<char>(place.part)) + place.after);
}

AnswerRoom AnswerRoom::of_page(const Page& page) {
    return {static_cast<std::size_t>(page.entries_max), page_bytes_max};
}

AnswerRoom AnswerRoom::of_frame() {
    return {std::numeric_limits<std::size_t>::max(), protocol::frame_bytes_max};
}

void AnswerRoom::take(std::size_t bytes) {
    --entries_left_;
    bytes_left_ -= std::min(bytes, bytes_left_);
}

}  // namespace tern::engine
