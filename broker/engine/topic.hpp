#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "broker/base/time.hpp"
#include "broker/engine/filter_index.hpp"
#include "broker/engine/topic_rows.hpp"

namespace tern::engine {

/// A subscription that the engine has in hand.
struct Subscription {
    std::uint32_t number = 0;
    SubscriptionRow row;
    SubscriptionCounters counters;
    /// The counters have changed since they were last written.
    bool dirty = false;
};

/// A topic that the engine has in hand.
struct Topic {
    std::uint32_t id = 0;
    TopicRow row;
    /// Without a history: what offsets there are is known to this run of the broker only.
    std::string run_epoch;
    std::uint64_t run_end_offset = 0;
    Timestamp run_began_at;

    /// Read when they are first needed (Topics::subscriptions_of).
    bool subscriptions_read = false;
    std::unordered_map<std::uint32_t, std::unique_ptr<Subscription>> subscriptions;
    std::unordered_map<std::string, Subscription*> subscriptions_by_name;
    std::unordered_map<std::string, Subscription*> subscriptions_by_target;
    /// Those of endpoints that have one.
    std::unordered_map<std::string, Subscription*> subscriptions_by_token;
    FilterIndex index;

    const TopicSettings& settings() const { return row.settings; }
    bool has_history() const { return row.stream != 0; }
    const std::string& epoch() const { return has_history() ? row.epoch : run_epoch; }

    /// Null when there is none; they have been read.
    Subscription* subscription(const std::string& name) const {
        const auto known = subscriptions_by_name.find(name);
        return known == subscriptions_by_name.end() ? nullptr : known->second;
    }
};

}  // namespace tern::engine
