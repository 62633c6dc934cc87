#include "broker/engine/group.hpp"

#include <algorithm>
#include <charconv>

#include "broker/base/ascii.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

constexpr std::size_t member_name_digits = 16;

bool fits_group_name(char c) {
    return is_alphanumeric(c) || std::string_view("._-:/").find(c) != std::string_view::npos;
}

}  // namespace

const AssignedPartition* Member::assigned(StreamPartition partition) const {
    const auto found =
        std::lower_bound(row.assigned.begin(), row.assigned.end(), partition,
                         [](const AssignedPartition& a, StreamPartition wanted) { return a.partition < wanted; });
    return found != row.assigned.end() && found->partition == partition ? &*found : nullptr;
}

bool Member::should_have(StreamPartition partition) const {
    return std::binary_search(row.target.begin(), row.target.end(), partition);
}

std::vector<StreamPartition> Member::assigned_share() const {
    std::vector<StreamPartition> share;
    for (const auto& each : row.assigned)
        if (should_have(each.partition)) share.push_back(each.partition);
    return share;
}

std::string member_name(std::uint64_t member) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string name(member_name_digits, '0');
    for (auto at = name.rbegin(); at != name.rend(); ++at, member >>= 4) *at = digits[member & 15];
    return name;
}

std::uint64_t member_number(std::string_view name) {
    std::uint64_t number = 0;
    if (name.size() != member_name_digits) return 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number, 16);
    return error == std::errc() && end == name.data() + name.size() ? number : 0;
}

bool valid_group_name(std::string_view name) {
    return !name.empty() && name.size() <= protocol::group_name_bytes_max &&
           std::all_of(name.begin(), name.end(), fits_group_name);
}

}  // namespace tern::engine
