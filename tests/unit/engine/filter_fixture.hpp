#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/engine/filter_policy.hpp"

namespace tern::test {

using engine::FilterScope;

inline std::shared_ptr<const engine::FilterPolicy> policy_of(std::string_view text,
                                                             FilterScope scope = FilterScope::attributes) {
    auto parsed = engine::parse_filter_policy(text, scope);
    REQUIRE_MESSAGE(!parsed.refusal, std::string(text), ": ", parsed.refusal ? parsed.refusal->sentence : "");
    REQUIRE_MESSAGE(parsed.policy, std::string(text));
    return parsed.policy;
}

inline bool passes(std::string_view policy, const std::vector<engine::PublicationAttribute>& attributes) {
    engine::FilterInput input(attributes, "");
    return policy_of(policy)->matches(input);
}

inline bool body_passes(std::string_view policy, std::string_view body) {
    const std::vector<engine::PublicationAttribute> none;
    engine::FilterInput input(none, body);
    return policy_of(policy, FilterScope::body)->matches(input);
}

/// The sentence of the refusal; empty when there is none.
inline std::string refusal_of(std::string_view policy, FilterScope scope = FilterScope::attributes) {
    const auto parsed = engine::parse_filter_policy(policy, scope);
    return parsed.refusal ? parsed.refusal->sentence : "";
}

inline engine::PublicationAttribute text_attribute(std::string name, std::string value) {
    return {std::move(name), "String", std::move(value)};
}
inline engine::PublicationAttribute number_attribute(std::string name, std::string value) {
    return {std::move(name), "Number", std::move(value)};
}
inline engine::PublicationAttribute array_attribute(std::string name, std::string value) {
    return {std::move(name), "String.Array", std::move(value)};
}

}  // namespace tern::test
