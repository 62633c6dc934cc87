#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/engine/commands_of_topics.hpp"
#include "broker/engine/filter_condition.hpp"
#include "broker/engine/filter_input.hpp"

/// Filter policies of subscriptions, as SNS has them (docs/filter-policies.md, docs/aws.md sns-25 to sns-28).
namespace tern::engine {

namespace filter {

struct Clause;

/// All of its clauses must hold.
struct Node {
    std::vector<Clause> all_of;
};

struct Clause {
    enum class Kind {
        /// One of the values under the name fulfils one of the conditions.
        values,
        /// The node holds within an object under the name.
        nested,
        /// One of the nodes holds here.
        either
    };
    Kind kind = Kind::values;
    /// Of either empty.
    std::string name;
    std::vector<Condition> any_of;
    std::vector<Node> nodes;
};

}  // namespace filter

/// A policy, compiled. Never changes: shared by everyone who uses it, on any thread.
class FilterPolicy {
public:
    FilterPolicy(FilterScope scope, filter::Node root) : scope_(scope), root_(std::move(root)) {}

    /// Whether the publication passes. Takes no memory but what the input takes once; the work is bounded by the size
    /// of the policy times that of the attributes, or the body.
    bool matches(FilterInput& input) const;

    FilterScope scope() const { return scope_; }
    const filter::Node& root() const { return root_; }

private:
    FilterScope scope_;
    filter::Node root_;
};

/// Why SNS refuses a policy.
struct FilterPolicyRefusal {
    /// As SNS words it, behind "Invalid parameter: " and without the line that tells the place.
    std::string sentence;
    /// How much of the text was read when it showed; nothing where SNS tells no place.
    std::optional<std::size_t> offset;
};

struct ParsedFilterPolicy {
    /// Nothing: there is no policy, everything passes.
    std::shared_ptr<const FilterPolicy> policy;
    std::optional<FilterPolicyRefusal> refusal;
};

/// Compiles a policy from its JSON. "" and {} are no policy. Limits (sns-25): 256 KiB, 5 keys, 150 combinations,
/// nesting only for bodies; and 150 keys all told, counting those that are nested or in $or. Work is linear in the
/// text.
ParsedFilterPolicy parse_filter_policy(std::string_view text, FilterScope scope);

}  // namespace tern::engine
