#include "broker/engine/filter_value.hpp"

#include <algorithm>
#include <cstddef>

namespace tern::engine {
namespace {

constexpr int decimals = 5;
/// Exponents beyond it make any number zero or too large.
constexpr int exponent_max = 1'000'000'000;

bool decimal_digit(char c) {
    return c >= '0' && c <= '9';
}

bool take_sign(std::string_view& text) {
    if (text.empty() || (text[0] != '-' && text[0] != '+')) return false;
    const bool minus = text[0] == '-';
    text.remove_prefix(1);
    return minus;
}

std::string_view take_digits(std::string_view& text) {
    const auto end = std::find_if_not(text.begin(), text.end(), decimal_digit);
    const auto digits = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    text.remove_prefix(digits.size());
    return digits;
}

std::optional<int> take_exponent(std::string_view& text) {
    const bool minus = take_sign(text);
    const auto digits = take_digits(text);
    if (digits.empty()) return std::nullopt;
    int exponent = 0;
    for (const char c : digits) exponent = exponent >= exponent_max / 10 ? exponent : exponent * 10 + (c - '0');
    return minus ? -exponent : exponent;
}

/// The digits as if one text, so many of them as there are, then zeros. Nothing: too large.
std::optional<FilterNumber> magnitude(std::string_view whole, std::string_view fraction, int exponent) {
    const auto count = static_cast<std::int64_t>(whole.size()) + exponent + decimals;
    FilterNumber number = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto place = static_cast<std::size_t>(i);
        if (place >= whole.size() + fraction.size() && number == 0) return 0;
        const char digit = place < whole.size()                     ? whole[place]
                           : place - whole.size() < fraction.size() ? fraction[place - whole.size()]
                                                                    : '0';
        number = number * 10 + (digit - '0');
        if (number > filter_number_max) return std::nullopt;
    }
    return number;
}

}  // namespace

std::optional<FilterNumber> filter_number(std::string_view text) {
    const bool minus = take_sign(text);
    const auto whole = take_digits(text);
    std::string_view fraction;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        fraction = take_digits(text);
    }
    if (whole.empty() && fraction.empty()) return std::nullopt;
    int exponent = 0;
    if (text.starts_with('e') || text.starts_with('E')) {
        text.remove_prefix(1);
        const auto given = take_exponent(text);
        if (!given) return std::nullopt;
        exponent = *given;
    }
    if (!text.empty()) return std::nullopt;

    const auto number = magnitude(whole, fraction, exponent);
    return number && minus ? -*number : number;
}

FilterValue string_value(std::string_view text) {
    return {FilterKind::string, text, std::nullopt};
}
FilterValue number_value(std::string_view text) {
    return {FilterKind::number, text, filter_number(text)};
}

}  // namespace tern::engine
