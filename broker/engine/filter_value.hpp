#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// What a filter policy compares: a value of a message attribute, or of a JSON body (docs/filter-policies.md).
namespace tern::engine {

/// In steps of 0.00001, which is as exact as SNS compares.
using FilterNumber = std::int64_t;
inline constexpr FilterNumber filter_number_max = 1'000'000'000 * FilterNumber{100'000};

/// A decimal number with or without fraction and exponent. Digits behind the fifth of the fraction are ignored.
/// Nothing: it is no number, or not from -1e9 to 1e9.
std::optional<FilterNumber> filter_number(std::string_view text);

enum class FilterKind : std::uint8_t { string, number, true_value, false_value, null_value };

struct FilterValue {
    FilterKind kind;
    /// Of a number as it was written.
    std::string_view text;
    /// Of a number that can be compared.
    std::optional<FilterNumber> number;
};

FilterValue string_value(std::string_view text);
FilterValue number_value(std::string_view text);

}  // namespace tern::engine
