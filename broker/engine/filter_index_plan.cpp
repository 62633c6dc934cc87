#include "broker/engine/filter_index_plan.hpp"

#include <algorithm>

namespace tern::engine::filter {
namespace {

/// The probe for one condition; nothing when the condition holds where there is no value.
struct ProbeOf {
    std::optional<Probe> operator()(const Equal& equal) const {
        const auto& literal = equal.literal;
        return Probe{ProbeKind::equal, {}, key_of(literal.kind, literal.text, literal.number)};
    }
    std::optional<Probe> operator()(const EqualIgnoringCase& equal) const {
        return Probe{ProbeKind::equal_folded, {}, equal.text};
    }
    std::optional<Probe> operator()(const Prefix& prefix) const { return Probe{ProbeKind::prefix, {}, prefix.text}; }
    std::optional<Probe> operator()(const Suffix& suffix) const { return Probe{ProbeKind::suffix, {}, suffix.text}; }
    std::optional<Probe> operator()(const NumericRange& range) const {
        if (range.bottom != range.top) return Probe{};
        return Probe{ProbeKind::equal, {}, key_of(FilterKind::number, {}, range.bottom)};
    }
    std::optional<Probe> operator()(const Absent&) const { return std::nullopt; }
    template <class Other>
    std::optional<Probe> operator()(const Other&) const {
        return Probe{};
    }
};

class Planner {
public:
    explicit Planner(const FilterBuckets& buckets) : buckets_(buckets) {}

    /// All clauses must hold, so that any one of them can find the policy: the cheapest.
    std::optional<IndexPlan> node(const Node& node, const std::string& path) const {
        std::optional<IndexPlan> best;
        for (const auto& part : node.all_of) {
            auto plan = clause(part, path);
            if (plan && (!best || plan->cost < best->cost)) best = std::move(plan);
        }
        return best;
    }

private:
    std::optional<IndexPlan> clause(const Clause& clause, const std::string& path) const {
        if (clause.kind == Clause::Kind::either) return either(clause, path);
        const auto inner = path + clause.name;
        if (clause.kind == Clause::Kind::nested) return node(clause.nodes[0], inner + '.');
        return values(clause, inner);
    }

    std::optional<IndexPlan> either(const Clause& clause, const std::string& path) const {
        IndexPlan all;
        for (const auto& alternative : clause.nodes) {
            auto plan = node(alternative, path);
            if (!plan) return std::nullopt;
            all.cost += plan->cost;
            std::move(plan->probes.begin(), plan->probes.end(), std::back_inserter(all.probes));
        }
        return all;
    }

    std::optional<IndexPlan> values(const Clause& clause, const std::string& path) const {
        IndexPlan all;
        bool present = false;
        for (const auto& condition : clause.any_of) {
            auto probe = std::visit(ProbeOf{}, condition);
            if (!probe) return std::nullopt;
            present |= probe->kind == ProbeKind::present;
            probe->path = path;
            all.probes.push_back(std::move(*probe));
        }
        // That finds what the others find, too.
        if (present) all.probes = {Probe{ProbeKind::present, path, {}}};
        for (const auto& probe : all.probes) all.cost += probe_cost(probe.kind, buckets_.size(probe));
        return all;
    }

    const FilterBuckets& buckets_;
};

}  // namespace

std::size_t probe_cost(ProbeKind kind, std::size_t subscriptions) {
    // Guesses: how many publications have what the probe looks for.
    switch (kind) {
        case ProbeKind::equal:
        case ProbeKind::equal_folded: return 1 + subscriptions;
        case ProbeKind::prefix:
        case ProbeKind::suffix: return 4 + 2 * subscriptions;
        case ProbeKind::present: break;
    }
    return 64 + 8 * subscriptions;
}

std::optional<IndexPlan> plan_of(const FilterPolicy& policy, const FilterBuckets& buckets) {
    return Planner(buckets).node(policy.root(), "");
}

}  // namespace tern::engine::filter
