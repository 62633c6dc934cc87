#include "broker/frontends/aws/sns_delivery_policies.hpp"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

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

/// What a number in a policy may be.
struct Range {
    const char* name;
    double least;
    double most;
};
constexpr double any_number = 1e15;
constexpr std::array retry_ranges = {
    Range{"numRetries", 0, 100},
    Range{"numNoDelayRetries", 0, any_number},
    Range{"numMinDelayRetries", 0, any_number},
    Range{"numMaxDelayRetries", 0, any_number},
    Range{"minDelayTarget", 1, 3600},
    Range{"maxDelayTarget", 1, 3600},
};
constexpr std::array throttle_ranges = {Range{"maxReceivesPerSecond", 1, any_number}};
constexpr std::array backoff_functions = {"linear", "arithmetic", "geometric", "exponential"};

/// Looks for the first fault in the parts of one policy.
class FaultFinder {
public:
    FaultFinder(const json::object& policy, std::string place) : policy_(policy), place_(std::move(place)) {}

    void look_at_retries(const char* name) {
        const auto* const part = object_at(name);
        if (!part) return;
        look_at_ranges(name, *part, retry_ranges);
        const auto* const function = part->if_contains("backoffFunction");
        const bool known = !function || function->is_null() ||
                           (function->is_string() && std::ranges::any_of(backoff_functions, [&](const char* one) {
                                return function->get_string() == one;
                            }));
        if (!known) refuse(name, "backoffFunction must be linear, arithmetic, geometric or exponential");
        const auto* const least = part->if_contains("minDelayTarget");
        const auto* const most = part->if_contains("maxDelayTarget");
        if (least && most && least->is_number() && most->is_number() &&
            least->to_number<double>() > most->to_number<double>())
            refuse(name, "maxDelayTarget must not be less than minDelayTarget");
    }

    void look_at_throttle(const char* name) {
        if (const auto* const part = object_at(name)) look_at_ranges(name, *part, throttle_ranges);
    }

    void look_at_requests(const char* name) { object_at(name); }

    std::optional<std::string> take() { return std::move(fault_); }

private:
    const json::object* object_at(const char* name) {
        const auto* const value = policy_.if_contains(name);
        if (!value || value->is_null()) return nullptr;
        if (!value->is_object() && !fault_) fault_ = place_ + name + " must be an object";
        return value->if_object();
    }

    void look_at_ranges(const char* name, const json::object& part, std::span<const Range> ranges) {
        for (const auto& [member, least, most] : ranges) {
            const auto* const value = part.if_contains(member);
            if (!value || value->is_null()) continue;
            if (!value->is_number()) {
                refuse(name, std::string(member) + " must be a number");
            } else if (value->to_number<double>() < least) {
                refuse(name, std::string(member) + " must be greater than or equal to " + whole(least));
            } else if (value->to_number<double>() > most) {
                refuse(name, std::string(member) + " must be less than or equal to " + whole(most));
            }
        }
    }

    static std::string whole(double number) { return std::to_string(static_cast<std::int64_t>(number)); }

    void refuse(const char* name, const std::string& sentence) {
        if (!fault_) fault_ = place_ + name + "." + sentence;
    }

    const json::object& policy_;
    const std::string place_;
    std::optional<std::string> fault_;
};

}  // namespace

std::optional<std::string> fault_of_topic_policy(std::string_view given) {
    const auto http = http_part_of(given);
    FaultFinder finder(http, "http.");
    finder.look_at_retries("defaultHealthyRetryPolicy");
    finder.look_at_throttle("defaultThrottlePolicy");
    finder.look_at_requests("defaultRequestPolicy");
    return finder.take();
}

std::optional<std::string> fault_of_subscription_policy(std::string_view given) {
    const auto policy = parsed_delivery_policy(given).value_or(json::object());
    FaultFinder finder(policy, {});
    finder.look_at_retries("healthyRetryPolicy");
    finder.look_at_throttle("throttlePolicy");
    finder.look_at_requests("requestPolicy");
    return finder.take();
}

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
