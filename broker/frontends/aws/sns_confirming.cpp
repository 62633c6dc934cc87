#include <utility>

#include "broker/frontends/aws/sns_farewells.hpp"
#include "broker/frontends/aws/sns_handlers.hpp"
#include "broker/frontends/aws/sns_names.hpp"
#include "broker/frontends/aws/sns_publication.hpp"
#include "broker/frontends/aws/sns_subscription_attributes.hpp"

/// Subscriptions are confirmed, or brought back, by a token (docs/aws.md sns-18).
namespace tern::aws::sns {
namespace {

/// What is known to be a token and leads nowhere.
Error unknown_token() {
    return invalid("Token");
}

Step confirmed(const NamedTopic& topic, const engine::Answer& answer) {
    const auto& added = std::get<engine::SubscriptionAdded>(answer.body);
    return boost::json::object{{"SubscriptionArn", arn_of_subscription(topic, added.subscription)}};
}

/// A confirmation that is signed is noted, and whether the end of the subscription shall be, too.
Step note_signature(const NamedTopic& topic, bool end_too, engine::Answer&& confirmation) {
    engine::SetSubscription command;
    command.topic = topic.topic;
    command.subscription = std::get<engine::SubscriptionAdded>(confirmation.body).subscription;
    command.settings.annotations[confirmed_by_signature] = "true";
    if (end_too) command.settings.annotations[ends_by_signature] = "true";
    Submit submit;
    submit.command = std::move(command);
    submit.then = [topic, confirmation = std::move(confirmation)](engine::Answer&& answer) -> Step {
        return answer.status == Errc::ok ? confirmed(topic, confirmation) : Step(error_of(answer.status));
    };
    return submit;
}

Step restore(const Surroundings& surroundings, const NamedTopic& topic, const std::string& token) {
    auto command = recall(surroundings, topic, token);
    if (!command) return unknown_token();
    Submit submit;
    submit.command = std::move(*command);
    submit.then = [topic](engine::Answer&& answer) -> Step {
        if (answer.status == Errc::subscription_exists || answer.status == Errc::topic_does_not_exist)
            return unknown_token();
        return answer.status == Errc::ok ? confirmed(topic, answer) : Step(error_of(answer.status));
    };
    return submit;
}

/// The topic that the token is of, if it tells; it must be of the account and region that the ARN names.
std::variant<NamedTopic, Error> topic_of_token(const Surroundings& surroundings, NamedTopic&& named,
                                               std::string_view token) {
    const auto number = topic_in_token(token);
    if (!number) return std::move(named);
    const auto snapshot = surroundings.broker.snapshot();
    auto found = engine::topic_name(*snapshot, *number);
    if (!found.has_value()) return unknown_token();
    if (found->namespace_name != named.topic.namespace_name) return invalid("Topic");
    named.topic = std::move(*found);
    return std::move(named);
}

}  // namespace

Step confirm_subscription(const Surroundings& surroundings, Call& call) {
    // Whoever visits a link signs nothing, and so names no region: the topic's counts (docs/aws.md sns-18).
    auto arn = parse_arn(text_in(call.parameters, "TopicArn").value_or(""));
    if (!arn || !is_topic(*arn)) return invalid("Topic");
    std::string token(text_in(call.parameters, "Token").value_or(""));
    if (token.empty()) return invalid("Token", "no value for required parameter");
    if (!is_token(token)) return Error{kinds::invalid_parameter, "Invalid token"};
    auto found = topic_of_token(surroundings, topic_in(surroundings, std::move(arn->scope), arn->resource), token);
    if (auto* const error = std::get_if<Error>(&found)) return std::move(*error);
    auto& topic = std::get<NamedTopic>(found);
    Submit submit;
    submit.command = engine::ConfirmEndpoint{topic.topic, token};
    const bool is_signed = !call.access_key.empty();
    const bool end_too = text_in(call.parameters, "AuthenticateOnUnsubscribe") == "true";
    submit.then = [&surroundings, topic = std::move(topic), token = std::move(token), is_signed,
                   end_too](engine::Answer&& answer) -> Step {
        if (answer.status == Errc::topic_does_not_exist) return unknown_token();
        if (answer.status == Errc::subscription_does_not_exist) return restore(surroundings, topic, token);
        if (answer.status != Errc::ok) return error_of(answer.status);
        return is_signed ? note_signature(topic, end_too, std::move(answer)) : confirmed(topic, answer);
    };
    return submit;
}

}  // namespace tern::aws::sns
