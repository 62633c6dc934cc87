#include "broker/engine/filter_policy_reader.hpp"

// {"numeric": ["=", 5]}, {"numeric": ["<", 5]}, {"numeric": [">=", 0, "<", 10]}.
namespace tern::engine::filter {
namespace {

constexpr std::string_view range_sentence = "Value must be between -1.0E9 and 1.0E9, inclusive";

/// The number behind an operator, as far as its token goes.
std::optional<FilterNumber> bound(PolicyTokens& tokens, std::string_view token) {
    const auto number = filter_number(token);
    if (!number) tokens.refuse(range_sentence);
    return number;
}

struct Top {
    FilterNumber number = 0;
    bool open = false;
};

std::optional<Top> read_top(PolicyTokens& tokens) {
    const auto& operator_token = tokens.take();
    const std::string name(operator_token.text);
    if (operator_token.kind != JsonKind::string) {
        tokens.refuse_text("Bad value in numeric range: " + name);
        return std::nullopt;
    }
    if (name != "<" && name != "<=") {
        tokens.refuse_text("Bad numeric range operator: " + name);
        return std::nullopt;
    }
    const auto& value = tokens.take();
    if (value.kind != JsonKind::number) {
        tokens.refuse("Value of " + name + " must be numeric");
        return std::nullopt;
    }
    const auto number = bound(tokens, value.text);
    if (!number) return std::nullopt;
    if (tokens.take().kind != JsonKind::end_array) {
        tokens.refuse("Too many terms in numeric range expression");
        return std::nullopt;
    }
    return Top{*number, name == "<"};
}

bool read_range_to_top(PolicyTokens& tokens, bool open, FilterNumber bottom, NumericRange& range) {
    range.bottom = open ? bottom + 1 : bottom;
    if (tokens.take_if(JsonKind::end_array)) return true;
    const auto top = read_top(tokens);
    if (!top) return false;
    if (bottom >= top->number) return tokens.refuse("Bottom must be less than top");
    range.top = top->open ? top->number - 1 : top->number;
    return true;
}

bool read_terms(PolicyTokens& tokens, NumericRange& range) {
    const auto& operator_token = tokens.take();
    const std::string name(operator_token.text);
    if (operator_token.kind != JsonKind::string) return tokens.refuse_text("Invalid member in numeric match: " + name);
    const auto& value = tokens.take();
    if (name != "=" && name != "<" && name != "<=" && name != ">" && name != ">=") {
        return tokens.refuse("Unrecognized numeric range operator: " + name);
    }
    if (value.kind != JsonKind::number) {
        return tokens.refuse("Value of " + (name == "=" ? "equals" : name) + " must be numeric");
    }
    const auto number = bound(tokens, value.text);
    if (!number) return false;
    if (name.front() == '>') return read_range_to_top(tokens, name == ">", *number, range);

    range.top = name == "<" ? *number - 1 : *number;
    if (name == "=") range.bottom = *number;
    return tokens.take().kind == JsonKind::end_array || tokens.refuse("Too many elements in numeric expression");
}

}  // namespace

bool read_numeric(PolicyTokens& tokens, Condition& into) {
    if (tokens.take().kind != JsonKind::begin_array) return tokens.refuse("Value of numeric must be an array.");
    NumericRange range;
    if (!read_terms(tokens, range)) return false;
    into = range;
    return tokens.take().kind == JsonKind::end_object || tokens.refuse("Too many elements in numeric expression");
}

}  // namespace tern::engine::filter
