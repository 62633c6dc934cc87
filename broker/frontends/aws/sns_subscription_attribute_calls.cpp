#include <utility>

#include "broker/frontends/aws/sns_handlers.hpp"
#include "broker/frontends/aws/sns_names.hpp"
#include "broker/frontends/aws/sns_subscription_attributes.hpp"
#include "broker/frontends/aws/sns_topic_attributes.hpp"

/// Attributes of subscriptions are read and set (docs/aws.md sns-15, sns-16).
namespace tern::aws::sns {
namespace {

struct FoundSubscription {
    NamedSubscription named;
    engine::SubscriptionDescription description;
};

/// Durable subscriptions are none of SNS's.
std::variant<FoundSubscription, Error> find_subscription(const Surroundings& surroundings, const Call& call) {
    auto named = subscription_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&named)) return std::move(*error);
    auto& subscription = std::get<NamedSubscription>(named);
    const auto snapshot = surroundings.broker.snapshot();
    auto found = engine::describe_subscription(*snapshot, subscription.topic.topic, subscription.id);
    if (!found.has_value() && found.error() == Errc::storage_damaged) return error_of(found.error());
    if (!found.has_value() || found->kind == engine::SubscriptionKind::durable) return no_such_subscription();
    return FoundSubscription{std::move(subscription), std::move(*found)};
}

}  // namespace

Step get_subscription_attributes(const Surroundings& surroundings, Call& call) {
    const auto found = find_subscription(surroundings, call);
    if (const auto* const error = std::get_if<Error>(&found)) return *error;
    const auto& [named, description] = std::get<FoundSubscription>(found);
    const auto topic = describe(surroundings, named.topic);
    if (const auto* const error = std::get_if<Error>(&topic)) return *error;
    const auto policy = annotation_of(std::get<engine::TopicDescription>(topic).annotations, "DeliveryPolicy");
    return boost::json::object{{"Attributes", attributes_of(surroundings, named.topic, policy, description)}};
}

Step set_subscription_attributes(const Surroundings& surroundings, Call& call) {
    auto found = find_subscription(surroundings, call);
    if (auto* const error = std::get_if<Error>(&found)) return std::move(*error);
    auto& [named, description] = std::get<FoundSubscription>(found);
    const bool of_queue = description.kind == engine::SubscriptionKind::queue;
    const bool fifo_queue = of_queue && description.queue.name.ends_with(".fifo");
    SubscriptionAttributeReader reader(surroundings, named.topic, of_queue ? "sqs" : description.protocol, fifo_queue,
                                       &description);
    const auto value = text_in(call.parameters, "AttributeValue").value_or("");
    auto complaint = reader.take(text_in(call.parameters, "AttributeName").value_or(""), value);
    if (reader.unknown()) return invalid("AttributeName");
    if (!complaint) complaint = reader.finish();
    if (complaint) return invalid(*complaint);

    engine::SetSubscription command;
    command.topic = std::move(named.topic.topic);
    command.subscription = std::move(named.id);
    command.settings = reader.change();
    auto submit = submit_and_say_nothing(std::move(command));
    submit.then = [then = std::move(submit.then)](engine::Answer&& answer) -> Step {
        if (answer.status == Errc::subscription_setting_invalid && answer.detail != "dead_letter_queue")
            return invalid("AttributeValue");
        if (answer.status == Errc::subscription_setting_invalid)
            return invalid("RedrivePolicy: deadLetterTargetArn is an invalid arn");
        return then(std::move(answer));
    };
    return submit;
}

}  // namespace tern::aws::sns
