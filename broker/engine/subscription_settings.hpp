#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "broker/base/result.hpp"
#include "broker/engine/batch.hpp"
#include "broker/engine/commands_of_topics.hpp"
#include "broker/engine/filter_policy.hpp"
#include "broker/engine/topic_rows.hpp"

namespace tern::engine {

/// Why a change of a subscription was refused, and what was wrong.
struct SubscriptionRefusal {
    Errc errc = Errc::ok;
    std::string detail;
};

/// Applies a change to a subscription of the topic, all of it or nothing.
/// Errors: pattern_invalid, filter_policy_invalid, subscription_setting_invalid (a dead-letter queue that is not there,
/// is the subscription's own, or FIFO where the topic is not, or the other way round: docs/aws.md sns-15).
SubscriptionRefusal change(Batch& batch, const TopicName& topic, SubscriptionRow& row,
                           const SubscriptionSettingsChange& wanted);
/// The name of the first setting that is given and differs; empty when there is none.
std::string first_difference(const SubscriptionRow& row, const SubscriptionSettingsChange& wanted);

/// 1 to 80 of A-Z a-z 0-9 _ -.
bool valid_durable_name(std::string_view name);

}  // namespace tern::engine
