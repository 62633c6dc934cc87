#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

#include "broker/base/utf8.hpp"
#include "broker/frontends/aws/query_form.hpp"
#include "broker/frontends/aws/xml.hpp"
#include "tests/fuzz/aws_shapes.hpp"

/// A form of a stranger, made into parameters and those into XML: what comes out is well-formed, and says what was
/// said.
namespace {

using namespace tern;
using namespace tern::aws;
using namespace tern::fuzz;

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
