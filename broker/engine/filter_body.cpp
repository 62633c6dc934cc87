#include "broker/engine/filter_body.hpp"

#include <algorithm>

#include "broker/engine/filter_policy.hpp"

namespace tern::engine::filter {
namespace {

using Body = std::vector<JsonToken>;

/// Whether the name goes on behind this beginning and a dot.
bool begins_with_step(std::string_view name, std::string_view beginning) {
    return name.size() > beginning.size() && name[beginning.size()] == '.' && name.starts_with(beginning);
}

/// Calls `value(number of a token)` for what is under the name in the object, and `rest(BodyObject)` where the name
/// ends within that of a member; until one returns true.
template <class Value, class Rest>
bool any_under(const Body& body, const BodyObject& object, std::string_view name, Value& value, Rest& rest) {
    return any_member(body, object, [&](std::string_view member, std::size_t at, std::size_t named, std::size_t taken) {
        if (member == name) return value(at);
        if (begins_with_step(member, name)) return rest(BodyObject{named, taken + name.size() + 1});
        if (!begins_with_step(name, member)) return false;
        auto deeper = [&](std::size_t element) {
            if (body[element].kind != JsonKind::begin_object) return false;
            return any_under(body, BodyObject{element}, name.substr(member.size() + 1), value, rest);
        };
        return any_element(body, at, deeper);
    });
}

class BodyMatch {
public:
    explicit BodyMatch(const Body& body) : body_(body) {}

    bool node(const Node& node, const BodyObject& object) const {
        return std::all_of(node.all_of.begin(), node.all_of.end(),
                           [&](const Clause& part) { return clause(part, object); });
    }

private:
    bool clause(const Clause& clause, const BodyObject& object) const {
        switch (clause.kind) {
            case Clause::Kind::values: return values(clause, object);
            case Clause::Kind::nested: return nested(clause, object);
            case Clause::Kind::either: break;
        }
        return std::any_of(clause.nodes.begin(), clause.nodes.end(),
                           [&](const Node& part) { return node(part, object); });
    }

    bool values(const Clause& clause, const BodyObject& object) const {
        bool found = false;
        auto element = [&](std::size_t at) {
            const auto kind = body_[at].kind;
            if (kind == JsonKind::begin_object) return false;
            found = true;
            const auto value = value_of(body_[at]);
            return std::any_of(clause.any_of.begin(), clause.any_of.end(),
                               [&](const Condition& condition) { return holds(condition, value); });
        };
        auto value = [&](std::size_t at) { return any_element(body_, at, element); };
        auto rest = [](const BodyObject&) { return false; };
        if (any_under(body_, object, clause.name, value, rest)) return true;
        return !found && std::any_of(clause.any_of.begin(), clause.any_of.end(), is_absent);
    }

    bool nested(const Clause& clause, const BodyObject& object) const {
        bool found = false;
        auto inner = [&](const BodyObject& there) {
            found = true;
            return node(clause.nodes[0], there);
        };
        auto element = [&](std::size_t at) {
            return body_[at].kind == JsonKind::begin_object && inner(BodyObject{at});
        };
        auto value = [&](std::size_t at) { return any_element(body_, at, element); };
        if (any_under(body_, object, clause.name, value, inner)) return true;
        // Nothing there: conditions that something is absent may hold all the same.
        return !found && node(clause.nodes[0], BodyObject{});
    }

    const Body& body_;
};

}  // namespace

bool body_matches(const Node& policy, const Body& body) {
    return BodyMatch(body).node(policy, BodyObject{0});
}

}  // namespace tern::engine::filter
