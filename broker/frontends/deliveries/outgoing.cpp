#include "broker/frontends/deliveries/outgoing.hpp"

#include <utility>

#include "broker/engine/deduplication.hpp"
#include "broker/engine/envelope.hpp"
#include "broker/engine/publication_record.hpp"
#include "broker/engine/sending.hpp"
#include "protocol/limits.hpp"

namespace tern::deliveries {
namespace {

constexpr std::string_view agent = "Amazon Simple Notification Service Agent";
constexpr std::string_view default_content_type = "text/plain; charset=UTF-8";
constexpr const char* policy_annotation = "DeliveryPolicy";

std::string_view annotation(const engine::Annotations& annotations) {
    const auto found = annotations.find(policy_annotation);
    return found == annotations.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace

DeliveryPolicy policy_of(const engine::EndpointDescription& endpoint) {
    return delivery_policy(annotation(endpoint.subscription.annotations), annotation(endpoint.topic_annotations));
}

std::optional<Outgoing> Outgoing::read(BytesView message_record, const engine::EndpointDescription* endpoint) {
    return read(message_record, endpoint, endpoint == nullptr ? DeliveryPolicy{} : policy_of(*endpoint));
}

std::optional<Outgoing> Outgoing::read(BytesView message_record, const engine::EndpointDescription* endpoint,
                                       const DeliveryPolicy& policy) {
    auto publication = engine::read_durable_message(message_record);
    if (!publication) return std::nullopt;
    Outgoing outgoing;
    outgoing.stored_ = std::move(publication->stored);
    const auto& extras = outgoing.extras();
    if (!extras.farewell_endpoint.empty()) {
        outgoing.topic_.name = outgoing.stored_.publication.subject;
        outgoing.subscription_ = extras.farewell_subscription;
        outgoing.url_ = extras.farewell_endpoint;
        return outgoing;
    }
    if (endpoint == nullptr) return std::nullopt;
    const auto& subscription = endpoint->subscription;
    outgoing.topic_ = endpoint->topic;
    outgoing.subscription_ = subscription.subscription;
    outgoing.url_ = subscription.endpoint;
    outgoing.dead_letter_queue_ = subscription.dead_letter_queue;
    outgoing.raw_ = subscription.raw;
    outgoing.policy_ = policy;
    return outgoing;
}

const engine::PublicationExtras& Outgoing::extras() const {
    static const engine::PublicationExtras none;
    return stored_.publication.extras ? *stored_.publication.extras : none;
}

std::string Outgoing::topic_arn() const {
    return extras().topic_arn.empty() ? engine::topic_arn(topic_) : extras().topic_arn;
}

std::string Outgoing::subscription_arn() const {
    return topic_arn() + ":" + subscription_;
}

std::string Outgoing::place() const {
    const auto url = parse_endpoint_url(url_);
    return url ? url->authority : std::string("not a URL");
}

std::string Outgoing::envelope() const {
    const auto& publication = stored_.publication;
    const bool fifo = topic_.name.ends_with(".fifo");
    const engine::EnvelopeContent content{topic_,
                                          publication,
                                          stored_.id,
                                          extras().at.value_or(stored_.at),
                                          fifo && is_notification() ? stored_.offset + 1 : 0,
                                          publication.data,
                                          extras().signature};
    return engine::addressed(engine::envelope_of(content), publication, subscription_);
}

std::optional<Post> Outgoing::post() const {
    auto url = parse_endpoint_url(url_);
    if (!url) return std::nullopt;
    Post post{std::move(*url), {}, is_raw() ? std::string(stored_.publication.data) : envelope()};
    const auto add = [&](const char* name, std::string value) { post.fields.emplace_back(name, std::move(value)); };
    add("x-amz-sns-message-type", std::string(engine::envelope_type(extras())));
    add("x-amz-sns-message-id", engine::text_of(stored_.id));
    add("x-amz-sns-topic-arn", topic_arn());
    const bool asks_to_confirm = !is_notification() && extras().farewell_endpoint.empty();
    if (!asks_to_confirm) add("x-amz-sns-subscription-arn", subscription_arn());
    if (is_raw()) add("x-amz-sns-rawdelivery", "true");
    const bool own_type = is_notification() && !policy_.content_type.empty();
    add("Content-Type", own_type ? policy_.content_type : std::string(default_content_type));
    add("User-Agent", std::string(agent));
    return post;
}

std::optional<engine::QueueName> Outgoing::dead_letter_queue() const {
    if (dead_letter_queue_.empty() || !is_notification()) return std::nullopt;
    return engine::QueueName{topic_.namespace_name, dead_letter_queue_};
}

Outgoing::DeadLetter Outgoing::dead_letter() const {
    const auto& publication = stored_.publication;
    DeadLetter letter;
    // A message cannot have more attributes; the envelope can.
    if (is_raw() && publication.attributes.size() <= protocol::message_attributes_max) {
        letter.body = publication.data;
        letter.attributes = publication.attributes;
        std::erase_if(letter.attributes, [](const engine::PublicationAttribute& attribute) {
            return engine::is_reserved_attribute(attribute.name);
        });
    } else {
        letter.body = envelope();
    }
    if (dead_letter_queue_.ends_with(".fifo")) {
        letter.group_id = publication.group_id;
        letter.deduplication_id = engine::text_of(stored_.id);
    }
    return letter;
}

}  // namespace tern::deliveries
