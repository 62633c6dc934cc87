#include <algorithm>

#include "broker/base/utf8.hpp"
#include "broker/engine/filter_policy.hpp"
#include "broker/engine/filter_policy_reader.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace filter {
namespace {

/// Beyond it all numbers of combinations are alike.
constexpr std::size_t too_many = combinations_max + 1;

/// Reads the tree of keys.
class PolicyReader {
public:
    PolicyReader(const std::vector<JsonToken>& tokens, FilterScope scope) : tokens_(tokens), scope_(scope) {}

    bool read(Node& root) {
        if (tokens_.take().kind != JsonKind::begin_object) return tokens_.refuse("Filter is not an object");
        if (!read_object(root, {.depth = 1})) return false;
        if (nested_ && scope_ == FilterScope::attributes) {
            refusal_of_scope_ = {"Filter policy scope MessageAttributes does not support nested filter policy", {}};
            return false;
        }
        if (root.all_of.size() > top_keys_max) return refuse_keys();
        return combinations(root, 1) <= combinations_max || refuse_complexity();
    }

    FilterPolicyRefusal refusal() const { return refusal_of_scope_ ? *refusal_of_scope_ : *tokens_.refusal(); }

private:
    struct Place {
        std::size_t depth = 1;
        bool in_or = false;

        bool top() const { return depth == 1 && !in_or; }
    };

    bool refuse_keys() { return tokens_.refuse_anywhere("Filter policy can not have more than 5 keys"); }
    bool refuse_complexity() { return tokens_.refuse_anywhere("Filter policy is too complex"); }

    /// What comes behind the brace that opens an object.
    bool read_object(Node& node, const Place& place) {
        if (tokens_.take_if(JsonKind::end_object)) return tokens_.refuse("Empty objects are not allowed");
        while (!tokens_.take_if(JsonKind::end_object)) {
            const auto& name = tokens_.take();
            if (++keys_ > combinations_max) return place.top() ? refuse_keys() : refuse_complexity();
            Clause clause;
            if (name.text == "$or") {
                if (!read_or(clause, place)) return false;
            } else if (place.in_or && is_operator(name.text)) {
                return tokens_.refuse(std::string(name.text) +
                                      " is Ruler reserved fieldName which cannot be used inside $or.");
            } else if (!read_key(clause, name.text, place)) {
                return false;
            }
            add(node, std::move(clause));
        }
        return true;
    }

    /// Of two keys of one name the last one counts, as in any JSON object that is read into a map.
    static void add(Node& node, Clause clause) {
        const auto same = std::find_if(node.all_of.begin(), node.all_of.end(),
                                       [&](const Clause& other) { return other.name == clause.name; });
        if (same == node.all_of.end()) {
            node.all_of.push_back(std::move(clause));
        } else {
            *same = std::move(clause);
        }
    }

    bool read_key(Clause& clause, std::string_view name, const Place& place) {
        clause.name = name;
        const auto kind = tokens_.take().kind;
        if (kind == JsonKind::begin_array) return read_values(clause);
        if (kind != JsonKind::begin_object) {
            return tokens_.refuse('"' + clause.name + "\" must be an object or an array");
        }
        nested_ = true;
        clause.kind = Clause::Kind::nested;
        return read_object(clause.nodes.emplace_back(), {.depth = place.depth + 1, .in_or = place.in_or});
    }

    bool read_values(Clause& clause) {
        if (tokens_.take_if(JsonKind::end_array)) return tokens_.refuse("Empty arrays are not allowed");
        while (!tokens_.take_if(JsonKind::end_array)) {
            Condition condition;
            if (!read_condition(tokens_, condition)) return false;
            // More than that are refused in the end; until then they need not be kept.
            if (clause.any_of.size() < too_many) clause.any_of.push_back(std::move(condition));
        }
        return true;
    }

    bool read_or(Clause& clause, const Place& place) {
        clause.kind = Clause::Kind::either;
        clause.name = "$or";
        if (tokens_.take().kind != JsonKind::begin_array) {
            return tokens_.refuse("It must be an Array followed with $or.");
        }
        while (!tokens_.take_if(JsonKind::end_array)) {
            if (tokens_.take().kind != JsonKind::begin_object) {
                return tokens_.refuse("Only JSON object is allowed in array of $or relationship.");
            }
            if (!read_object(clause.nodes.emplace_back(), {.depth = place.depth, .in_or = true})) return false;
        }
        return clause.nodes.size() >= 2 || tokens_.refuse("There must have at least 2 Objects in $or relationship.");
    }

    /// Values multiply, each key's by its depth; the alternatives of $or add up (sns-25).
    static std::size_t combinations(const Node& node, std::size_t depth) {
        std::size_t product = 1;
        for (const auto& clause : node.all_of) product = std::min(too_many, product * combinations(clause, depth));
        return product;
    }

    static std::size_t combinations(const Clause& clause, std::size_t depth) {
        if (clause.kind == Clause::Kind::values) return std::min(too_many, clause.any_of.size() * depth);
        if (clause.kind == Clause::Kind::nested) return combinations(clause.nodes[0], depth + 1);
        std::size_t sum = 0;
        for (const auto& node : clause.nodes) sum = std::min(too_many, sum + combinations(node, depth));
        return sum;
    }

    PolicyTokens tokens_;
    FilterScope scope_;
    bool nested_ = false;
    /// All that were read.
    std::size_t keys_ = 0;
    std::optional<FilterPolicyRefusal> refusal_of_scope_;
};

}  // namespace
}  // namespace filter

ParsedFilterPolicy parse_filter_policy(std::string_view text, FilterScope scope) {
    const auto refused = [](std::string sentence, std::optional<std::size_t> offset) {
        return ParsedFilterPolicy{nullptr, FilterPolicyRefusal{"FilterPolicy: " + std::move(sentence), offset}};
    };
    if (text.empty()) return {};
    if (text.size() > protocol::filter_policy_bytes_max) {
        return refused("Filter policy can not be longer than 262144 bytes", std::nullopt);
    }
    if (!valid_utf8(text)) return refused("failed to parse JSON. Invalid UTF-8", std::nullopt);
    const JsonTokens json(text, JsonLimits{});
    if (json.fault()) return refused("failed to parse JSON. " + json.fault()->sentence, json.fault()->offset);
    const auto& tokens = json.tokens();
    if (tokens[0].kind == JsonKind::begin_object && tokens.size() == 2) return {};

    filter::PolicyReader reader(tokens, scope);
    filter::Node root;
    if (!reader.read(root)) return {nullptr, reader.refusal()};
    return {std::make_shared<const FilterPolicy>(scope, std::move(root)), std::nullopt};
}

}  // namespace tern::engine
