#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tern::json {

enum class Kind : std::uint8_t { object, array, string, number, boolean, null, nothing };

/// Reads JSON (RFC 8259) from front to back, without building anything: whoever reads says what they want next, and
/// whatever they do not care for can be passed over or taken as it is written. The text is UTF-8 already. After the
/// first fault every further step does nothing and fails.
class Reader {
public:
    /// How deep arrays and objects may lie in each other.
    static constexpr std::size_t depth_max = 64;

    explicit Reader(std::string_view text) : text_(text) {}

    /// Of the value that comes next.
    Kind kind();

    /// Enters the object that comes next.
    bool begin_object();
    /// The name of the object's next field, whose value comes next; nothing when the object has ended, or at a fault.
    std::optional<std::string> next_field();
    /// Enters the array that comes next.
    bool begin_array();
    /// True when another value of the array comes next; false when the array has ended, or at a fault.
    bool next_element();

    std::optional<std::string> string();
    std::optional<bool> boolean();
    /// A whole number that fits.
    std::optional<std::int64_t> integer();
    /// Passes over the value that comes next, whatever it is. Its text as it stands there.
    std::optional<std::string_view> value();

    /// Only white space is left.
    bool at_end();
    bool failed() const { return !fault_.empty(); }
    /// That is because of depth_max.
    bool is_too_deep() const { return fault_ == too_deep; }
    /// What is wrong with the text, and where.
    std::string fault() const;
    /// How far it was read.
    std::size_t position() const { return at_; }

private:
    static constexpr std::string_view too_deep = "too deep";

    bool fail(std::string_view what);
    void skip_space();
    bool take(char c);
    bool take_word(std::string_view word);
    bool pass_string(std::string* to);
    bool pass_escape(std::string* to);
    bool pass_number();
    bool pass_digits();
    bool pass_value();
    bool pass_container(char close, bool fields);
    std::optional<unsigned> read_unit();

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    /// The container that was entered last has had no member yet.
    bool first_ = false;
    std::string_view fault_;
};

/// True when the text is one JSON value with nothing but white space around it.
bool is_json(std::string_view text);

}  // namespace tern::json
