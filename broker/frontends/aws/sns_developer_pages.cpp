#include "broker/frontends/aws/sns_developer_pages.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "broker/base/percent.hpp"
#include "broker/frontends/aws/query_form.hpp"
#include "broker/frontends/aws/sns_kept_messages.hpp"
#include "broker/frontends/aws/sns_names.hpp"

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

/// Of the account and region that are named, or the home's.
Scope scope_of_page(const Surroundings& surroundings, const QueryForm& form) {
    auto scope = surroundings.options.home;
    const std::string account(form.find("accountId").value_or(""));
    const std::string region(form.find("region").value_or(""));
    if (is_account(account)) scope.account = account;
    if (is_region(region)) scope.region = region;
    return scope;
}

admin::HttpResponse messages_page(const Surroundings& surroundings, const admin::HttpRequest& request, bool sms) {
    QueryForm form;
    if (!form.add(request.query)) return json_page(400, {{"error", "The parameters are not a form in UTF-8."}});
    form.seal();
    const auto scope = scope_of_page(surroundings, form);
    auto kept = sms ? kept_text_messages(surroundings, scope) : kept_endpoint_messages(surroundings, scope);
    const auto only = form.find(sms ? "phoneNumber" : "endpointArn");
    if (only) {
        auto* const one = kept.if_contains(*only);
        json::value messages = one ? std::move(*one) : json::value(json::array());
        kept.clear();
        kept[*only] = std::move(messages);
    }
    json::object body;
    body[sms ? "sms_messages" : "platform_endpoint_messages"] = std::move(kept);
    body["region"] = scope.region;
    return json_page(200, body);
}

}  // namespace

std::optional<admin::HttpResponse> answer_developer_page(const Surroundings& surroundings,
                                                         const admin::HttpRequest& request) {
    const bool is_page =
        request.path.starts_with(tokens_page) || request.path == endpoints_page || request.path == sms_page;
    // LocalStack's messages can be deleted here; these cannot, and whoever tries shall know.
    if (is_page && request.method != "GET" && request.method != "HEAD")
        return json_page(405, {{"error", "This page can only be read."}});
    if (request.path.starts_with(tokens_page)) return token_page(surroundings, request.path);
    if (request.path == endpoints_page) return messages_page(surroundings, request, false);
    if (request.path == sms_page) return messages_page(surroundings, request, true);
    return std::nullopt;
}

}  // namespace tern::aws::sns
