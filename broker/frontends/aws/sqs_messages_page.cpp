#include "broker/frontends/aws/sqs_messages_page.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "broker/engine/message_record.hpp"
#include "broker/engine/queries.hpp"
#include "broker/frontends/aws/query_form.hpp"
#include "broker/frontends/aws/recognition.hpp"
#include "broker/frontends/aws/rendering.hpp"
#include "broker/frontends/aws/sqs_message_view.hpp"
#include "broker/frontends/aws/sqs_queue_of.hpp"

/// The page as LocalStack has it: of GET, XML or what that XML is as JSON; of an SDK whose endpoint it is, the answer
/// of ReceiveMessage in the SDK's protocol.
namespace tern::aws::sqs {
namespace {

namespace json = boost::json;

constexpr std::string_view messages_page = "/_aws/sqs/messages";
constexpr std::int64_t messages_shown_max = 1000;
constexpr std::size_t call_bytes_max = 65'536;

constexpr ErrorKind invalid_request{"InvalidRequest", "InvalidRequest"};

std::string first_value(const admin::HttpRequest& request, std::string_view name) {
    const auto* const field = request.find(name);
    return field ? field->value : std::string();
}

/// One look at the page.
struct Look {
    const admin::HttpRequest& request;
    QueryForm form;
    Call call;
    /// What the XML would say, in JSON.
    bool xml_as_json = false;

    bool is_json_call() const { return request.find("X-Amz-Target") != nullptr; }
    bool wants(std::string_view name) const {
        const auto value = form.find(name);
        return value && (*value == "true" || *value == "True" || *value == "1");
    }
};

std::string queue_url_of(const Look& look) {
    if (!look.is_json_call()) return std::string(look.form.find("QueueUrl").value_or(""));
    // Of what is longer than any call of ReceiveMessage nothing is read.
    if (look.request.body.size() > call_bytes_max) return {};
    json::error_code fault;
    const auto body = json::parse(look.request.body, fault);
    const auto* const url = !fault && body.is_object() ? body.get_object().if_contains("QueueUrl") : nullptr;
    return url && url->is_string() ? std::string(view_of(*url)) : std::string();
}

/// Of the page that names the queue in its path, or by QueueUrl.
std::variant<NamedQueue, Error> queue_of_look(const Surroundings& surroundings, const Look& look) {
    auto rest = std::string_view(look.request.path).substr(messages_page.size());
    if (rest == "/") rest = {};
    const auto scope =
        scope_of(credential_of_authorization(first_value(look.request, "Authorization")), surroundings.options.home);
    const auto url = rest.empty() ? queue_url_of(look) : std::string(rest);
    if (url.empty()) return no_such_queue(look.call);
    const auto address = rest.empty() ? parse_queue_url(url) : parse_queue_path("/queue" + url);
    if (!address)
        return Error{kinds::invalid_address, "The address " + shown(url) + " is not valid for this endpoint."};
    return queue_in(surroundings, address->scope_for(scope), address->name);
}

std::optional<Error> check_operation(const Look& look) {
    const auto target = first_value(look.request, "X-Amz-Target");
    const auto action = look.form.find("Action").value_or("ReceiveMessage");
    if (look.is_json_call() ? target.ends_with(".ReceiveMessage") : action == "ReceiveMessage") return std::nullopt;
    return Error{invalid_request, "This endpoint only accepts ReceiveMessage calls"};
}

/// What the page shows of its messages, in the order in which they were sent.
std::vector<engine::ReceivedMessage> messages_to_show(const Look& look, const NamedQueue& queue, Timestamp now,
                                                      std::vector<engine::ReceivedMessage> found) {
    std::ranges::sort(found, {}, &engine::ReceivedMessage::sequence);
    if (look.wants("ShowInvisible") || !is_fifo(queue.queue)) return found;
    // What stands behind a message in flight in its group cannot be received either.
    std::set<Bytes, std::less<>> blocked;
    std::erase_if(found, [&](const engine::ReceivedMessage& message) {
        const auto record = engine::decode_message(message.record);
        const Bytes group(record ? record->group_id : BytesView());
        if (message.receive_count > 0 && message.available_at > now) blocked.insert(group);
        return blocked.contains(group);
    });
    return found;
}

json::object view_in_page(const NamedQueue& queue, const engine::ReceivedMessage& message, Timestamp now,
                          const json::storage_ptr& storage) {
    const MessageSelection everything{{"All"}, {"All"}};
    auto shown = view_of_message(queue, message, everything, storage);
    shown["ReceiptHandle"] = "SQS/BACKDOOR/ACCESS";
    auto& attributes = shown["Attributes"].get_object();
    if (message.receive_count == 0) attributes["ApproximateFirstReceiveTimestamp"] = "0";
    const auto text = [](bool value) { return value ? "true" : "false"; };
    const bool waits = message.available_at > now;
    attributes["IsVisible"] = text(!waits || message.receive_count == 0);
    attributes["IsDelayed"] = text(waits && message.receive_count == 0);
    return shown;
}

json::value as_xml_says(const json::value& value, const Shape& shape);

/// XML does not tell a list of one from what is in it.
void put_elements(json::object& to, std::string_view name, json::array&& elements) {
    if (elements.size() == 1) {
        to[name] = std::move(elements.front());
    } else if (!elements.empty()) {
        to[name] = std::move(elements);
    }
}

void put_member(json::object& to, const Member& member, const json::value& value) {
    const auto& shape = *member.shape;
    if (shape.kind != Kind::list && shape.kind != Kind::map) {
        to[member.in_query()] = as_xml_says(value, shape);
        return;
    }
    json::array elements;
    if (shape.kind == Kind::list) {
        for (const auto& element : value.get_array()) elements.push_back(as_xml_says(element, *shape.element));
    } else {
        for (const auto& [key, element] : value.get_object())
            elements.push_back(
                json::object{{shape.key_name, key}, {shape.value_name, as_xml_says(element, *shape.element)}});
    }
    put_elements(to, member.in_query(), std::move(elements));
}

json::value as_xml_says(const json::value& value, const Shape& shape) {
    if (shape.kind != Kind::structure) return value;
    json::object object;
    for (const auto& member : shape.members)
        if (const auto* const found = value.get_object().if_contains(member.name)) put_member(object, member, *found);
    return object;
}

admin::HttpResponse in_json(const Call& call, int status, json::object&& body) {
    admin::HttpResponse response;
    response.status = status;
    response.content_type = "application/json";
    response.body = json::serialize(body);
    response.further_fields.emplace_back("x-amzn-RequestId", call.request_id);
    return response;
}

admin::HttpResponse refuse(const Look& look, const Error& error) {
    if (!look.xml_as_json) return render_error(look.call, error);
    json::object about{{"Type", error.kind.fault}, {"Code", error.kind.code}, {"Message", error.text}};
    json::object contents{{"Error", std::move(about)}, {"RequestId", look.call.request_id}};
    return in_json(look.call, error.kind.status, json::object{{"ErrorResponse", std::move(contents)}});
}

admin::HttpResponse show(const Look& look, const json::object& result) {
    const auto& operation = *find_operation(table_of(Service::sqs).operations, look.call.operation);
    if (!look.xml_as_json) return render_result(look.call, operation, result);
    json::object contents{{"ReceiveMessageResult", as_xml_says(result, *operation.output)},
                          {"ResponseMetadata", json::object{{"RequestId", look.call.request_id}}}};
    return in_json(look.call, 200, json::object{{"ReceiveMessageResponse", std::move(contents)}});
}

/// The page speaks as ReceiveMessage does.
Look look_of(const Surroundings& surroundings, const admin::HttpRequest& request) {
    Look look{request, {}, {}, false};
    look.call.operation = "ReceiveMessage";
    look.call.scope = surroundings.options.home;
    look.call.request_id = "00000000-0000-0000-0000-000000000000";
    look.call.protocol = look.is_json_call() ? Protocol::json : Protocol::query;
    look.xml_as_json = !look.is_json_call() && first_value(request, "Accept").find("json") != std::string::npos;
    return look;
}

admin::HttpResponse answer(const Surroundings& surroundings, const admin::HttpRequest& request) {
    auto look = look_of(surroundings, request);
    const bool has_form = request.method == "POST" && !look.is_json_call();
    if (!look.form.add(request.query) || (has_form && !look.form.add(request.body)))
        return refuse(look, Error{invalid_request, "The parameters are not a form in UTF-8."});
    look.form.seal();
    if (const auto error = check_operation(look)) return refuse(look, *error);
    const auto named = queue_of_look(surroundings, look);
    if (const auto* const error = std::get_if<Error>(&named)) return refuse(look, *error);
    const auto& queue = std::get<NamedQueue>(named);

    const auto now = surroundings.broker.now();
    const engine::PeekFilter filter{messages_shown_max, true, look.wants("ShowInvisible") || is_fifo(queue.queue),
                                    look.wants("ShowDelayed")};
    const auto snapshot = surroundings.broker.snapshot();
    auto found = engine::peek(*snapshot, now, queue.queue, filter);
    if (!found.has_value()) return refuse(look, error_of(look.call, found.error()));
    json::object result(result_storage());
    json::array list(result.storage());
    for (const auto& message : messages_to_show(look, queue, now, std::move(found->messages)))
        list.push_back(view_in_page(queue, message, now, result.storage()));
    if (!list.empty()) result["Messages"] = std::move(list);
    return show(look, result);
}

}  // namespace

std::optional<admin::HttpResponse> answer_messages_page(const Surroundings& surroundings,
                                                        const admin::HttpRequest& request) {
    const bool is_it = request.path == messages_page || request.path.starts_with(std::string(messages_page) + "/");
    return is_it ? std::optional(answer(surroundings, request)) : std::nullopt;
}

}  // namespace tern::aws::sqs
