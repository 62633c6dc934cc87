#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "broker/base/bytes.hpp"
#include "broker/engine/publication.hpp"

/// The JSON around a publication that a queue or an endpoint gets unless its subscription is raw: SNS's notification
/// (docs/aws.md sns-19).
namespace tern::engine {

/// arn:aws:sns:REGION:ACCOUNT:NAME. A namespace ACCOUNT/REGION gives both; otherwise they are 000000000000 and
/// us-east-1.
std::string topic_arn(const TopicName& topic);
/// 2026-01-01T00:00:00.000Z.
std::string iso_time(Timestamp at);

/// Notification, SubscriptionConfirmation or UnsubscribeConfirmation.
std::string_view envelope_type(const PublicationExtras& extras);

/// What an envelope is put around; points to its parts.
struct EnvelopeContent {
    const TopicName& topic;
    const Publication& publication;
    MessageId id;
    Timestamp at;
    /// Of FIFO topics; 0: none.
    std::uint64_t sequence = 0;
    /// The body for the protocol.
    BytesView body;
    std::string_view signature{};
};
EnvelopeContent envelope_content(const TopicName& topic, const Published& published, std::uint64_t sequence,
                                 std::string_view protocol);

/// The envelope as all subscriptions of one protocol get it, but for its address for unsubscribing.
struct Envelope {
    Bytes json;
    /// Where that address goes in `json`; 0: there is none.
    std::size_t unsubscribe_at = 0;
};
/// Where the dotted subject is more than the topic's name, it stands in it as SubjectPath: SNS's Subject is a headline,
/// which only SNS's publications have. Data that is not UTF-8 comes in base64, and then MessageEncoding says so. An
/// endpoint's request to confirm (PublicationExtras::token) is of type SubscriptionConfirmation, and what it is told
/// after its end UnsubscribeConfirmation. FIFO topics sign nothing.
Envelope envelope_of(const EnvelopeContent& content);
/// With the address of the subscription of that id.
Bytes addressed(const Envelope& envelope, const Publication& publication, std::string_view subscription);

}  // namespace tern::engine
