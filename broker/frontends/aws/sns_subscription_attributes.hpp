#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "broker/engine/commands_of_topics.hpp"
#include "broker/engine/topic_queries.hpp"
#include "broker/frontends/aws/sns_names.hpp"

/// The attributes of subscriptions (docs/aws.md sns-15, sns-16).
namespace tern::aws::sns {

/// Turns attributes, as they are given, into a change of the subscription's settings.
class SubscriptionAttributeReader {
public:
    /// `present`: what is there already; null for a new one. `protocol`: of sns_endpoint.hpp. `fifo_queue`: it
    /// delivers into a FIFO queue.
    SubscriptionAttributeReader(const Surroundings& surroundings, const NamedTopic& topic, std::string_view protocol,
                                bool fifo_queue, const engine::SubscriptionDescription* present);

    Complaint take(std::string_view name, std::string_view value);
    /// Once all were taken: checks what only the whole can tell.
    Complaint finish();
    /// An attribute that no subscription has was among them.
    bool unknown() const { return unknown_; }
    engine::SubscriptionSettingsChange&& change() { return std::move(change_); }

private:
    Complaint take_raw(std::string_view value);
    Complaint take_scope(std::string_view value);
    Complaint take_redrive_policy(std::string_view value);

    const Surroundings& surroundings_;
    const NamedTopic& topic_;
    const std::string protocol_;
    const bool fifo_queue_;
    const engine::SubscriptionDescription* const present_;
    engine::SubscriptionSettingsChange change_;
    bool unknown_ = false;
};

/// Annotations of how a subscription was confirmed, which are told otherwise than under their names: by a signed
/// request; by one that wants the end to be signed too (AuthenticateOnUnsubscribe).
inline constexpr const char* confirmed_by_signature = ".confirmed_by_signature";
inline constexpr const char* ends_by_signature = ".ends_by_signature";

/// What GetSubscriptionAttributes tells. `topic_policy` is the topic's DeliveryPolicy.
boost::json::object attributes_of(const Surroundings& surroundings, const NamedTopic& topic,
                                  std::string_view topic_policy, const engine::SubscriptionDescription& subscription);

}  // namespace tern::aws::sns
