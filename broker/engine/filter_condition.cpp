#include "broker/engine/filter_condition.hpp"

#include <algorithm>
#include <cstddef>

namespace tern::engine::filter {
namespace {

/// The small letter of a code point from U+0080 to U+07FF.
unsigned small_letter(unsigned c) {
    if ((c >= 0xC0 && c <= 0xDE && c != 0xD7) || (c >= 0x391 && c <= 0x3AB && c != 0x3A2)) return c + 0x20;
    if (c >= 0x410 && c <= 0x42F) return c + 0x20;
    if (c >= 0x400 && c <= 0x40F) return c + 0x50;
    // Pairs of a capital and a small letter: even and odd, or odd and even.
    const bool even_capitals = (c >= 0x100 && c <= 0x12F) || (c >= 0x132 && c <= 0x137) || (c >= 0x14A && c <= 0x177) ||
                               (c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || (c >= 0x4D0 && c <= 0x52F);
    const bool odd_capitals = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E);
    if (even_capitals) return c | 1u;
    if (odd_capitals) return c + (c & 1u);
    return c;
}

/// A letter of two bytes, as one number; 0 when the text has something else there.
unsigned two_byte_letter(std::string_view text, std::size_t at) {
    if (at + 1 >= text.size()) return 0;
    const auto first = static_cast<unsigned char>(text[at]);
    const auto second = static_cast<unsigned char>(text[at + 1]);
    if (first < 0xC2 || first > 0xDF || (second & 0xC0) != 0x80) return 0;
    return (first & 0x1Fu) << 6 | (second & 0x3Fu);
}

/// Calls `put(place, byte)` for each byte of the text folded, until it says no.
template <class Put>
bool each_folded(std::string_view text, Put put) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (const unsigned letter = two_byte_letter(text, at)) {
            const unsigned small = small_letter(letter);
            if (!put(at, static_cast<char>(0xC0 | small >> 6))) return false;
            ++at;
            if (!put(at, static_cast<char>(0x80 | (small & 0x3F)))) return false;
        } else {
            const char c = text[at];
            if (!put(at, c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c)) return false;
        }
    }
    return true;
}

struct Test {
    const FilterValue& value;

    bool text() const { return value.kind == FilterKind::string; }

    bool operator()(const Equal& equal) const { return equal.literal.equals(value); }
    bool operator()(const Prefix& prefix) const { return text() && value.text.starts_with(prefix.text); }
    bool operator()(const Suffix& suffix) const { return text() && value.text.ends_with(suffix.text); }
    bool operator()(const EqualIgnoringCase& equal) const { return text() && equals_folded(equal.text, value.text); }
    bool operator()(const AnythingBut& but) const {
        if (text()) return !std::binary_search(but.texts.begin(), but.texts.end(), value.text);
        return !value.number || !std::binary_search(but.numbers.begin(), but.numbers.end(), *value.number);
    }
    bool operator()(const AnythingButPrefix& prefix) const { return !text() || !value.text.starts_with(prefix.text); }
    bool operator()(const NumericRange& range) const {
        return value.number && *value.number >= range.bottom && *value.number <= range.top;
    }
    bool operator()(const AddressRange& range) const {
        if (!text()) return false;
        const auto address = ip_address(value.text);
        return address && range.contains(*address);
    }
    bool operator()(const Exists&) const { return true; }
    bool operator()(const Absent&) const { return false; }
};

}  // namespace

bool Literal::equals(const FilterValue& value) const {
    if (kind != value.kind) return false;
    if (kind != FilterKind::number && kind != FilterKind::string) return true;
    if (number && value.number) return *number == *value.number;
    return text == value.text;
}

bool holds(const Condition& condition, const FilterValue& value) {
    return std::visit(Test{value}, condition);
}

bool is_absent(const Condition& condition) {
    return std::holds_alternative<Absent>(condition);
}

void fold_case(std::string& text) {
    each_folded(text, [&](std::size_t at, char byte) {
        text[at] = byte;
        return true;
    });
}

bool equals_folded(std::string_view folded, std::string_view text) {
    return folded.size() == text.size() &&
           each_folded(text, [&](std::size_t at, char byte) { return folded[at] == byte; });
}

}  // namespace tern::engine::filter
