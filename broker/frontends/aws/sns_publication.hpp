#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <optional>
#include <string>

#include "broker/engine/publication.hpp"
#include "broker/frontends/aws/sns_message.hpp"
#include "broker/frontends/aws/sns_names.hpp"

/// What goes to the engine: publications, signed if somebody will look (docs/aws.md sns-11, sns-19, sns-22).
namespace tern::aws::sns {

/// Hexadecimal digits that nobody can guess and, behind them, the number of the topic: whoever confirms names the
/// topic, and SNS does not mind if it is another one of the account and region.
std::string new_token(std::uint32_t topic);
/// Whether SNS would look such a token up.
bool is_token(std::string_view text);
/// The number of the topic in a token. Nothing: it has none, as those of earlier versions.
std::optional<std::uint32_t> topic_in_token(std::string_view token);

/// "http://HOST", as the client reached this broker.
std::string base_url(const Call& call);

/// Errors: invalid_parameter for what is missing, or must not be there, on a topic of that type.
std::optional<Error> check_fifo_parameters(const boost::json::object& parameters, bool fifo_topic,
                                           bool content_deduplication);

/// The publication of a message on a topic. `parameters` gives group and deduplication id.
engine::Publication publication_of(const Surroundings& surroundings, const Call& call, const NamedTopic& topic,
                                   const engine::TopicDescription& description, Message&& message,
                                   const boost::json::object& parameters);

engine::Publish publish_command(engine::TopicName&& topic, engine::PublicationBatch&& publications,
                                bool deduplicated_by_group);

/// What an endpoint is sent that shall confirm its subscription.
std::shared_ptr<const engine::PublicationBatch> confirmation_request(const Surroundings& surroundings, const Call& call,
                                                                     const NamedTopic& topic,
                                                                     const engine::TopicDescription& description,
                                                                     const std::string& token);

/// What an endpoint is sent whose subscription has ended; with the token it can be restored.
std::shared_ptr<const engine::PublicationBatch> farewell(const Surroundings& surroundings, const Call& call,
                                                         const NamedSubscription& subscription,
                                                         const engine::TopicDescription& description,
                                                         const std::string& token);

}  // namespace tern::aws::sns
