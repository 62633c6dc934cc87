#include <utility>

#include "broker/frontends/aws/sns_endpoint.hpp"
#include "broker/frontends/aws/sns_farewells.hpp"
#include "broker/frontends/aws/sns_handlers.hpp"
#include "broker/frontends/aws/sns_names.hpp"
#include "broker/frontends/aws/sns_publication.hpp"
#include "broker/frontends/aws/sns_subscription_attributes.hpp"

/// Subscriptions come and go (docs/aws.md sns-13, sns-14, sns-17, sns-18).
namespace tern::aws::sns {
namespace {

constexpr std::string_view confirms_later = "pending confirmation";
/// What is never sent, but kept to be looked at.
constexpr Milliseconds unsent_retention = std::chrono::hours(24);

Error refusal_of_subscription(const engine::Answer& answer) {
    if (answer.status == Errc::subscription_exists)
        return invalid("Attributes", "Subscription already exists with different attributes");
    if (answer.status == Errc::subscription_setting_invalid && answer.detail != "dead_letter_queue")
        return invalid(answer.detail == "endpoint" ? "Endpoint" : "Attributes");
    if (answer.status == Errc::subscription_setting_invalid)
        return invalid("Attributes", "RedrivePolicy: deadLetterTargetArn is an invalid arn");
    if (answer.status == Errc::queue_does_not_exist) return invalid("SQS endpoint ARN");
    return error_of(answer.status);
}

bool is_web_protocol(std::string_view protocol) {
    return protocol == "http" || protocol == "https";
}

/// Makes the command of one Subscribe; what it refuses, it refuses before anything is done.
class Subscribing {
public:
    Subscribing(const Surroundings& surroundings, const Call& call, const NamedTopic& topic)
        : surroundings_(surroundings),
          call_(call),
          topic_(topic),
          protocol_(text_in(call.parameters, "Protocol").value_or("")),
          endpoint_(text_in(call.parameters, "Endpoint").value_or("")) {}

    Step run() {
        const auto* const protocol = find_protocol(protocol_);
        if (!protocol) return invalid("Amazon SNS does not support this protocol string: " + protocol_);
        const bool fifo_topic = topic_.topic.name.ends_with(".fifo");
        if (fifo_topic && protocol_ != "sqs") return invalid("Invalid protocol type: " + protocol_);
        if (auto error = check_endpoint(protocol_, endpoint_)) return std::move(*error);
        if (is_web() && surroundings_.options.endpoint_refusal)
            if (const auto reason = surroundings_.options.endpoint_refusal(endpoint_))
                return invalid("Endpoint", *reason);
        const bool fifo_queue = protocol_ == "sqs" && endpoint_.ends_with(".fifo");
        if (fifo_queue && !fifo_topic) return error_of(Errc::fifo_queue_on_standard_topic);
        SubscriptionAttributeReader reader(surroundings_, topic_, protocol_, fifo_queue, nullptr);
        if (auto error = read_attributes(reader)) return std::move(*error);
        const auto described = describe(surroundings_, topic_);
        if (const auto* const error = std::get_if<Error>(&described)) return *error;
        return submit(protocol->asks, reader.change(), std::get<engine::TopicDescription>(described));
    }

private:
    bool is_web() const { return is_web_protocol(protocol_); }

    std::optional<Error> read_attributes(SubscriptionAttributeReader& reader) const {
        const auto* const given = object_in(call_.parameters, "Attributes");
        if (!given) return std::nullopt;
        for (const auto& [name, value] : *given) {
            const std::string_view key{name.data(), name.size()};
            if (const auto complaint = reader.take(key, view_of(value))) return invalid("Attributes", *complaint);
            if (reader.unknown()) return invalid("Attributes", "Unknown attribute " + std::string(key));
        }
        if (const auto complaint = reader.finish()) return invalid("Attributes", *complaint);
        return std::nullopt;
    }

    Step submit(bool asks, engine::SubscriptionSettingsChange&& settings, const engine::TopicDescription& topic) const {
        Submit submit;
        if (protocol_ == "sqs") {
            const auto queue = parse_arn(endpoint_);
            submit.command = engine::AddSubscription{topic_.topic, queue->resource, std::move(settings),
                                                     namespace_of(queue->scope, surroundings_.options.home)};
        } else {
            submit.command = endpoint_command(asks, std::move(settings), topic);
        }
        const auto* const wants_arn = call_.parameters.if_contains("ReturnSubscriptionArn");
        submit.then = [topic = topic_,
                       returns_arn = wants_arn && wants_arn->get_bool()](engine::Answer&& answer) -> Step {
            if (answer.status != Errc::ok) return refusal_of_subscription(answer);
            const auto& added = std::get<engine::SubscriptionAdded>(answer.body);
            const bool shows_arn = added.confirmed || returns_arn;
            return boost::json::object{{"SubscriptionArn", shows_arn ? arn_of_subscription(topic, added.subscription)
                                                                     : std::string(confirms_later)}};
        };
        return submit;
    }

    engine::AddEndpoint endpoint_command(bool asks, engine::SubscriptionSettingsChange&& settings,
                                         const engine::TopicDescription& topic) const {
        engine::AddEndpoint command;
        command.topic = topic_.topic;
        command.protocol = protocol_;
        command.endpoint = endpoint_;
        command.settings = std::move(settings);
        command.confirmed = !asks;
        if (asks) command.token = new_token(topic.id);
        const bool web = is_web();
        if (web) command.request = confirmation_request(surroundings_, call_, topic_, topic, command.token);
        if (!web) command.retention = unsent_retention;
        return command;
    }

    const Surroundings& surroundings_;
    const Call& call_;
    const NamedTopic& topic_;
    const std::string protocol_;
    const std::string endpoint_;
};

}  // namespace

Step subscribe(const Surroundings& surroundings, Call& call) {
    const auto topic = topic_of(surroundings, call);
    if (const auto* const error = std::get_if<Error>(&topic)) return *error;
    return Subscribing(surroundings, call, std::get<NamedTopic>(topic)).run();
}

Step unsubscribe(const Surroundings& surroundings, Call& call) {
    auto subscription = subscription_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&subscription)) return std::move(*error);
    auto& named = std::get<NamedSubscription>(subscription);
    const auto snapshot = surroundings.broker.snapshot();
    const auto known = engine::describe_subscription(*snapshot, named.topic.topic, named.id);
    // Durable ones are none of SNS's.
    if (!known.has_value() || known->kind == engine::SubscriptionKind::durable) return boost::json::object();
    if (call.access_key.empty() && known->annotations.contains(ends_by_signature))
        return Error{kinds::authorization, "Access Denied"};
    Submit submit;
    engine::RemoveSubscription command{named.topic.topic, named.id};
    std::string token;
    if (is_web_protocol(known->protocol) && known->confirmed) {
        const auto described = describe(surroundings, named.topic);
        if (const auto* const topic = std::get_if<engine::TopicDescription>(&described)) {
            token = new_token(topic->id);
            command.farewell = farewell(surroundings, call, named, *topic, token);
        }
    }
    submit.command = std::move(command);
    submit.then = [topic = std::move(named.topic), known = *known, token](engine::Answer&& answer) -> Step {
        const bool gone =
            answer.status == Errc::subscription_does_not_exist || answer.status == Errc::topic_does_not_exist;
        if (answer.status != Errc::ok && !gone) return error_of(answer.status);
        if (gone || token.empty()) return boost::json::object();
        return remember(topic, known, token);
    };
    return submit;
}

}  // namespace tern::aws::sns
