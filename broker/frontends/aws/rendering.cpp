#include "broker/frontends/aws/rendering.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <utility>

#include "broker/frontends/aws/xml.hpp"

namespace tern::aws {
namespace {

namespace json = boost::json;

constexpr std::string_view xml_declaration = "<?xml version=\"1.0\"?>";

admin::HttpResponse response_of(const Call& call, int status, std::string_view content_type, std::string body) {
    admin::HttpResponse response;
    response.status = status;
    response.content_type = content_type;
    response.body = std::move(body);
    response.further_fields.emplace_back("x-amzn-RequestId", call.request_id);
    return response;
}

json::value as_query_json(const json::value& value, const Shape& shape);

json::array map_as_list(const json::object& map, const Shape& shape) {
    json::array list;
    for (const auto& [key, value] : map) {
        json::object entry;
        entry[shape.key_name] = key;
        entry[shape.value_name] = as_query_json(value, *shape.element);
        list.push_back(std::move(entry));
    }
    return list;
}

/// Two members have other names in this form than anywhere else.
std::string_view name_in_query_json(std::string_view member) {
    if (member == "Messages") return "messages";
    return member == "QueueUrls" ? "queueUrls" : member;
}

/// The Query protocol in JSON writes a map as a list of its entries, and null for what is not there.
json::value as_query_json(const json::value& value, const Shape& shape) {
    if (shape.kind == Kind::map) return map_as_list(value.get_object(), shape);
    if (shape.kind == Kind::list) {
        json::array list;
        for (const auto& element : value.get_array()) list.push_back(as_query_json(element, *shape.element));
        return list;
    }
    if (shape.kind != Kind::structure) return value;
    json::object object;
    for (const auto& member : shape.members) {
        const auto* const found = value.get_object().if_contains(member.name);
        object[name_in_query_json(member.name)] = found ? as_query_json(*found, *member.shape) : json::value();
    }
    return object;
}

admin::HttpResponse result_in_query_json(const Call& call, const Operation& operation, const json::object& result) {
    json::object contents;
    if (operation.output) contents[call.operation + "Result"] = as_query_json(result, *operation.output);
    contents["ResponseMetadata"] = json::object{{"RequestId", call.request_id}};
    json::object whole;
    whole[call.operation + "Response"] = std::move(contents);
    return response_of(call, 200, "application/json", json::serialize(whole));
}

admin::HttpResponse result_in_xml(const Call& call, const Operation& operation, const json::object& result) {
    std::string text(xml_declaration);
    text.append("<").append(call.operation).append("Response xmlns=\"");
    text.append(table_of(call.service).xml_namespace).append("\">");
    if (operation.output && result.empty()) text.append("<").append(call.operation).append("Result/>");
    if (operation.output && !result.empty()) {
        text.append("<").append(call.operation).append("Result>");
        append_xml(text, result, *operation.output);
        text.append("</").append(call.operation).append("Result>");
    }
    text.append("<ResponseMetadata><RequestId>").append(call.request_id).append("</RequestId></ResponseMetadata></");
    text.append(call.operation).append("Response>");
    return response_of(call, 200, "text/xml", std::move(text));
}

admin::HttpResponse error_in_json(const Call& call, const Error& error) {
    json::object body;
    body["__type"] = std::string(error.kind.prefix).append(error.kind.shape);
    body["message"] = error.text;
    auto response = response_of(call, error.kind.status, "application/x-amz-json-1.0", json::serialize(body));
    response.further_fields.emplace_back("x-amzn-query-error",
                                         std::string(error.kind.code).append(";").append(error.kind.fault));
    return response;
}

admin::HttpResponse error_in_query_json(const Call& call, const Error& error) {
    json::object about;
    about["Code"] = error.kind.code;
    about["Message"] = error.text;
    about["Type"] = error.kind.fault;
    json::object body;
    body["Error"] = std::move(about);
    body["RequestId"] = call.request_id;
    return response_of(call, error.kind.status, "application/json", json::serialize(body));
}

admin::HttpResponse error_in_xml(const Call& call, const Error& error) {
    std::string text(xml_declaration);
    text.append("<ErrorResponse xmlns=\"").append(table_of(call.service).xml_namespace).append("\"><Error><Type>");
    text.append(error.kind.fault).append("</Type><Code>").append(error.kind.code).append("</Code><Message>");
    append_xml_text(text, error.text);
    // SNS has no such element.
    text.append(call.service == Service::sqs ? "</Message><Detail/></Error>" : "</Message></Error>");
    text.append("<RequestId>").append(call.request_id);
    text.append("</RequestId></ErrorResponse>");
    return response_of(call, error.kind.status, "text/xml", std::move(text));
}

}  // namespace

admin::HttpResponse render_result(const Call& call, const Operation& operation, const json::object& result) {
    if (call.protocol == Protocol::json)
        return response_of(call, 200, "application/x-amz-json-1.0", json::serialize(result));
    return call.answer_in_json ? result_in_query_json(call, operation, result) : result_in_xml(call, operation, result);
}

admin::HttpResponse render_error(const Call& call, const Error& error) {
    if (call.protocol == Protocol::json) return error_in_json(call, error);
    return call.answer_in_json ? error_in_query_json(call, error) : error_in_xml(call, error);
}

admin::HttpResponse render_unknown_operation(const Call& call) {
    // Whatever the client accepts.
    return response_of(call, 404, "text/xml", "<UnknownOperationException/>\n");
}

}  // namespace tern::aws
