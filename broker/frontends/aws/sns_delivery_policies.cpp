#include "broker/frontends/aws/sns_delivery_policies.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <optional>

namespace tern::aws::sns {
namespace {

namespace json = boost::json;

constexpr const char* overrides_disabled = "disableSubscriptionOverrides";

std::optional<json::object> parsed_delivery_policy(std::string_view text) {
    json::error_code fault;
    auto value = json::parse({text.data(), text.size()}, fault);
    if (fault || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

/// The object of that name; an empty one where there is none.
json::object part_of(const json::object& policy, const char* name) {
    const auto* const value = policy.if_contains(name);
    return value && value->is_object() ? value->get_object() : json::object();
}

json::object http_part_of(std::string_view topic) {
    const auto policy = parsed_delivery_policy(topic);
    return policy ? part_of(*policy, "http") : json::object();
}

json::object with_defaults(json::object defaults, const json::object& given) {
    for (const auto& [name, value] : given)
        if (!value.is_null()) defaults[name] = value;
    return defaults;
}

json::object retries_of(const json::object& given) {
    return with_defaults({{"minDelayTarget", 20},
                          {"maxDelayTarget", 20},
                          {"numRetries", 3},
                          {"numMaxDelayRetries", 0},
                          {"numNoDelayRetries", 0},
                          {"numMinDelayRetries", 0},
                          {"backoffFunction", "linear"}},
                         given);
}

json::object requests_of(const json::object& given) {
    return with_defaults({{"headerContentType", "text/plain; charset=UTF-8"}}, given);
}

json::value object_or_null(json::object&& object) {
    return object.empty() ? json::value() : json::value(std::move(object));
}

json::object kept_of_subscription(const json::object& given) {
    return with_defaults({{"healthyRetryPolicy", nullptr},
                          {"sicklyRetryPolicy", nullptr},
                          {"throttlePolicy", nullptr},
                          {"requestPolicy", nullptr},
                          {"guaranteed", false}},
                         given);
}

bool disables_overrides(const json::object& http) {
    const auto* const value = http.if_contains(overrides_disabled);
    return value && value->is_bool() && value->get_bool();
}

}  // namespace

std::string kept_topic_policy(std::string_view given) {
    auto policy = parsed_delivery_policy(given);
    auto* const http = policy ? policy->if_contains("http") : nullptr;
    if (!http || !http->is_object()) return std::string(given);
    auto kept = with_defaults({}, http->get_object());
    if (!kept.contains(overrides_disabled)) kept[overrides_disabled] = false;
    *http = std::move(kept);
    return json::serialize(*policy);
}

std::string kept_subscription_policy(std::string_view given) {
    const auto policy = parsed_delivery_policy(given);
    return policy ? json::serialize(kept_of_subscription(*policy)) : std::string(given);
}

std::string effective_topic_policy(std::string_view topic) {
    const auto given = http_part_of(topic);
    json::object http;
    http["defaultHealthyRetryPolicy"] = nullptr;
    http[overrides_disabled] = false;
    http = with_defaults(std::move(http), given);
    http["defaultHealthyRetryPolicy"] = retries_of(part_of(given, "defaultHealthyRetryPolicy"));
    http["defaultRequestPolicy"] = requests_of(part_of(given, "defaultRequestPolicy"));
    return json::serialize(json::object{{"http", std::move(http)}});
}

std::string effective_subscription_policy(std::string_view subscription, std::string_view topic) {
    const auto http = http_part_of(topic);
    const auto policy = disables_overrides(http) ? std::nullopt : parsed_delivery_policy(subscription);
    const auto own = policy.value_or(json::object());
    const auto part = [&](const char* name, const char* of_topic) {
        auto found = part_of(own, name);
        return found.empty() ? part_of(http, of_topic) : found;
    };
    auto effective = kept_of_subscription(own);
    effective["healthyRetryPolicy"] = retries_of(part("healthyRetryPolicy", "defaultHealthyRetryPolicy"));
    effective["throttlePolicy"] = object_or_null(part("throttlePolicy", "defaultThrottlePolicy"));
    effective["requestPolicy"] = requests_of(part("requestPolicy", "defaultRequestPolicy"));
    return json::serialize(effective);
}

}  // namespace tern::aws::sns
