#include "broker/frontends/aws/call_reader.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "broker/base/json_text.hpp"
#include "broker/engine/sending.hpp"
#include "broker/frontends/admin/http_text.hpp"
#include "broker/frontends/aws/json_body.hpp"
#include "broker/frontends/aws/parameters.hpp"
#include "broker/frontends/aws/query_form.hpp"
#include "broker/frontends/aws/recognition.hpp"

namespace tern::aws {
namespace {

namespace json = boost::json;

using Found = std::variant<const Operation*, Error, NoAction>;

constexpr std::size_t action_bytes_shown = 100;

std::string_view value_of(const admin::HttpRequest& request, std::string_view name) {
    const auto* const field = request.find(name);
    return field ? std::string_view(field->value) : std::string_view();
}

void read_header(const AwsOptions& options, const admin::HttpRequest& request, Call& call) {
    const auto host = authority_of(value_of(request, "Host"));
    call.authority = host.empty() ? options.authority : std::string(host);
    // What others put into a request's header is no reason to refuse a message.
    const auto trace_header = value_of(request, "X-Amzn-Trace-Id");
    if (trace_header.size() <= engine::trace_header_bytes_max) call.trace_header = trace_header;
    call.answer_in_json = value_of(request, "Accept").starts_with("application/json");
}

/// What is asked at a queue's URL is of that queue, unless a parameter names another.
void add_queue_of_path(const admin::HttpRequest& request, const Operation& operation, Call& call) {
    if (request.path == "/" || !operation.at_queue_url || call.parameters.contains("QueueUrl")) return;
    call.parameters["QueueUrl"] = request.path;
}

Found read_json(const admin::HttpRequest& request, std::string_view target, Call& call) {
    const auto table = std::ranges::find_if(
        services(), [&](const ServiceTable& service) { return target.starts_with(service.target_prefix); });
    if (table == services().end()) return Error{common_errors::unknown_operation, ""};
    call.service = table->service;
    call.operation = target.substr(table->target_prefix.size());
    const auto* const operation = find_operation(table->operations, call.operation);
    if (!operation) return Error{common_errors::unknown_operation, ""};

    auto parameters = read_json_body(request.body, operation->input);
    if (auto* const error = std::get_if<Error>(&parameters)) return std::move(*error);
    call.take_parameters(std::move(std::get<json::object>(parameters)));
    add_queue_of_path(request, *operation, call);
    return operation;
}

const ServiceTable* service_with(std::string_view action) {
    for (const auto& table : services())
        if (find_operation(table.operations, action)) return &table;
    return nullptr;
}

/// By the version, else by what the signature is for, else by who has such an action.
const ServiceTable& service_of(const admin::HttpRequest& request, const QueryForm& form,
                               const std::optional<Credential>& credential, std::string_view action) {
    const auto version = form.find("Version");
    for (const auto& table : services()) {
        if (version ? *version == table.version : credential && credential->service == table.signing_name) return table;
    }
    const auto* const table = request.path == "/" ? service_with(action) : nullptr;
    return table ? *table : services().front();
}

Error invalid_action(std::string_view action) {
    std::string text = "The action ";
    text.append(front_of_utf8(action, action_bytes_shown)).append(" is not valid for this endpoint.");
    return {common_errors::invalid_action, std::move(text)};
}

bool has_type(const admin::HttpRequest& request, std::string_view beginning) {
    const auto type = value_of(request, "Content-Type");
    return admin::equal_ignoring_case(type.substr(0, beginning.size()), beginning);
}

bool has_form(const admin::HttpRequest& request) {
    const bool untyped = value_of(request, "Content-Type").empty();
    return !request.body.empty() && (untyped || has_type(request, "application/x-www-form-urlencoded"));
}

Found read_query(const AwsOptions& options, const admin::HttpRequest& request, std::optional<Credential> credential,
                 Call& call) {
    call.protocol = Protocol::query;
    QueryForm form;
    if (!form.add(request.query) || (has_form(request) && !form.add(request.body)))
        return Error{common_errors::malformed_query, "The request's parameters are not a form in UTF-8."};
    form.seal();
    if (!credential)
        if (const auto text = form.find("X-Amz-Credential")) credential = parse_credential(*text);
    call.scope = scope_of(credential, options.home);
    call.access_key = credential ? credential->access_key : std::string();

    const auto action = form.find("Action");
    if (!action) return NoAction{};
    const auto& table = service_of(request, form, credential, *action);
    call.service = table.service;
    const auto* const operation = find_operation(table.operations, *action);
    if (!operation || (request.path != "/" && !operation->at_queue_url)) return invalid_action(*action);
    call.operation = *action;
    if (operation->input) {
        auto parameters = parameters_of(form, *operation->input, {});
        if (auto* const error = std::get_if<Error>(&parameters)) return std::move(*error);
        call.take_parameters(std::get<json::object>(std::move(parameters)));
    }
    add_queue_of_path(request, *operation, call);
    return operation;
}

}  // namespace

Found read_call(const AwsOptions& options, const admin::HttpRequest& request, Call& call) {
    read_header(options, request, call);
    auto credential = credential_of_authorization(value_of(request, "Authorization"));
    call.scope = scope_of(credential, options.home);
    call.access_key = credential ? credential->access_key : std::string();
    // Nobody expects that looking, with HEAD or OPTIONS, sends or deletes anything.
    if (request.method != "GET" && request.method != "POST") return NoAction{};
    const auto* const target = request.find("X-Amz-Target");
    if (target) return read_json(request, target->value, call);
    if (has_type(request, "application/x-amz-json-") && request.query.empty()) return read_json(request, {}, call);
    return read_query(options, request, std::move(credential), call);
}

}  // namespace tern::aws
