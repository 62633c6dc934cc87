#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// JSON text as the flat list of its tokens: what filter policies are compiled from, and what they search in a body.
/// A list of our own, since numbers must stay as they were written, refusals must say what SNS says, and a body that is
/// an attack must cost no more than its length.
namespace tern::engine {

enum class JsonKind : std::uint8_t {
    begin_object,
    end_object,
    begin_array,
    end_array,
    name,
    string,
    number,
    true_value,
    false_value,
    null_value
};

struct JsonToken {
    JsonKind kind;
    /// Where in the text it begins, and where it has ended.
    std::uint32_t begin;
    std::uint32_t end;
    /// Number of the token behind the value that begins here.
    std::uint32_t next;
    /// Names and strings without quotation marks and escapes; everything else as it was written.
    std::string_view text;
};

struct JsonLimits {
    std::size_t depth_max = 160;
    /// 32 bytes each.
    std::size_t tokens_max = 300'000;
};

/// Why a text is no JSON.
struct JsonFault {
    /// In the words of the JSON reader that AWS uses.
    std::string sentence;
    /// How much of the text was read when it showed.
    std::size_t offset = 0;
};

class JsonTokens {
public:
    /// Reads the text, which must outlive the tokens: most of them point into it. At most 4 GiB.
    JsonTokens(std::string_view text, const JsonLimits& limits);

    /// Nothing: the text is one JSON value within the limits.
    const std::optional<JsonFault>& fault() const { return fault_; }
    /// Of no use after a fault.
    const std::vector<JsonToken>& tokens() const { return tokens_; }

private:
    friend class JsonReader;

    std::optional<JsonFault> fault_;
    std::vector<JsonToken> tokens_;
    /// The texts that had escapes in them; as long as the whole text, once there is one.
    std::unique_ptr<char[]> unescaped_;
};

}  // namespace tern::engine
