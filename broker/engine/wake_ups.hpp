#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "broker/base/time.hpp"

namespace tern::engine {

/// At most one moment a queue, in the order of the moments.
class WakeUps {
public:
    void set(std::uint32_t queue, std::optional<Timestamp> at) {
        const auto known = by_queue_.find(queue);
        if (known != by_queue_.end()) {
            by_time_.erase({known->second, queue});
            by_queue_.erase(known);
        }
        if (!at) return;
        by_queue_.emplace(queue, *at);
        by_time_.emplace(*at, queue);
    }
    std::optional<Timestamp> of(std::uint32_t queue) const {
        const auto known = by_queue_.find(queue);
        if (known == by_queue_.end()) return std::nullopt;
        return known->second;
    }
    std::optional<Timestamp> first() const {
        if (by_time_.empty()) return std::nullopt;
        return by_time_.begin()->first;
    }
    /// Takes out all that are due.
    std::vector<std::uint32_t> take_due(Timestamp now) {
        std::vector<std::uint32_t> due;
        while (!by_time_.empty() && by_time_.begin()->first <= now) {
            due.push_back(by_time_.begin()->second);
            set(due.back(), std::nullopt);
        }
        return due;
    }

private:
    std::map<std::uint32_t, Timestamp> by_queue_;
    std::set<std::pair<Timestamp, std::uint32_t>> by_time_;
};

}  // namespace tern::engine
