#include "broker/frontends/aws/developer_pages.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <optional>
#include <string>
#include <utility>

#include "broker/engine/queries.hpp"
#include "broker/frontends/aws/query_form.hpp"
#include "broker/frontends/aws/recognition.hpp"
#include "broker/frontends/aws/rendering.hpp"
#include "broker/frontends/aws/sns_developer_pages.hpp"
#include "broker/frontends/aws/sqs_message_view.hpp"
#include "broker/frontends/aws/sqs_queue_of.hpp"

namespace tern::aws {
namespace {

namespace json = boost::json;

constexpr std::string_view messages_page = "/_aws/sqs/messages";
constexpr std::int64_t messages_shown_max = 1000;
constexpr std::size_t call_bytes_max = 65'536;

admin::HttpResponse page_of(int status, std::string_view content_type, std::string body) {
    admin::HttpResponse response;
    response.status = status;
    response.content_type = content_type;
    response.body = std::move(body);
    return response;
}

/// What clients of LocalStack wait for before they begin.
admin::HttpResponse local_health() {
    return page_of(200, "application/json",
                   R"({"services":{"sqs":"running","sns":"running"},"edition":"tern","version":")" TERN_VERSION
                   "\"}\n");
}

std::string first_value(const admin::HttpRequest& request, std::string_view name) {
    const auto* const field = request.find(name);
    return field ? field->value : std::string();
}

/// The page is also an SDK's endpoint for ReceiveMessage, in either protocol.
bool is_json_call(const admin::HttpRequest& request) {
    return first_value(request, "X-Amz-Target").ends_with(".ReceiveMessage");
}

std::string queue_url_of(const admin::HttpRequest& request, const QueryForm& form) {
    if (!is_json_call(request)) return std::string(form.find("QueueUrl").value_or(""));
    // Of what is longer than any call of ReceiveMessage nothing is read.
    if (request.body.size() > call_bytes_max) return {};
    json::error_code fault;
    const auto body = json::parse(request.body, fault);
    const auto* const url = !fault && body.is_object() ? body.get_object().if_contains("QueueUrl") : nullptr;
    return url && url->is_string() ? std::string(view_of(*url)) : std::string();
}

/// Of the page that names the queue in its path, or by QueueUrl.
std::optional<sqs::NamedQueue> queue_of_page(const Surroundings& surroundings, const admin::HttpRequest& request,
                                             const QueryForm& form) {
    auto rest = std::string_view(request.path).substr(messages_page.size());
    if (rest == "/") rest = {};
    const auto scope =
        scope_of(credential_of_authorization(first_value(request, "Authorization")), surroundings.options.home);
    const auto address =
        rest.empty() ? parse_queue_url(queue_url_of(request, form)) : parse_queue_path("/queue" + std::string(rest));
    if (!address) return std::nullopt;
    return sqs::queue_in(surroundings, address->scope_for(scope), address->name);
}

bool is_set(const QueryForm& form, std::string_view name) {
    const auto value = form.find(name);
    return value && (*value == "true" || *value == "True" || *value == "1");
}

/// The page speaks as ReceiveMessage does.
Call call_of_page(const Surroundings& surroundings, const admin::HttpRequest& request) {
    Call call;
    call.operation = "ReceiveMessage";
    call.scope = surroundings.options.home;
    call.request_id = "00000000-0000-0000-0000-000000000000";
    const bool in_json = is_json_call(request) || first_value(request, "Accept").find("json") != std::string::npos;
    call.protocol = in_json ? Protocol::json : Protocol::query;
    return call;
}

admin::HttpResponse messages(const Surroundings& surroundings, const admin::HttpRequest& request) {
    const auto call = call_of_page(surroundings, request);
    QueryForm form;
    const bool has_form = request.method == "POST" && !is_json_call(request);
    if (!form.add(request.query) || (has_form && !form.add(request.body)))
        return page_of(400, "text/plain; charset=utf-8", "the parameters are not a form in UTF-8\n");
    form.seal();
    const auto queue = queue_of_page(surroundings, request, form);
    if (!queue) return render_error(call, sqs::no_such_queue(call));

    const engine::PeekFilter filter{messages_shown_max, true, is_set(form, "ShowInvisible"),
                                    is_set(form, "ShowDelayed")};
    const auto snapshot = surroundings.broker.snapshot();
    const auto found = engine::peek(*snapshot, surroundings.broker.now(), queue->queue, filter);
    if (!found.has_value()) return render_error(call, sqs::error_of(call, found.error()));
    const sqs::MessageSelection everything{{"All"}, {"All"}};
    json::object result(result_storage());
    auto& list = result["Messages"].emplace_array();
    for (const auto& message : found->messages) {
        auto shown = sqs::view_of_message(*queue, message, everything, result.storage());
        shown["ReceiptHandle"] = "SQS/BACKDOOR/ACCESS";
        list.push_back(std::move(shown));
    }
    return render_result(call, *find_operation(table_of(Service::sqs).operations, call.operation), result);
}

}  // namespace

admin::HttpStep answer_developer_page(const Surroundings& surroundings, const admin::HttpRequest& request) {
    if (request.path == "/_localstack/health") return local_health();
    if (request.path == messages_page || request.path.starts_with(std::string(messages_page) + "/"))
        return messages(surroundings, request);
    if (auto page = sns::answer_developer_page(surroundings, request)) return std::move(*page);
    return page_of(404, "text/plain; charset=utf-8",
                   "there is /_aws/sqs/messages, /_aws/sns/… (docs/aws.md) and /_localstack/health\n");
}

}  // namespace tern::aws
