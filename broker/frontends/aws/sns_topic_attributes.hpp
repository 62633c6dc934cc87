#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/engine/topic_queries.hpp"
#include "broker/frontends/aws/error.hpp"
#include "broker/frontends/aws/sns_names.hpp"

/// The attributes of topics (docs/aws.md sns-3, sns-4): what the engine knows are settings, all others are kept as
/// annotations.
namespace tern::aws::sns {

struct TopicAttributes {
    engine::TopicSettingsChange settings;
    engine::Annotations annotations;
};

/// Reads one attribute; complains of a value that cannot be. `known`: false when SNS has none of that name.
Complaint read_topic_attribute(std::string_view name, std::string_view value, TopicAttributes& into, bool& known);

/// What GetTopicAttributes tells.
boost::json::object attributes_of(const NamedTopic& topic, const engine::TopicDescription& description);

/// The statement that a topic has as long as nobody gives it a policy.
std::string default_policy(const NamedTopic& topic);
/// The policy given, or the default one.
std::string policy_of(const NamedTopic& topic, const engine::TopicDescription& description);

/// The most that MaximumMessageSize may be.
inline constexpr std::uint64_t message_bytes_limit = 1'048'576;
/// Of body, attributes and subject: the topic's MaximumMessageSize, 262,144 unless it was given (docs/aws.md sns-7).
std::uint64_t message_bytes_max(const engine::TopicDescription& description);
/// Whether deduplication ids count within their message group only: FifoThroughputScope (docs/aws.md sns-11).
bool is_deduplicated_by_group(const engine::TopicDescription& description);
/// What a topic made by SNS gets unless told otherwise: it keeps no history, for SNS has none.
engine::TopicSettingsChange settings_of_new_topic();

/// Of attributes that tell how many deliveries in a hundred are reported: "5x value provided is not an integer between
/// 0-100", or nothing. An empty text takes the attribute back.
Complaint fault_of_sample_rate(std::string_view value);

/// What is longer cannot be kept, and is not read (docs/aws.md sns-4).
Complaint fault_of_length(std::string_view name, std::string_view value);

/// The text of the annotation; empty when there is none.
std::string annotation_of(const engine::Annotations& annotations, const std::string& name);

}  // namespace tern::aws::sns
