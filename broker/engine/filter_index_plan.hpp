#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "broker/engine/filter_buckets.hpp"
#include "broker/engine/filter_policy.hpp"

namespace tern::engine::filter {

/// Probes of which at least one finds every publication that a policy lets pass.
struct IndexPlan {
    std::vector<Probe> probes;
    /// How many publications they may find, and among how many subscriptions: only good for comparing.
    std::size_t cost = 0;
};

/// What a probe of this kind with so many subscriptions in its bucket costs.
std::size_t probe_cost(ProbeKind kind, std::size_t subscriptions);

/// The cheapest plan as the buckets are now. Nothing: the policy can only be tried, since it lets something pass that
/// has none of its keys.
std::optional<IndexPlan> plan_of(const FilterPolicy& policy, const FilterBuckets& buckets);

}  // namespace tern::engine::filter
