#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "broker/base/time.hpp"

namespace tern::runtime {

/// Somebody who is on a topic, by however many connections.
struct PresenceMember {
    std::string member;
    std::string state;
    std::uint32_t connections = 0;
    Timestamp joined_at;

    bool operator==(const PresenceMember&) const = default;
};

/// What changed on one topic since the last change was told.
struct PresenceChange {
    std::vector<PresenceMember> joined;
    std::vector<std::string> left;
    std::vector<PresenceMember> updated;

    bool empty() const { return joined.empty() && left.empty() && updated.empty(); }
};

}  // namespace tern::runtime
