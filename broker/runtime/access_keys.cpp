#include "broker/runtime/access_keys.hpp"

#include <algorithm>

namespace tern::runtime {
namespace {

char to_lower_ascii(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text, bool ignoring_case) {
    const auto same = [ignoring_case](char a, char b) {
        return a == b || (ignoring_case && to_lower_ascii(a) == to_lower_ascii(b));
    };
    // Where to go on when a character does not fit: behind the last star, with one character more for it.
    std::size_t p = 0;
    std::size_t t = 0;
    auto star = std::string_view::npos;
    std::size_t star_text = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            star_text = t;
        } else if (p < pattern.size() && same(pattern[p], text[t])) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++star_text;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool AccessKey::allows(std::string_view action, std::optional<std::string_view> name) const {
    const bool may = std::ranges::any_of(
        actions, [&](const std::string& pattern) { return matches_pattern(pattern, action, true); });
    if (!may || !name) return may;
    return std::ranges::any_of(names, [&](const std::string& pattern) { return matches_pattern(pattern, *name); });
}

}  // namespace tern::runtime
