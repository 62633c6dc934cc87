#include "broker/frontends/aws/sns_developer_pages.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "broker/base/percent.hpp"
#include "broker/frontends/aws/query_form.hpp"
#include "broker/frontends/aws/sns_cleared_messages.hpp"
#include "broker/frontends/aws/sns_kept_messages.hpp"
#include "broker/frontends/aws/sns_names.hpp"
#include "broker/frontends/aws/sns_platform.hpp"

namespace tern::aws::sns {
namespace {

namespace json = boost::json;

constexpr std::string_view tokens_page = "/_aws/sns/subscription-tokens/";
constexpr std::string_view endpoints_page = "/_aws/sns/platform-endpoint-messages";
constexpr std::string_view sms_page = "/_aws/sns/sms-messages";

admin::HttpResponse json_page(int status, const json::object& body) {
    admin::HttpResponse response;
    response.status = status;
    response.content_type = "application/json";
    response.body = json::serialize(body);
    return response;
}

admin::HttpResponse token_page(const Surroundings& surroundings, std::string_view path) {
    const auto arn = percent_decoded(path.substr(tokens_page.size())).value_or("");
    const auto named = subscription_of_arn(surroundings, arn);
    const auto refuse = [&](int status, const char* text) {
        return json_page(status, {{"error", text}, {"subscription_arn", arn}});
    };
    if (!named) return refuse(400, "The provided SubscriptionARN is invalid");
    const auto snapshot = surroundings.broker.snapshot();
    const auto found = engine::describe_subscription(*snapshot, named->topic.topic, named->id);
    if (!found.has_value() || found->token.empty()) return refuse(404, "The provided SubscriptionARN is not found");
    return json_page(200, {{"subscription_token", found->token}, {"subscription_arn", arn}});
}

/// Of a page with messages: those of a scope, to all or to one address.
struct Wanted {
    bool sms = false;
    Scope scope;
    std::optional<std::string> address;
};

/// The account and region are those of the endpoint that is named, or else those that are named, or the home's.
Scope scope_of_page(const Surroundings& surroundings, const QueryForm& form, const Wanted& wanted) {
    if (wanted.address && !wanted.sms)
        if (const auto endpoint = parse_endpoint_arn(*wanted.address)) return endpoint->application.scope;
    auto scope = surroundings.options.home;
    const std::string account(form.find("accountId").value_or(""));
    const std::string region(form.find("region").value_or(""));
    if (is_account(account)) scope.account = account;
    if (is_region(region)) scope.region = region;
    return scope;
}

/// Nothing: the query cannot be read.
std::optional<Wanted> wanted_by(const Surroundings& surroundings, const admin::HttpRequest& request) {
    QueryForm form;
    if (!form.add(request.query)) return std::nullopt;
    form.seal();
    Wanted wanted;
    wanted.sms = request.path == sms_page;
    if (const auto only = form.find(wanted.sms ? "phoneNumber" : "endpointArn")) wanted.address = std::string(*only);
    wanted.scope = scope_of_page(surroundings, form, wanted);
    return wanted;
}

json::object kept_messages(const Surroundings& surroundings, const Wanted& wanted) {
    auto kept = wanted.sms ? kept_text_messages(surroundings, wanted.scope)
                           : kept_endpoint_messages(surroundings, wanted.scope);
    if (wanted.address) {
        auto* const one = kept.if_contains(*wanted.address);
        json::value messages = one ? std::move(*one) : json::value(json::array());
        kept.clear();
        kept[*wanted.address] = std::move(messages);
    }
    return kept;
}

admin::HttpResponse messages_page(const Surroundings& surroundings, const Wanted& wanted) {
    json::object body;
    body[wanted.sms ? "sms_messages" : "platform_endpoint_messages"] = kept_messages(surroundings, wanted);
    body["region"] = wanted.scope.region;
    return json_page(200, body);
}

admin::HttpStep delete_messages(const Surroundings& surroundings, const Wanted& wanted) {
    const auto kept = kept_messages(surroundings, wanted);
    const bool nothing = wanted.address ? kept.at(*wanted.address).get_array().empty() : kept.empty();
    if (!nothing) return clear_messages(surroundings, wanted.scope, wanted.sms ? "sms" : "application", wanted.address);
    admin::HttpResponse done;
    done.status = 204;
    return done;
}

}  // namespace

std::optional<admin::HttpStep> answer_developer_page(const Surroundings& surroundings,
                                                     const admin::HttpRequest& request) {
    const bool of_messages = request.path == endpoints_page || request.path == sms_page;
    if (!of_messages && !request.path.starts_with(tokens_page)) return std::nullopt;
    const bool deletes = of_messages && request.method == "DELETE";
    if (!deletes && request.method != "GET" && request.method != "HEAD")
        return json_page(405, {{"error", "This page cannot be written."}});
    if (!of_messages) return token_page(surroundings, request.path);
    const auto wanted = wanted_by(surroundings, request);
    if (!wanted) return json_page(400, {{"error", "The parameters are not a form in UTF-8."}});
    if (deletes) return delete_messages(surroundings, *wanted);
    return messages_page(surroundings, *wanted);
}

}  // namespace tern::aws::sns
