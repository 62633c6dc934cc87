#include "broker/store/zeroed_ahead.hpp"

#include <algorithm>
#include <utility>

namespace tern::store {

std::optional<ZeroedAhead::Range> ZeroedAhead::next(std::uint64_t used_bytes, std::uint64_t allocated_bytes) {
    const auto before = std::exchange(used_before_, used_bytes).value_or(used_bytes);
    const auto growth = used_bytes - std::min(before, used_bytes);
    if (growth == 0 || growth > growth_bytes_max) return std::nullopt;
    const auto from = std::max(zeroed_until_, used_bytes);
    if (from >= used_bytes + growth_bytes_max) return std::nullopt;
    const auto to = std::min(used_bytes + ahead_bytes, allocated_bytes);
    if (to <= from) return std::nullopt;
    zeroed_until_ = to;
    return Range{from, to};
}

}  // namespace tern::store
