#include "broker/base/percent.hpp"

#include "broker/base/hex.hpp"

namespace tern {

std::optional<std::string> percent_decoded(std::string_view text, Plus plus) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            decoded += plus == Plus::space && text[at] == '+' ? ' ' : text[at];
            continue;
        }
        const auto high = at + 2 < text.size() ? hex_value(text[at + 1]) : std::nullopt;
        const auto low = high ? hex_value(text[at + 2]) : std::nullopt;
        if (!low) return std::nullopt;
        decoded += static_cast<char>(*high << 4 | *low);
        at += 2;
    }
    return decoded;
}

}  // namespace tern
