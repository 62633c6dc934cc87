#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/engine/address_range.hpp"
#include "broker/engine/filter_value.hpp"

/// The conditions that a filter policy puts on one value (docs/aws.md sns-26).
namespace tern::engine::filter {

/// A value that stands in a policy.
struct Literal {
    FilterKind kind = FilterKind::string;
    std::string text;
    std::optional<FilterNumber> number;

    /// Numbers are equal as numbers as far as those are compared, beyond that when they are written alike.
    bool equals(const FilterValue& value) const;
};

struct Equal {
    Literal literal;
};
struct Prefix {
    std::string text;
};
struct Suffix {
    std::string text;
};
struct EqualIgnoringCase {
    /// Folded.
    std::string text;
};
/// Sorted, since there is no limit on how many they are.
struct AnythingBut {
    std::vector<std::string> texts;
    std::vector<FilterNumber> numbers;
};
struct AnythingButPrefix {
    std::string text;
};
/// Both ends belong to it.
struct NumericRange {
    FilterNumber bottom = -filter_number_max;
    FilterNumber top = filter_number_max;
};
/// There is such a key at all.
struct Exists {};
struct Absent {};

using Condition = std::variant<Equal, Prefix, Suffix, EqualIgnoringCase, AnythingBut, AnythingButPrefix, NumericRange,
                               AddressRange, Exists, Absent>;

/// Whether a value that is there fulfils the condition; Absent no value does.
bool holds(const Condition& condition, const FilterValue& value);
bool is_absent(const Condition& condition);

/// Letters become small: ASCII's, and those of Latin, Greek and Cyrillic that take two bytes in either size. The text
/// stays as long as it was.
void fold_case(std::string& text);
/// Whether the text would be this one, folded. Takes no memory.
bool equals_folded(std::string_view folded, std::string_view text);

}  // namespace tern::engine::filter
