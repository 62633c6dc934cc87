#include "broker/engine/subject.hpp"

#include "broker/base/utf8.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

bool white_space(char32_t c) {
    return c == ' ' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
           c == 0x202F || c == 0x205F || c == 0x3000;
}

bool control_character(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

/// A part that stands for itself.
bool plain_part(std::string_view part) {
    if (part.empty()) return false;
    while (!part.empty()) {
        const auto c = take_code_point(part);
        if (!c || white_space(*c) || control_character(*c) || *c == '*' || *c == '>') return false;
    }
    return true;
}

/// Takes the first part off, and the dot behind it. The text is not empty.
std::string_view take_part(std::string_view& text) {
    const auto part = text.substr(0, text.find('.'));
    text.remove_prefix(part.size() < text.size() ? part.size() + 1 : part.size());
    return part;
}

bool valid(std::string_view text, bool wildcards) {
    if (text.empty() || text.size() > protocol::subject_bytes_max || text.back() == '.') return false;
    for (std::size_t number = 0; !text.empty(); ++number) {
        if (number == protocol::subject_parts_max) return false;
        const auto part = take_part(text);
        const bool wildcard = wildcards && number > 0 && (part == "*" || (part == ">" && text.empty()));
        if (!wildcard && !plain_part(part)) return false;
    }
    return true;
}

}  // namespace

bool valid_subject(std::string_view subject) {
    return valid(subject, false);
}

bool valid_pattern(std::string_view pattern) {
    return valid(pattern, true);
}

bool has_wildcard(std::string_view pattern) {
    return pattern.find_first_of("*>") != std::string_view::npos;
}

std::string_view topic_of(std::string_view subject) {
    constexpr std::string_view fifo = ".fifo";
    const auto first = subject.substr(0, subject.find('.'));
    const auto rest = subject.substr(first.size());
    if (rest.starts_with(fifo) && (rest.size() == fifo.size() || rest[fifo.size()] == '.')) {
        return subject.substr(0, first.size() + fifo.size());
    }
    return first;
}

bool matches(std::string_view pattern, std::string_view subject) {
    while (!pattern.empty() && !subject.empty()) {
        const auto wanted = take_part(pattern);
        if (wanted == ">") return true;
        const auto part = take_part(subject);
        if (wanted != "*" && wanted != part) return false;
    }
    return pattern.empty() && subject.empty();
}

}  // namespace tern::engine
