#include "broker/engine/json_tokens.hpp"

#include <algorithm>

#include "broker/base/check.hpp"
#include "broker/base/utf8.hpp"

namespace tern::engine {
namespace {

constexpr std::string_view expected_values = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

bool json_digit(char c) {
    return c >= '0' && c <= '9';
}
bool json_word(char c) {
    return json_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || (c & 0x80) != 0;
}

/// A character as a sentence shows it.
std::string named(std::string_view character, bool visible) {
    if (!visible) return "CTRL-CHAR";
    std::string text = "'";
    text += character;
    return text += '\'';
}

}  // namespace

/// Reads token by token; no recursion, so that depth costs nothing.
class JsonReader {
public:
    JsonReader(std::string_view text, const JsonLimits& limits, JsonTokens& into)
        : text_(text),
          limits_(limits),
          into_(into) {}

    void read() {
        skip_space();
        if (!read_value()) return;
        while (!open_.empty()) {
            if (!read_step()) return;
        }
        skip_space();
        if (at_ < text_.size()) unexpected("expected the end of the text");
    }

private:
    bool fail(std::string sentence, std::size_t offset) {
        into_.fault_ = JsonFault{std::move(sentence), offset};
        return false;
    }

    /// The byte at hand is not what has to be there.
    bool unexpected(std::string_view expectation) {
        if (at_ == text_.size()) return fail("Unexpected end-of-input: " + std::string(expectation), at_);
        std::string_view rest = text_.substr(at_);
        const auto code_point = take_code_point(rest);
        if (!code_point) return fail("Invalid UTF-8 start byte", at_);
        const auto shown = text_.substr(at_, text_.size() - at_ - rest.size());
        return fail("Unexpected character (" + named(shown, *code_point >= 0x20) + " (code " +
                        std::to_string(static_cast<std::uint32_t>(*code_point)) + ")): " + std::string(expectation),
                    at_ + 1);
    }

    void skip_space() {
        while (at_ < text_.size() &&
               (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r'))
            ++at_;
    }

    bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }

    /// Of what was read from `begin` to where we are.
    bool add(JsonKind kind, std::size_t begin, std::string_view text) {
        auto& tokens = into_.tokens_;
        if (tokens.size() == limits_.tokens_max) return fail("Document has too many values", at_);
        const auto number = static_cast<std::uint32_t>(tokens.size());
        tokens.push_back({kind, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_), number + 1, text});
        return true;
    }

    /// One member or element of the innermost container, or its end.
    bool read_step() {
        const bool object = into_.tokens_[open_.back()].kind == JsonKind::begin_object;
        const bool first = into_.tokens_.size() == open_.back() + 1;
        skip_space();
        if (next_is(object ? '}' : ']')) return close(object);
        if (!first) {
            if (!next_is(',')) {
                return unexpected(object ? "was expecting comma to separate Object entries"
                                         : "was expecting comma to separate Array entries");
            }
            ++at_;
            skip_space();
        }
        return object ? read_member() : read_value();
    }

    bool close(bool object) {
        ++at_;
        if (!add(object ? JsonKind::end_object : JsonKind::end_array, at_ - 1, text_.substr(at_ - 1, 1))) return false;
        into_.tokens_[open_.back()].next = static_cast<std::uint32_t>(into_.tokens_.size());
        open_.pop_back();
        return true;
    }

    bool read_member() {
        if (!next_is('"')) return unexpected("was expecting double-quote to start field name");
        if (!read_string(JsonKind::name)) return false;
        skip_space();
        if (!next_is(':')) return unexpected("was expecting a colon to separate field name and value");
        ++at_;
        skip_space();
        return read_value();
    }

    bool read_value() {
        if (at_ == text_.size()) return unexpected("expected a value");
        const char c = text_[at_];
        if (c == '{') return open(JsonKind::begin_object);
        if (c == '[') return open(JsonKind::begin_array);
        if (c == '"') return read_string(JsonKind::string);
        if (c == '-' || json_digit(c)) return read_number();
        if (json_word(c)) return read_word();
        return unexpected("expected a valid value " + std::string(expected_values));
    }

    bool open(JsonKind kind) {
        if (open_.size() == limits_.depth_max) {
            return fail("Document nesting depth (" + std::to_string(open_.size() + 1) +
                            ") exceeds the maximum allowed (" + std::to_string(limits_.depth_max) + ")",
                        at_ + 1);
        }
        open_.push_back(static_cast<std::uint32_t>(into_.tokens_.size()));
        ++at_;
        return add(kind, at_ - 1, text_.substr(at_ - 1, 1));
    }

    bool read_word() {
        const auto start = at_;
        while (at_ < text_.size() && json_word(text_[at_])) ++at_;
        const auto word = text_.substr(start, at_ - start);
        if (word == "true") return add(JsonKind::true_value, start, word);
        if (word == "false") return add(JsonKind::false_value, start, word);
        if (word == "null") return add(JsonKind::null_value, start, word);
        // Long words are shown shortened.
        const bool valid = valid_utf8(word.substr(0, 256));
        return fail("Unrecognized token '" + std::string(valid ? word.substr(0, 256) : "") + "': was expecting " +
                        std::string(expected_values),
                    at_);
    }

    bool read_digits() {
        if (at_ == text_.size() || !json_digit(text_[at_])) return false;
        while (at_ < text_.size() && json_digit(text_[at_])) ++at_;
        return true;
    }

    bool read_number() {
        const auto start = at_;
        if (next_is('-')) ++at_;
        const auto whole = at_;
        if (!read_digits()) return unexpected("expected digit (0-9) to follow minus sign, for valid numeric value");
        if (text_[whole] == '0' && at_ > whole + 1) {
            at_ = whole;
            return fail("Invalid numeric value: Leading zeroes not allowed", at_ + 1);
        }
        if (next_is('.')) {
            ++at_;
            if (!read_digits()) return unexpected("Decimal point not followed by a digit");
        }
        if (next_is('e') || next_is('E')) {
            ++at_;
            if (next_is('+') || next_is('-')) ++at_;
            if (!read_digits()) return unexpected("Exponent indicator not followed by a digit");
        }
        if (at_ < text_.size() && json_word(text_[at_])) {
            return unexpected("Expected space separating root-level values");
        }
        return add(JsonKind::number, start, text_.substr(start, at_ - start));
    }

    bool read_string(JsonKind kind) {
        const auto start = ++at_;
        while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\' &&
               static_cast<unsigned char>(text_[at_]) >= 0x20)
            ++at_;
        if (next_is('"')) {
            ++at_;
            return add(kind, start - 1, text_.substr(start, at_ - 1 - start));
        }
        return read_escaped_string(kind, start);
    }

    bool read_escaped_string(JsonKind kind, std::size_t start) {
        if (!into_.unescaped_) into_.unescaped_ = std::make_unique<char[]>(text_.size());
        scratch_.assign(text_.substr(start, at_ - start));
        while (true) {
            if (at_ == text_.size()) return fail("Unexpected end-of-input in VALUE_STRING", at_);
            const char c = text_[at_];
            if (c == '"') break;
            if (static_cast<unsigned char>(c) < 0x20) {
                return fail("Illegal unquoted character ((CTRL-CHAR, code " + std::to_string(c) +
                                ")): has to be escaped using backslash to be included in string value",
                            at_ + 1);
            }
            ++at_;
            if (c != '\\') {
                scratch_ += c;
            } else if (!read_escape()) {
                return false;
            }
        }
        ++at_;

        // What was escaped never got longer.
        TERN_CHECK(unescaped_bytes_ + scratch_.size() <= text_.size());
        char* const kept = into_.unescaped_.get() + unescaped_bytes_;
        std::copy(scratch_.begin(), scratch_.end(), kept);
        unescaped_bytes_ += scratch_.size();
        return add(kind, start - 1, {kept, scratch_.size()});
    }

    bool read_escape() {
        if (at_ == text_.size()) return fail("Unexpected end-of-input in character escape sequence", at_);
        constexpr std::string_view letters = "\"\\/bfnrt";
        constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
        const char c = text_[at_];
        if (const auto found = letters.find(c); found != letters.npos) {
            scratch_ += meanings[found];
            ++at_;
            return true;
        }
        if (c != 'u') {
            return fail("Unrecognized character escape " + named(text_.substr(at_, 1), c >= 0x20 && c < 0x7F) +
                            " (code " + std::to_string(static_cast<unsigned char>(c)) + ")",
                        at_ + 1);
        }
        ++at_;
        auto unit = read_hexadecimal();
        if (!unit) return false;
        if (*unit >= 0xD800 && *unit <= 0xDBFF && text_.substr(at_, 2) == "\\u") {
            at_ += 2;
            const auto low = read_hexadecimal();
            if (!low) return false;
            if (*low >= 0xDC00 && *low <= 0xDFFF) {
                unit = 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00);
            } else {
                append_utf8(scratch_, *unit);
                unit = low;
            }
        }
        append_utf8(scratch_, *unit);
        return true;
    }

    std::optional<char32_t> read_hexadecimal() {
        char32_t unit = 0;
        for (int i = 0; i < 4; ++i, ++at_) {
            constexpr std::string_view digits = "0123456789abcdef0123456789ABCDEF";
            const auto digit = at_ < text_.size() ? digits.find(text_[at_]) : digits.npos;
            if (digit == digits.npos) {
                unexpected("expected a hex-digit for character escape sequence");
                return std::nullopt;
            }
            unit = unit << 4 | (digit & 0xF);
        }
        return unit;
    }

    std::string_view text_;
    JsonLimits limits_;
    JsonTokens& into_;
    std::size_t at_ = 0;
    /// The containers that are open, as numbers of tokens.
    std::vector<std::uint32_t> open_;
    std::string scratch_;
    std::size_t unescaped_bytes_ = 0;
};

JsonTokens::JsonTokens(std::string_view text, const JsonLimits& limits) {
    JsonReader(text, limits, *this).read();
}

}  // namespace tern::engine
