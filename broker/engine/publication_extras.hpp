#pragma once

#include <optional>
#include <string>
#include <vector>

#include "broker/base/bytes.hpp"
#include "broker/base/time.hpp"
#include "broker/engine/answers.hpp"

namespace tern::engine {

/// The body for subscriptions of one protocol, where it is not the publication's data (SNS: MessageStructure=json).
struct ProtocolBody {
    /// sqs, http, https, email, …; of mobile devices the platform: APNS, GCM, …
    std::string protocol{};
    Bytes body{};
    /// As PublicationExtras::signature, over this body.
    std::string signature{};
};

/// What a front end gives along with a publication for subscribed queues and endpoints. Live and durable subscribers
/// and the history do not see it. The signature covers id and time, so they come with it (docs/aws.md sns-19, sns-22).
struct PublicationExtras {
    /// What the topic is called in envelopes; empty: topic_arn of it.
    std::string topic_arn{};
    /// SNS's Subject; empty: none.
    std::string headline{};
    /// The X-Ray trace header of the messages in queues; empty: none. Not kept for endpoints.
    std::string trace_header{};
    std::vector<ProtocolBody> bodies{};
    std::optional<MessageId> id{};
    std::optional<Timestamp> at{};
    /// "1" or "2"; empty: not signed.
    std::string signature_version{};
    /// Base64, over the envelope with the publication's data.
    std::string signature{};
    std::string certificate_url{};
    /// The subscription's id is put behind it; empty: the envelope has none.
    std::string unsubscribe_url_base{};
    /// Of an endpoint's request to confirm, else empty.
    std::string token{};
    std::string confirm_url{};
    /// Of what an endpoint is told that is not subscribed any more: its address and the id of its subscription, set by
    /// the engine. Else empty.
    std::string farewell_endpoint{};
    std::string farewell_subscription{};
    /// The message was given as an object of bodies, even if `bodies` is empty. Only told, with what is kept and never
    /// sent.
    bool structured = false;

    /// Null: the data is the body.
    const ProtocolBody* body_for(std::string_view protocol) const {
        for (const auto& body : bodies)
            if (body.protocol == protocol) return &body;
        return nullptr;
    }
};

Bytes encode(const PublicationExtras& extras);
/// Nothing when the bytes are not such extras.
std::optional<PublicationExtras> decode_extras(BytesView bytes);

}  // namespace tern::engine
