#include "broker/engine/filter_policy.hpp"

#include <algorithm>

#include "broker/engine/filter_body.hpp"

namespace tern::engine {
namespace {

bool attributes_match(const filter::Node& node, const std::vector<FilterInput::Attribute>& attributes);

bool attribute_matches(const filter::Clause& clause, const std::vector<FilterInput::Attribute>& attributes) {
    bool found = false;
    for (const auto& attribute : attributes) {
        if (attribute.name != clause.name) continue;
        found = true;
        for (const auto& condition : clause.any_of) {
            if (holds(condition, attribute.value)) return true;
        }
    }
    return !found && std::any_of(clause.any_of.begin(), clause.any_of.end(), filter::is_absent);
}

bool clause_matches(const filter::Clause& clause, const std::vector<FilterInput::Attribute>& attributes) {
    if (clause.kind == filter::Clause::Kind::values) return attribute_matches(clause, attributes);
    const auto matches = [&](const filter::Node& node) { return attributes_match(node, attributes); };
    return std::any_of(clause.nodes.begin(), clause.nodes.end(), matches);
}

bool attributes_match(const filter::Node& node, const std::vector<FilterInput::Attribute>& attributes) {
    const auto matches = [&](const filter::Clause& clause) { return clause_matches(clause, attributes); };
    return std::all_of(node.all_of.begin(), node.all_of.end(), matches);
}

}  // namespace

bool FilterPolicy::matches(FilterInput& input) const {
    if (scope_ == FilterScope::attributes) return attributes_match(root_, input.attribute_values());
    const auto* const body = input.body();
    return body && filter::body_matches(root_, *body);
}

}  // namespace tern::engine
