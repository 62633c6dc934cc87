#include "broker/frontends/json/json_reader.hpp"

#include <charconv>
#include <utility>

namespace tern::json {

namespace {

bool is_json_digit(char c) {
    return c >= '0' && c <= '9';
}

void append_utf8(std::string& to, unsigned code) {
    const auto tail = [&to](unsigned bits) { to += static_cast<char>(0x80 | (bits & 0x3F)); };
    if (code < 0x80) {
        to += static_cast<char>(code);
    } else if (code < 0x800) {
        to += static_cast<char>(0xC0 | code >> 6);
        tail(code);
    } else if (code < 0x10000) {
        to += static_cast<char>(0xE0 | code >> 12);
        tail(code >> 6);
        tail(code);
    } else {
        to += static_cast<char>(0xF0 | code >> 18);
        tail(code >> 12);
        tail(code >> 6);
        tail(code);
    }
}

}  // namespace

bool Reader::fail(std::string_view what) {
    if (fault_.empty()) fault_ = what;
    return false;
}

std::string Reader::fault() const {
    return std::string(fault_) + " at byte " + std::to_string(at_);
}

void Reader::skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
}

bool Reader::take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
}

bool Reader::take_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return fail("not a JSON value");
    at_ += word.size();
    return true;
}

Kind Reader::kind() {
    skip_space();
    if (failed() || at_ >= text_.size()) return Kind::nothing;
    switch (text_[at_]) {
        case '{': return Kind::object;
        case '[': return Kind::array;
        case '"': return Kind::string;
        case 't':
        case 'f': return Kind::boolean;
        case 'n': return Kind::null;
        default: return is_json_digit(text_[at_]) || text_[at_] == '-' ? Kind::number : Kind::nothing;
    }
}

bool Reader::begin_object() {
    if (failed()) return false;
    if (!take('{')) return fail("an object is expected");
    if (++depth_ > depth_max) return fail(too_deep);
    first_ = true;
    return true;
}

std::optional<std::string> Reader::next_field() {
    if (failed()) return std::nullopt;
    if (take('}')) {
        --depth_;
        first_ = false;
        return std::nullopt;
    }
    if (!std::exchange(first_, false) && !take(',')) return fail("a comma is expected"), std::nullopt;
    auto name = string();
    if (name && !take(':')) return fail("a colon is expected"), std::nullopt;
    return name;
}

bool Reader::begin_array() {
    if (failed()) return false;
    if (!take('[')) return fail("an array is expected");
    if (++depth_ > depth_max) return fail(too_deep);
    first_ = true;
    return true;
}

bool Reader::next_element() {
    if (failed()) return false;
    if (take(']')) {
        --depth_;
        first_ = false;
        return false;
    }
    if (!std::exchange(first_, false) && !take(',')) return fail("a comma is expected");
    return true;
}

std::optional<unsigned> Reader::read_unit() {
    const auto digits = text_.substr(at_, 4);
    unsigned unit = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    if (error != std::errc() || digits.size() != 4 || end != digits.data() + 4) {
        fail("four hexadecimal digits are expected");
        return std::nullopt;
    }
    at_ += 4;
    return unit;
}

/// What follows a backslash (RFC 8259 section 7); half a surrogate pair stands for nothing.
bool Reader::pass_escape(std::string* to) {
    if (at_ >= text_.size()) return fail("the text ends in a string");
    const char c = text_[at_++];
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view values = "\"\\/\b\f\n\r\t";
    if (const auto found = names.find(c); found != std::string_view::npos) {
        if (to) *to += values[found];
        return true;
    }
    if (c != 'u') return fail("an unknown escape");
    auto code = read_unit();
    if (!code) return false;
    if (*code >= 0xD800 && *code <= 0xDFFF) {
        const bool pair = *code <= 0xDBFF && text_.substr(at_, 2) == "\\u";
        if (!pair) return fail("half a surrogate pair");
        at_ += 2;
        const auto low = read_unit();
        if (!low) return false;
        if (*low < 0xDC00 || *low > 0xDFFF) return fail("half a surrogate pair");
        code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
    }
    if (to) append_utf8(*to, *code);
    return true;
}

/// Passes a string, and appends what it says where that is wanted.
bool Reader::pass_string(std::string* to) {
    if (failed()) return false;
    if (!take('"')) return fail("a string is expected");
    for (;;) {
        const auto plain = at_;
        while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
               static_cast<unsigned char>(text_[at_]) >= 0x20) {
            ++at_;
        }
        if (to) to->append(text_.substr(plain, at_ - plain));
        if (at_ >= text_.size()) return fail("the text ends in a string");
        const char c = text_[at_];
        if (c != '"' && c != '\\') return fail("a control character in a string");
        ++at_;
        if (c == '"') return true;
        if (!pass_escape(to)) return false;
    }
}

std::optional<std::string> Reader::string() {
    std::string result;
    if (!pass_string(&result)) return std::nullopt;
    return result;
}

std::optional<bool> Reader::boolean() {
    if (kind() != Kind::boolean) return fail("true or false is expected"), std::nullopt;
    const bool result = text_[at_] == 't';
    if (!take_word(result ? "true" : "false")) return std::nullopt;
    return result;
}

std::optional<std::int64_t> Reader::integer() {
    if (kind() != Kind::number) return fail("a whole number is expected"), std::nullopt;
    const auto begin = at_;
    if (!pass_number()) return std::nullopt;
    const auto text = text_.substr(begin, at_ - begin);
    std::int64_t result = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result);
    if (error != std::errc() || end != text.data() + text.size()) {
        return fail("a whole number that fits into 64 bits is expected"), std::nullopt;
    }
    return result;
}

std::optional<std::string_view> Reader::value() {
    if (failed()) return std::nullopt;
    skip_space();
    const auto begin = at_;
    if (!pass_value()) return std::nullopt;
    return text_.substr(begin, at_ - begin);
}

bool Reader::pass_digits() {
    const auto begin = at_;
    while (at_ < text_.size() && is_json_digit(text_[at_])) ++at_;
    return at_ > begin || fail("a digit is expected");
}

bool Reader::pass_number() {
    if (text_[at_] == '-') ++at_;
    if (at_ < text_.size() && text_[at_] == '0')
        ++at_;
    else if (!pass_digits())
        return false;
    if (at_ < text_.size() && text_[at_] == '.') {
        ++at_;
        if (!pass_digits()) return false;
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
        ++at_;
        if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
        if (!pass_digits()) return false;
    }
    return true;
}

bool Reader::pass_container(char close, bool fields) {
    ++at_;
    if (++depth_ > depth_max) return fail(too_deep);
    bool first = true;
    while (!take(close)) {
        if (failed() || (!std::exchange(first, false) && !take(','))) return fail("a comma is expected");
        if (fields && (!pass_string(nullptr) || !take(':'))) return fail("a field is expected");
        if (!pass_value()) return false;
    }
    --depth_;
    return true;
}

bool Reader::pass_value() {
    switch (kind()) {
        case Kind::object: return pass_container('}', true);
        case Kind::array: return pass_container(']', false);
        case Kind::string: return pass_string(nullptr);
        case Kind::number: return pass_number();
        case Kind::boolean: return boolean().has_value();
        case Kind::null: return take_word("null");
        case Kind::nothing: break;
    }
    return fail("a JSON value is expected");
}

bool Reader::at_end() {
    skip_space();
    return !failed() && at_ == text_.size();
}

bool is_json(std::string_view text) {
    Reader reader(text);
    return reader.value() && reader.at_end();
}

}  // namespace tern::json
