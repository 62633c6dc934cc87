#pragma once

#include <string>
#include <vector>

#include "tern/topic.hpp"
#include "tools/tern/context.hpp"

namespace tern::cli {

/// All subscriptions of a topic, page by page.
std::vector<SubscriptionDescription> all_subscriptions(Context& context, const TopicName& topic);

/// The one with this id, or of this queue. Errors: Failure when there is none, or more than one of the queue.
SubscriptionDescription find_subscription(Context& context, const TopicName& topic, const std::string& id_or_queue);

}  // namespace tern::cli
