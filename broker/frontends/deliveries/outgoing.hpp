#pragma once

#include <optional>
#include <string>
#include <vector>

#include "broker/engine/endpoint_queries.hpp"
#include "broker/frontends/deliveries/delivery_policy.hpp"
#include "broker/frontends/deliveries/post.hpp"

/// What an endpoint is told, as it is told (docs/aws.md sns-19, sns-20, sns-23).
namespace tern::deliveries {

/// By which its messages are delivered.
DeliveryPolicy policy_of(const engine::EndpointDescription& endpoint);

/// A message of an endpoint's queue, with all that its delivery depends on.
class Outgoing {
public:
    /// Nothing when the record is no publication, or the subscription is gone (`endpoint` is null) and it is no
    /// farewell.
    static std::optional<Outgoing> read(BytesView message_record, const engine::EndpointDescription* endpoint);
    /// The same, for many messages of one endpoint: `policy` is policy_of it.
    static std::optional<Outgoing> read(BytesView message_record, const engine::EndpointDescription* endpoint,
                                        const DeliveryPolicy& policy);

    /// Nothing when the endpoint's URL is none.
    std::optional<Post> post() const;
    const DeliveryPolicy& policy() const { return policy_; }
    /// Where it goes when it cannot be delivered; requests to confirm and farewells go nowhere.
    std::optional<engine::QueueName> dead_letter_queue() const;

    struct DeadLetter {
        std::string body;
        /// Only where the body is the publication's data alone.
        std::vector<engine::PublicationAttribute> attributes;
        std::string group_id;
        std::string deduplication_id;
    };
    DeadLetter dead_letter() const;

    /// Host and port, for people; the rest of a URL may hold secrets.
    std::string place() const;
    std::string subscription_arn() const;

private:
    bool is_notification() const { return extras().token.empty(); }
    bool is_raw() const { return raw_ && is_notification(); }
    const engine::PublicationExtras& extras() const;
    std::string topic_arn() const;
    std::string envelope() const;

    engine::StoredPublication stored_;
    engine::TopicName topic_;
    std::string subscription_;
    std::string url_;
    std::string dead_letter_queue_;
    DeliveryPolicy policy_;
    bool raw_ = false;
};

}  // namespace tern::deliveries
