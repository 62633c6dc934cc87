#include <utility>

#include "broker/engine/publication_record.hpp"
#include "broker/frontends/aws/sns_endpoint.hpp"
#include "broker/frontends/aws/sns_handlers.hpp"
#include "broker/frontends/aws/sns_kept_messages.hpp"
#include "broker/frontends/aws/sns_names.hpp"
#include "broker/frontends/aws/sns_platform.hpp"
#include "broker/frontends/aws/sns_publication.hpp"
#include "broker/frontends/aws/sns_published.hpp"
#include "broker/frontends/aws/sns_topic_attributes.hpp"

/// Publish: to a topic, a platform endpoint, or a telephone (docs/aws.md sns-7 to sns-11).
namespace tern::aws::sns {
namespace {

constexpr std::uint64_t bytes_without_topic_max = 262'144;
constexpr std::size_t endpoint_id_characters = 36;

Submit submit_publication(engine::TopicName&& topic, engine::Publication&& publication, std::size_t bytes,
                          bool deduplicated_by_group = false) {
    Submit submit;
    engine::PublicationBatch batch;
    batch.push_back(std::move(publication));
    submit.command = publish_command(std::move(topic), std::move(batch), deduplicated_by_group);
    submit.bytes = bytes;
    submit.then = [](engine::Answer&& answer) -> Step {
        if (answer.status != Errc::ok) return error_of(answer.status);
        const auto& result = std::get<engine::PublishResults>(answer.body).results.at(0);
        if (result.status != Errc::ok) return error_of_publication(result);
        return published(result);
    };
    return submit;
}

/// What is kept to be looked at: under the topic's name and the place behind it.
engine::Publication kept_publication(const engine::TopicName& topic, std::string_view place, Message&& message) {
    engine::Publication publication;
    publication.subject = place.empty() ? topic.name : topic.name + "." + std::string(place);
    publication.data = std::move(message.body);
    publication.attributes = std::move(message.attributes);
    publication.attributes.push_back(circumstances(message.subject, message.structured));
    return publication;
}

Step publish_to_phone(const Call& call, Message&& message) {
    auto topic = sms_topic(call.scope);
    auto publication = kept_publication(topic, {}, std::move(message));
    publication.group_id = std::string(text_in(call.parameters, "PhoneNumber").value_or(""));
    const auto bytes = message.bytes;
    Submit submit;
    submit.command = make_store_topic(topic, {});
    submit.then = [topic, publication = std::move(publication), bytes](engine::Answer&& answer) mutable -> Step {
        const bool there = answer.status == Errc::topic_exists;
        if (answer.status != Errc::ok && !there) return error_of(answer.status);
        return submit_publication(std::move(topic), std::move(publication), bytes);
    };
    return submit;
}

Step publish_to_endpoint(const Surroundings& surroundings, const PlatformEndpoint& endpoint, Message&& message) {
    auto topic = endpoint.application.topic();
    if (endpoint.id.size() != endpoint_id_characters) {
        return invalid("TargetArn",
                       "ARN specifies an invalid endpointId: UUID must be encoded in exactly 36 characters.");
    }
    const auto snapshot = surroundings.broker.snapshot();
    const auto found = engine::describe_subscription(*snapshot, topic, endpoint.id);
    if (!found.has_value()) return invalid("TargetArn", "No endpoint found for the target arn specified");
    if (!is_enabled(*found)) return Error{kinds::endpoint_disabled, "Endpoint is disabled"};
    const auto& platform = endpoint.application.platform;
    for (auto& body : message.bodies)
        if (body.protocol == platform) message.body = std::move(body.body);
    const auto bytes = message.bytes;
    auto publication = kept_publication(topic, endpoint.id, std::move(message));
    return submit_publication(std::move(topic), std::move(publication), bytes);
}

Step publish_to_topic(const Surroundings& surroundings, const Call& call, NamedTopic&& topic, Message&& message) {
    const auto described = describe(surroundings, topic);
    if (const auto* const error = std::get_if<Error>(&described)) return *error;
    const auto& description = std::get<engine::TopicDescription>(described);
    if (auto error = check_fifo_parameters(call.parameters, description.settings.fifo,
                                           description.settings.content_based_deduplication))
        return std::move(*error);
    if (message.bytes > message_bytes_max(description)) return invalid("Message too long");
    const auto bytes = message.bytes;
    auto publication = publication_of(surroundings, call, topic, description, std::move(message), call.parameters);
    return submit_publication(std::move(topic.topic), std::move(publication), bytes,
                              is_deduplicated_by_group(description));
}

}  // namespace

Step publish(const Surroundings& surroundings, Call& call) {
    const auto phone = text_in(call.parameters, "PhoneNumber");
    const bool by_topic = call.parameters.contains("TopicArn");
    const std::string_view parameter = by_topic ? "TopicArn" : "TargetArn";
    const auto target = text_in(call.parameters, parameter);
    if (phone && !target && !is_phone_number(*phone))
        return invalid("PhoneNumber", std::string(*phone) + " is not valid to publish to");
    if (!phone && !target) return invalid("TopicArn or TargetArn", "no value for required parameter");
    auto read = read_message(call.parameters, {});
    if (auto* const error = std::get_if<Error>(&read)) return std::move(*error);
    auto& message = std::get<Message>(read);

    const auto endpoint = target ? parse_endpoint_arn(*target) : std::nullopt;
    const auto platform = endpoint ? std::string_view(endpoint->application.platform) : std::string_view();
    if (auto error = take_apart(call.parameters, platform, message)) return std::move(*error);
    if ((!target || endpoint) && message.bytes > bytes_without_topic_max) return invalid("Message too long");
    if (!target) return publish_to_phone(call, std::move(message));
    if (endpoint) return publish_to_endpoint(surroundings, *endpoint, std::move(message));
    auto topic = topic_of_arn(surroundings, call, *target, parameter);
    if (auto* const error = std::get_if<Error>(&topic)) return std::move(*error);
    return publish_to_topic(surroundings, call, std::get<NamedTopic>(std::move(topic)), std::move(message));
}

}  // namespace tern::aws::sns
