#pragma once

#include <cstdint>
#include <map>
#include <mutex>

#include "broker/runtime/metrics.hpp"

namespace tern::runtime {

/// How many sessions are subscribed to each topic, on all I/O threads. From any thread.
class SubscriberCounts {
public:
    /// `all` counts those of all topics.
    explicit SubscriberCounts(Counter& all) : all_(all) {}

    void add(std::uint32_t topic) {
        all_.add();
        const std::lock_guard lock(mutex_);
        ++counts_[topic];
    }
    void subtract(std::uint32_t topic) {
        all_.subtract();
        const std::lock_guard lock(mutex_);
        const auto found = counts_.find(topic);
        if (--found->second == 0) counts_.erase(found);
    }
    std::uint64_t of(std::uint32_t topic) const {
        const std::lock_guard lock(mutex_);
        const auto found = counts_.find(topic);
        return found == counts_.end() ? 0 : found->second;
    }

private:
    Counter& all_;
    mutable std::mutex mutex_;
    std::map<std::uint32_t, std::uint64_t> counts_;
};

}  // namespace tern::runtime
