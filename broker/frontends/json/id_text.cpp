#include "broker/frontends/json/id_text.hpp"

namespace tern::json {

std::string text_of(const engine::MessageId& id) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (unsigned nibble = 0; nibble < 32; ++nibble) {
        const auto word = nibble < 16 ? id.high : id.low;
        if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) text += '-';
        text += digits[(word >> (60 - 4 * (nibble % 16))) & 0xF];
    }
    return text;
}

}  // namespace tern::json
