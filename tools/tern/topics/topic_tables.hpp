#pragma once

#include <string>
#include <vector>

#include "tern/topic.hpp"
#include "tools/tern/text/table.hpp"

/// Topics, their subscriptions and who is on them, for people.
namespace tern::cli {

Table table_of(const std::vector<TopicSummary>& topics);
Table table_of(const std::vector<SubscriptionDescription>& subscriptions);
Table table_of(const std::vector<PresenceMember>& members);

/// One topic at a glance.
Block block_of(const TopicDescription& topic);
Block block_of(const SubscriptionDescription& subscription);

}  // namespace tern::cli
