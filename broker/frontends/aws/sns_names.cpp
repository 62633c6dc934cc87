#include "broker/frontends/aws/sns_names.hpp"

#include <algorithm>
#include <utility>

namespace tern::aws::sns {
namespace {

constexpr std::ptrdiff_t arn_elements_min = 6;
constexpr std::string_view nothing_given = "no value for required parameter";

}  // namespace

std::optional<std::string> too_few_elements(std::string_view arn) {
    const auto elements = std::count(arn.begin(), arn.end(), ':') + 1;
    if (elements >= arn_elements_min) return std::nullopt;
    return "An ARN must have at least 6 elements, not " + std::to_string(elements);
}

bool is_topic(const Arn& arn) {
    return arn.service == "sns" && arn.resource.find_first_of(":/") == std::string::npos;
}

NamedTopic topic_in(const Surroundings& surroundings, Scope scope, std::string_view name) {
    auto namespace_name = namespace_of(scope, surroundings.options.home);
    return {std::move(scope), {std::move(namespace_name), std::string(name)}};
}

std::variant<NamedTopic, Error> topic_of_arn(const Surroundings& surroundings, const Call& call, std::string_view text,
                                             std::string_view parameter) {
    if (const auto fault = too_few_elements(text)) return invalid(parameter, *fault);
    auto arn = parse_arn(text);
    if (!arn || !is_topic(*arn) || arn->scope.region != call.scope.region) return invalid(parameter);
    return topic_in(surroundings, std::move(arn->scope), arn->resource);
}

std::variant<NamedTopic, Error> topic_of(const Surroundings& surroundings, const Call& call,
                                         std::string_view parameter) {
    const auto arn = text_in(call.parameters, parameter);
    if (!arn || arn->empty()) return invalid(parameter, nothing_given);
    return topic_of_arn(surroundings, call, *arn, parameter);
}

std::optional<NamedSubscription> subscription_of_arn(const Surroundings& surroundings, std::string_view text) {
    auto arn = parse_arn(text);
    if (!arn || arn->service != "sns") return std::nullopt;
    const auto colon = arn->resource.find(':');
    if (colon == std::string::npos) return std::nullopt;
    auto topic = topic_in(surroundings, std::move(arn->scope), std::string_view(arn->resource).substr(0, colon));
    return NamedSubscription{std::move(topic), arn->resource.substr(colon + 1)};
}

std::variant<NamedSubscription, Error> subscription_of(const Surroundings& surroundings, const Call& call) {
    const auto text = text_in(call.parameters, "SubscriptionArn");
    if (!text || text->empty()) return invalid("SubscriptionArn", nothing_given);
    if (const auto fault = too_few_elements(*text)) return invalid("SubscriptionArn", *fault);
    auto found = subscription_of_arn(surroundings, *text);
    if (!found || found->id.empty()) return invalid("SubscriptionId");
    return std::move(*found);
}

std::string arn_of_topic(const NamedTopic& topic) {
    return arn_of("sns", topic.scope, topic.topic.name);
}

std::string arn_of_subscription(const NamedTopic& topic, std::string_view id) {
    return arn_of_topic(topic).append(":").append(id);
}

std::variant<engine::TopicDescription, Error> describe(const Surroundings& surroundings, const NamedTopic& topic) {
    const auto snapshot = surroundings.broker.snapshot();
    auto found = engine::describe_topic(*snapshot, topic.topic, surroundings.broker.durable_end());
    if (!found.has_value()) return error_of(found.error());
    return std::move(*found);
}

Submit submit_and_say_nothing(engine::Command&& command, std::size_t bytes) {
    Submit submit;
    submit.command = std::move(command);
    submit.bytes = bytes;
    submit.then = [](engine::Answer&& answer) -> Step {
        if (answer.status != Errc::ok) return error_of(answer.status);
        return boost::json::object();
    };
    return submit;
}

}  // namespace tern::aws::sns
