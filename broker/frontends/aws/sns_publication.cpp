#include "broker/frontends/aws/sns_publication.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <system_error>
#include <utility>

#include "broker/engine/envelope.hpp"
#include "broker/engine/publication_record.hpp"
#include "broker/frontends/admin/http_text.hpp"
#include "broker/frontends/aws/signer.hpp"
#include "broker/frontends/aws/sns_topic_attributes.hpp"
#include "broker/runtime/system_random.hpp"

namespace tern::aws::sns {
namespace {

constexpr int token_parts = 4;
constexpr std::size_t secret_digits = 64;
constexpr std::size_t topic_digits = 8;

engine::MessageId new_message_id() {
    thread_local runtime::SystemRandom random;
    const auto high = random.next();
    return {high, random.next()};
}

void add_line(std::string& text, std::string_view name, std::string_view value) {
    text.append(name).append("\n").append(value).append("\n");
}

/// What is signed: names and values in the order of the names, a line each.
std::string notification_text(const engine::PublicationExtras& extras, std::string_view message) {
    std::string text;
    add_line(text, "Message", message);
    add_line(text, "MessageId", engine::text_of(*extras.id));
    if (!extras.headline.empty()) add_line(text, "Subject", extras.headline);
    add_line(text, "Timestamp", engine::iso_time(*extras.at));
    add_line(text, "TopicArn", extras.topic_arn);
    add_line(text, "Type", "Notification");
    return text;
}

std::string confirmation_text(const engine::PublicationExtras& extras, std::string_view message,
                              std::string_view type) {
    std::string text;
    add_line(text, "Message", message);
    add_line(text, "MessageId", engine::text_of(*extras.id));
    add_line(text, "SubscribeURL", extras.confirm_url);
    add_line(text, "Timestamp", engine::iso_time(*extras.at));
    add_line(text, "Token", extras.token);
    add_line(text, "TopicArn", extras.topic_arn);
    add_line(text, "Type", type);
    return text;
}

engine::PublicationExtras basic_extras(const Surroundings& surroundings, const Call& call, const NamedTopic& topic) {
    engine::PublicationExtras extras;
    extras.topic_arn = arn_of_topic(topic);
    extras.id = new_message_id();
    extras.at = surroundings.broker.now();
    extras.unsubscribe_url_base = base_url(call) + "/?Action=Unsubscribe&SubscriptionArn=" + extras.topic_arn + ":";
    return extras;
}

/// Names version and certificate of the signature that comes next.
void begin_signature(const Surroundings& surroundings, const Call& call, const engine::TopicDescription& topic,
                     engine::PublicationExtras& extras) {
    const auto fingerprint = surroundings.signer.fingerprint();
    if (fingerprint.empty()) return;
    extras.signature_version = annotation_of(topic.annotations, "SignatureVersion") == "2" ? "2" : "1";
    const auto& place = surroundings.options.certificate_url;
    extras.certificate_url = (place.empty() ? base_url(call) : place) + certificate_path(fingerprint);
}

struct RequestContext {
    const Surroundings& surroundings;
    const Call& call;
    const NamedTopic& topic;
    const engine::TopicDescription& description;
};

/// What asks the endpoint's owner to visit an address that has the token.
std::shared_ptr<const engine::PublicationBatch> request_with(const RequestContext& context, std::string message,
                                                             const std::string& token, std::string_view type) {
    const auto& [surroundings, call, topic, description] = context;
    auto extras = basic_extras(surroundings, call, topic);
    extras.token = token;
    extras.confirm_url =
        base_url(call) + "/?Action=ConfirmSubscription&TopicArn=" + extras.topic_arn + "&Token=" + token;
    engine::Publication publication;
    publication.subject = topic.topic.name;
    publication.data = std::move(message);
    begin_signature(surroundings, call, description, extras);
    extras.signature =
        surroundings.signer.sign(extras.signature_version, confirmation_text(extras, publication.data, type));
    publication.extras = std::make_shared<const engine::PublicationExtras>(std::move(extras));
    return std::make_shared<const engine::PublicationBatch>(engine::PublicationBatch{std::move(publication)});
}

bool is_signed_for(std::string_view protocol) {
    return protocol == "sqs" || protocol == "http" || protocol == "https";
}

}  // namespace

std::string new_token(std::uint32_t topic) {
    thread_local runtime::SystemRandom random;
    std::string token;
    for (int part = 0; part < token_parts; ++part) {
        char digits[17];
        std::snprintf(digits, sizeof digits, "%016llx", static_cast<unsigned long long>(random.next()));
        token += digits;
    }
    char digits[topic_digits + 1];
    std::snprintf(digits, sizeof digits, "%08x", static_cast<unsigned>(topic));
    return token += digits;
}

bool is_token(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return admin::is_digit(c) || (c >= 'a' && c <= 'f'); });
}

std::optional<std::uint32_t> topic_in_token(std::string_view token) {
    if (token.size() != secret_digits + topic_digits) return std::nullopt;
    std::uint32_t topic = 0;
    const auto* const end = token.data() + token.size();
    const auto [stopped, fault] = std::from_chars(token.data() + secret_digits, end, topic, 16);
    if (fault != std::errc() || stopped != end) return std::nullopt;
    return topic;
}

std::string base_url(const Call& call) {
    return "http://" + call.authority;
}

std::optional<Error> check_fifo_parameters(const boost::json::object& parameters, bool fifo_topic,
                                           bool content_deduplication) {
    const bool has_group = !text_in(parameters, "MessageGroupId").value_or("").empty();
    const bool has_deduplication_id = text_in(parameters, "MessageDeduplicationId").has_value();
    if (fifo_topic && !has_group) return error_of(Errc::message_group_id_missing);
    if (fifo_topic && !has_deduplication_id && !content_deduplication) return error_of(Errc::deduplication_id_missing);
    if (!fifo_topic && has_deduplication_id)
        return invalid("MessageDeduplicationId",
                       "The request includes MessageDeduplicationId parameter that is not valid for this topic type");
    return std::nullopt;
}

engine::Publication publication_of(const Surroundings& surroundings, const Call& call, const NamedTopic& topic,
                                   const engine::TopicDescription& description, Message&& message,
                                   const boost::json::object& parameters) {
    engine::Publication publication;
    publication.subject = topic.topic.name;
    publication.data = std::move(message.body);
    publication.attributes = std::move(message.attributes);
    publication.group_id = text_in(parameters, "MessageGroupId").value_or("");
    if (const auto id = text_in(parameters, "MessageDeduplicationId")) publication.deduplication_id = std::string(*id);

    auto extras = basic_extras(surroundings, call, topic);
    extras.headline = std::move(message.subject);
    extras.trace_header = call.trace_header;
    extras.bodies = std::move(message.bodies);
    extras.structured = message.structured;
    // FIFO topics sign nothing; and what nobody sees needs no signature.
    if (description.has_enveloped && !description.settings.fifo) {
        begin_signature(surroundings, call, description, extras);
        const auto sign = [&](std::string_view body) {
            return surroundings.signer.sign(extras.signature_version, notification_text(extras, body));
        };
        extras.signature = sign(publication.data);
        for (auto& body : extras.bodies)
            if (is_signed_for(body.protocol)) body.signature = sign(body.body);
    }
    publication.extras = std::make_shared<const engine::PublicationExtras>(std::move(extras));
    return publication;
}

engine::Publish publish_command(engine::TopicName&& topic, engine::PublicationBatch&& publications,
                                bool deduplicated_by_group) {
    engine::Publish command;
    command.topic = std::move(topic);
    command.batch = std::make_shared<const engine::PublicationBatch>(std::move(publications));
    command.topic_must_exist = true;
    command.deduplicated_by_group = deduplicated_by_group;
    return command;
}

std::shared_ptr<const engine::PublicationBatch> confirmation_request(const Surroundings& surroundings, const Call& call,
                                                                     const NamedTopic& topic,
                                                                     const engine::TopicDescription& description,
                                                                     const std::string& token) {
    const auto message = "You have chosen to subscribe to the topic " + arn_of_topic(topic) +
                         ".\nTo confirm the subscription, visit the SubscribeURL included in this message.";
    return request_with({surroundings, call, topic, description}, message, token, "SubscriptionConfirmation");
}

std::shared_ptr<const engine::PublicationBatch> farewell(const Surroundings& surroundings, const Call& call,
                                                         const NamedSubscription& subscription,
                                                         const engine::TopicDescription& description,
                                                         const std::string& token) {
    const auto message = "You have chosen to deactivate subscription " +
                         arn_of_subscription(subscription.topic, subscription.id) +
                         ".\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in "
                         "this message.";
    return request_with({surroundings, call, subscription.topic, description}, message, token,
                        "UnsubscribeConfirmation");
}

}  // namespace tern::aws::sns
