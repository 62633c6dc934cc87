#include "broker/frontends/deliveries/delivery_policy.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <optional>

namespace tern::deliveries {
namespace {

using boost::json::object;

constexpr std::uint32_t retries_max = 100;
constexpr double delay_seconds_max = 3600;

std::optional<object> policy_object(std::string_view text) {
    boost::json::error_code error;
    auto value = boost::json::parse({text.data(), text.size()}, error);
    if (error || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

const object* object_at(const object& in, std::string_view name) {
    const auto* const value = in.if_contains({name.data(), name.size()});
    return value == nullptr ? nullptr : value->if_object();
}

std::optional<double> number_at(const object& in, std::string_view name) {
    const auto* const value = in.if_contains({name.data(), name.size()});
    if (value == nullptr || !value->is_number()) return std::nullopt;
    const auto number = value->to_number<double>();
    return number >= 0 ? std::optional(number) : std::nullopt;
}

void read_count(const object& in, std::string_view name, std::uint32_t& to) {
    if (const auto number = number_at(in, name))
        to = static_cast<std::uint32_t>(std::min<double>(*number, retries_max));
}

void read_seconds(const object& in, std::string_view name, Milliseconds& to) {
    if (const auto number = number_at(in, name))
        to = Milliseconds(std::llround(std::min(*number, delay_seconds_max) * 1000));
}

void read_backoff(const object& in, Backoff& to) {
    const auto* const value = in.if_contains("backoffFunction");
    if (value == nullptr || !value->is_string()) return;
    const auto& name = value->get_string();
    if (name == "linear") to = Backoff::linear;
    if (name == "arithmetic") to = Backoff::arithmetic;
    if (name == "geometric") to = Backoff::geometric;
    if (name == "exponential") to = Backoff::exponential;
}

void read_retries(const object& from, DeliveryPolicy& policy) {
    read_count(from, "numRetries", policy.retries);
    read_count(from, "numNoDelayRetries", policy.retries_without_delay);
    read_count(from, "numMinDelayRetries", policy.retries_at_min);
    read_count(from, "numMaxDelayRetries", policy.retries_at_max);
    read_seconds(from, "minDelayTarget", policy.delay_min);
    read_seconds(from, "maxDelayTarget", policy.delay_max);
    policy.delay_max = std::max(policy.delay_min, policy.delay_max);
    read_backoff(from, policy.backoff);
}

void read_request(const object& from, DeliveryPolicy& policy) {
    const auto* const value = from.if_contains("headerContentType");
    if (value == nullptr || !value->is_string()) return;
    const std::string_view type{value->get_string().data(), value->get_string().size()};
    // It becomes a header's value.
    if (std::ranges::all_of(type, [](char c) { return c >= ' ' && c <= '~'; })) policy.content_type = type;
}

void read_throttle(const object& from, DeliveryPolicy& policy) {
    constexpr double most = 1e9;
    const auto number = number_at(from, "maxReceivesPerSecond");
    if (number && *number >= 1) policy.deliveries_per_second_max = static_cast<std::uint32_t>(std::min(*number, most));
}

/// From 0 to 1, as `step` of `steps` does.
double growth(Backoff backoff, double step, double steps) {
    switch (backoff) {
        case Backoff::linear: return step / steps;
        case Backoff::arithmetic: return step * (step + 1) / (steps * (steps + 1));
        case Backoff::exponential: return (std::exp2(step) - 1) / (std::exp2(steps) - 1);
        // Not by a sum: see delay_in_backoff.
        case Backoff::geometric: break;
    }
    return step / steps;
}

/// Of retry `step` of the phase, counted from 0, when the last is `steps`.
Milliseconds delay_in_backoff(const DeliveryPolicy& policy, double step, double steps) {
    if (steps == 0) return policy.delay_min;
    const auto least = static_cast<double>(policy.delay_min.count());
    const auto most = static_cast<double>(policy.delay_max.count());
    const double delay = policy.backoff == Backoff::geometric && least > 0
                             ? least * std::pow(most / least, step / steps)
                             : least + (most - least) * growth(policy.backoff, step, steps);
    return Milliseconds(std::llround(delay));
}

}  // namespace

Milliseconds DeliveryPolicy::delay_before_retry(std::uint32_t retry) const {
    auto left = retries;
    const auto take = [&](std::uint32_t wanted) {
        const auto taken = std::min(wanted, left);
        left -= taken;
        return taken;
    };
    const auto at_once = take(retries_without_delay);
    const auto at_min = take(retries_at_min);
    const auto at_max = take(retries_at_max);
    if (retry <= at_once) return Milliseconds(0);
    if (retry <= at_once + at_min) return delay_min;
    if (retry > retries - at_max) return delay_max;
    return delay_in_backoff(*this, retry - at_once - at_min - 1, left - 1);
}

DeliveryPolicy delivery_policy(std::string_view subscription, std::string_view topic) {
    DeliveryPolicy policy;
    bool overridable = true;
    if (const auto given = policy_object(topic)) {
        if (const auto* const http = object_at(*given, "http")) {
            if (const auto* const retries = object_at(*http, "defaultHealthyRetryPolicy"))
                read_retries(*retries, policy);
            if (const auto* const request = object_at(*http, "defaultRequestPolicy")) read_request(*request, policy);
            if (const auto* const throttle = object_at(*http, "defaultThrottlePolicy"))
                read_throttle(*throttle, policy);
            const auto* const disabled = http->if_contains("disableSubscriptionOverrides");
            overridable = disabled == nullptr || !disabled->is_bool() || !disabled->get_bool();
        }
    }
    const auto given = overridable ? policy_object(subscription) : std::nullopt;
    if (!given) return policy;
    if (const auto* const retries = object_at(*given, "healthyRetryPolicy")) {
        auto fresh = DeliveryPolicy{};
        fresh.content_type = policy.content_type;
        fresh.deliveries_per_second_max = policy.deliveries_per_second_max;
        policy = std::move(fresh);
        read_retries(*retries, policy);
    }
    if (const auto* const request = object_at(*given, "requestPolicy")) read_request(*request, policy);
    if (const auto* const throttle = object_at(*given, "throttlePolicy")) read_throttle(*throttle, policy);
    return policy;
}

}  // namespace tern::deliveries
