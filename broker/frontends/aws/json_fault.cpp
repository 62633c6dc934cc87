#include "broker/frontends/aws/json_fault.hpp"

#include "broker/base/ascii.hpp"

namespace tern::aws {
namespace {

std::string place(std::size_t column) {
    return "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: " +
           std::to_string(column) + "]";
}

}  // namespace

std::string json_fault(std::string_view text) {
    std::string sentence = "failed to parse JSON. ";
    if (text.starts_with('{') && text.size() > 1) {
        const char c = text[1];
        sentence.append("Unexpected character ('").append(1, c).append("' (code ");
        sentence.append(std::to_string(static_cast<unsigned char>(c)));
        return sentence.append(")): was expecting double-quote to start field name").append(place(2));
    }
    std::size_t end = 0;
    while (end < text.size() && is_alphanumeric(text[end])) ++end;
    sentence.append("Unrecognized token '").append(text.substr(0, end));
    sentence.append("': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')");
    return sentence.append(place(end + 1));
}

}  // namespace tern::aws
