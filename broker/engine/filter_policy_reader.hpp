#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/engine/filter_policy.hpp"
#include "broker/engine/json_tokens.hpp"

namespace tern::engine::filter {

/// Most that a policy's values may multiply to, and most keys in it, all told.
inline constexpr std::size_t combinations_max = 150;
inline constexpr std::size_t top_keys_max = 5;

/// The tokens of a policy, taken one by one; and the first refusal.
class PolicyTokens {
public:
    explicit PolicyTokens(const std::vector<JsonToken>& tokens) : tokens_(tokens) {}

    const JsonToken& peek() const { return tokens_[at_]; }
    const JsonToken& take() { return tokens_[at_++]; }
    bool take_if(JsonKind kind);

    /// Refuses the policy because of the token that was taken last. Always false.
    bool refuse(std::string_view sentence);
    /// The same, when the token was looked into: SNS tells the place where its reader has come to.
    bool refuse_text(std::string_view sentence);
    /// Without a place.
    bool refuse_anywhere(std::string_view sentence);
    const std::optional<FilterPolicyRefusal>& refusal() const { return refusal_; }

private:
    std::size_t place_of(std::size_t token) const;

    const std::vector<JsonToken>& tokens_;
    std::size_t at_ = 0;
    std::optional<FilterPolicyRefusal> refusal_;
};

/// Reads one element of a key's list: a value or an operator with what belongs to it. False: refused.
bool read_condition(PolicyTokens& tokens, Condition& into);
/// Reads what stands behind "numeric", with the end of its object. False: refused.
bool read_numeric(PolicyTokens& tokens, Condition& into);
/// Whether $or may not have a key of this name in its objects.
bool is_operator(std::string_view name);

}  // namespace tern::engine::filter
