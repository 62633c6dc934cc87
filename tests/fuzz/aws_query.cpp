#include <array>
#include <boost/json/object.hpp>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "broker/base/utf8.hpp"
#include "broker/frontends/aws/query_form.hpp"
#include "broker/frontends/aws/xml.hpp"

/// A form of a stranger, made into parameters and those into XML: what comes out is well-formed, and says what was
/// said.
namespace {

using namespace tern;
using namespace tern::aws;

void require(bool holds) {
    if (!holds) std::abort();
}

// As SQS and SNS have them: texts, numbers, lists and maps, flattened and not, in each other.
constexpr Shape texts = flat_list_of(text_shape);
constexpr Shape map = flat_map_of(text_shape, "Name", "Value");
constexpr std::array<Member, 4> entry_members = {{{"Id", &text_shape},
                                                  {"DelaySeconds", &integer_shape},
                                                  {"Names", &texts, "Name"},
                                                  {"Attributes", &map, "Attribute"}}};
constexpr Shape entry = structure(entry_members);
constexpr Shape entries = flat_list_of(entry);
constexpr Shape members = list_of(entry);
constexpr Shape inner_map = map_of(text_shape);
constexpr std::array<Member, 6> all_members = {{{"QueueUrl", &text_shape},
                                                {"Wait", &boolean_shape},
                                                {"Entries", &entries, "Entry"},
                                                {"Members", &members},
                                                {"Map", &inner_map},
                                                {"Number", &integer_shape}}};
constexpr Shape all = structure(all_members);

/// Every < is a tag's and every & an entity's.
void check_xml(const std::string& xml) {
    std::size_t depth = 0;
    for (std::size_t i = 0; i < xml.size(); ++i) {
        if (xml[i] == '<') {
            const auto end = xml.find('>', i);
            require(end != std::string::npos);
            xml[i + 1] == '/' ? --depth : ++depth;
            i = end;
        } else if (xml[i] == '&') {
            const auto entity = xml.substr(i, 6);
            require(entity.starts_with("&lt;") || entity.starts_with("&gt;") || entity.starts_with("&amp;") ||
                    entity.starts_with("&quot;") || entity.starts_with("&#x"));
        } else {
            require(xml[i] != '>' && xml[i] != '\r');
        }
    }
    require(depth == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    std::string escaped;
    append_xml_text(escaped, text);
    check_xml(escaped);

    QueryForm form;
    if (!form.add(text)) return 0;
    form.seal();
    for (const auto& [name, value] : form.fields()) {
        require(valid_utf8(name) && valid_utf8(value));
        require(form.find(name).has_value());
    }
    const auto parameters = parameters_of(form, all, {});
    if (const auto* const object = std::get_if<boost::json::object>(&parameters)) {
        std::string xml;
        append_xml(xml, *object, all);
        check_xml(xml);
    }
    return 0;
}
