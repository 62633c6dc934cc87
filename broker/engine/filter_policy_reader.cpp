#include "broker/engine/filter_policy_reader.hpp"

#include <algorithm>
#include <array>

// The order of the checks and the words of the sentences are those of SNS, whose reader is older than some of its
// operators: hence "prefix match pattern" for a cidr.
namespace tern::engine::filter {
namespace {

constexpr std::string_view one_key = "Only one key allowed in match expression";
constexpr std::string_view too_many_elements = "Too many elements in numeric expression";

bool end_operator(PolicyTokens& tokens, std::string_view sentence = one_key) {
    return tokens.take().kind == JsonKind::end_object || tokens.refuse(sentence);
}

/// Takes the operand of an operator that wants a string.
const JsonToken* take_text(PolicyTokens& tokens, std::string_view name) {
    const auto& token = tokens.take();
    if (token.kind == JsonKind::string) return &token;
    tokens.refuse(std::string(name) + " match pattern must be a string");
    return nullptr;
}

template <class Operator>
bool read_text_operator(PolicyTokens& tokens, std::string_view name, Condition& into) {
    const auto* const text = take_text(tokens, name);
    if (!text) return false;
    into = Operator{std::string(text->text)};
    return end_operator(tokens);
}

bool read_equal_ignoring_case(PolicyTokens& tokens, Condition& into) {
    const auto* const text = take_text(tokens, "equals-ignore-case");
    if (!text) return false;
    EqualIgnoringCase equal{std::string(text->text)};
    fold_case(equal.text);
    into = std::move(equal);
    return end_operator(tokens);
}

bool read_exists(PolicyTokens& tokens, Condition& into) {
    const auto kind = tokens.take().kind;
    if (kind == JsonKind::true_value) {
        into = Exists{};
    } else if (kind == JsonKind::false_value) {
        into = Absent{};
    } else {
        return tokens.refuse("exists match pattern must be either true or false.");
    }
    return end_operator(tokens);
}

bool read_cidr(PolicyTokens& tokens, Condition& into) {
    const auto* const text = take_text(tokens, "prefix");
    if (!text) return false;
    auto range = address_range(text->text);
    if (const auto* const sentence = std::get_if<std::string>(&range)) return tokens.refuse_anywhere(*sentence);
    into = std::get<AddressRange>(range);
    return end_operator(tokens);
}

bool read_anything_but_prefix(PolicyTokens& tokens, Condition& into) {
    const auto& name = tokens.take();
    if (name.kind != JsonKind::name) return tokens.refuse("Anything-But expression name not found");
    if (name.text != "prefix") return tokens.refuse("Unsupported anything-but pattern: " + std::string(name.text));
    const auto* const text = take_text(tokens, "prefix");
    if (!text) return false;
    if (text->text.empty()) return tokens.refuse_text("Null prefix/suffix not allowed");
    into = AnythingButPrefix{std::string(text->text)};
    return end_operator(tokens, too_many_elements) && end_operator(tokens, too_many_elements);
}

/// One of the values that are excluded.
bool add_excluded(PolicyTokens& tokens, const JsonToken& token, AnythingBut& into) {
    if (token.kind == JsonKind::string) {
        into.texts.emplace_back(token.text);
        return true;
    }
    const auto number = filter_number(token.text);
    if (!number) return tokens.refuse("Value must be between -1.0E9 and 1.0E9, inclusive");
    into.numbers.push_back(*number);
    return true;
}

bool read_excluded_list(PolicyTokens& tokens, AnythingBut& into) {
    while (true) {
        const auto& token = tokens.take();
        if (token.kind == JsonKind::end_array) break;
        if (token.kind != JsonKind::string && token.kind != JsonKind::number) {
            return tokens.refuse("Inside anything but list, start|null|boolean is not supported.");
        }
        if (!add_excluded(tokens, token, into)) return false;
    }
    if (into.texts.empty() == into.numbers.empty()) {
        return tokens.refuse(
            "Inside anything but list, either all values are number or string, mixed type is not supported");
    }
    return true;
}

bool read_anything_but(PolicyTokens& tokens, Condition& into) {
    const auto& token = tokens.take();
    if (token.kind == JsonKind::begin_object) return read_anything_but_prefix(tokens, into);
    AnythingBut but;
    if (token.kind == JsonKind::begin_array) {
        if (!read_excluded_list(tokens, but)) return false;
    } else if (token.kind == JsonKind::string || token.kind == JsonKind::number) {
        if (!add_excluded(tokens, token, but)) return false;
    } else {
        return tokens.refuse("Value of anything-but must be an array or single string/number value.");
    }
    std::sort(but.texts.begin(), but.texts.end());
    std::sort(but.numbers.begin(), but.numbers.end());
    into = std::move(but);
    return end_operator(tokens, too_many_elements);
}

struct Operator {
    std::string_view name;
    bool (*read)(PolicyTokens& tokens, Condition& into);
};

constexpr std::array operators{
    Operator{"prefix",
             [](PolicyTokens& tokens, Condition& into) { return read_text_operator<Prefix>(tokens, "prefix", into); }},
    Operator{"suffix",
             [](PolicyTokens& tokens, Condition& into) { return read_text_operator<Suffix>(tokens, "suffix", into); }},
    Operator{"equals-ignore-case", read_equal_ignoring_case},
    Operator{"anything-but", read_anything_but},
    Operator{"numeric", read_numeric},
    Operator{"exists", read_exists},
    Operator{"cidr", read_cidr},
};

const Operator* find_operator(std::string_view name) {
    const auto* const found =
        std::find_if(operators.begin(), operators.end(), [&](const Operator& one) { return one.name == name; });
    return found == operators.end() ? nullptr : found;
}

bool read_operator(PolicyTokens& tokens, Condition& into) {
    const auto& name = tokens.take();
    if (name.kind != JsonKind::name) return tokens.refuse("Match expression name not found");
    const auto* const found = find_operator(name.text);
    if (!found) return tokens.refuse("Unrecognized match type " + std::string(name.text));
    return found->read(tokens, into);
}

}  // namespace

bool PolicyTokens::take_if(JsonKind kind) {
    if (peek().kind != kind) return false;
    ++at_;
    return true;
}

std::size_t PolicyTokens::place_of(std::size_t token) const {
    // The reader of SNS looks at a value when it has the name before it, and reads strings only when asked for them.
    if (tokens_[token].kind == JsonKind::name) ++token;
    return tokens_[token].kind == JsonKind::string ? tokens_[token].begin + 1 : tokens_[token].end;
}

bool PolicyTokens::refuse(std::string_view sentence) {
    refusal_ = FilterPolicyRefusal{"FilterPolicy: " + std::string(sentence), place_of(at_ - 1)};
    return false;
}

bool PolicyTokens::refuse_text(std::string_view sentence) {
    refusal_ = FilterPolicyRefusal{"FilterPolicy: " + std::string(sentence), tokens_[at_ - 1].end};
    return false;
}

bool PolicyTokens::refuse_anywhere(std::string_view sentence) {
    refusal_ = FilterPolicyRefusal{"FilterPolicy: " + std::string(sentence), std::nullopt};
    return false;
}

bool read_condition(PolicyTokens& tokens, Condition& into) {
    const auto& token = tokens.take();
    switch (token.kind) {
        case JsonKind::begin_object: return read_operator(tokens, into);
        case JsonKind::string:
        case JsonKind::number:
        case JsonKind::true_value:
        case JsonKind::false_value:
        case JsonKind::null_value: {
            const auto value = value_of(token);
            into = Equal{{value.kind, std::string(value.text), value.number}};
            return true;
        }
        default: return tokens.refuse("Match value must be String, number, true, false, or null");
    }
}

bool is_operator(std::string_view name) {
    return find_operator(name) || name == "exact" || name == "wildcard";
}

}  // namespace tern::engine::filter
