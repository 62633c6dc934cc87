#include "tools/tern/topics/subscription_listing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tern::cli {

std::vector<SubscriptionDescription> all_subscriptions(Context& context, const TopicName& topic) {
    std::vector<SubscriptionDescription> subscriptions;
    PageOptions options;
    do {
        auto page = context.client().list_subscriptions(topic, options);
        for (auto& subscription : page.subscriptions) subscriptions.push_back(std::move(subscription));
        options.page_token = std::move(page.next_page_token);
    } while (!options.page_token.empty());
    return subscriptions;
}

SubscriptionDescription find_subscription(Context& context, const TopicName& topic, const std::string& id_or_queue) {
    const auto subscriptions = all_subscriptions(context, topic);
    const auto by_id = std::ranges::find(subscriptions, id_or_queue, &SubscriptionDescription::subscription);
    if (by_id != subscriptions.end()) return *by_id;
    const auto of_queue = [&id_or_queue](const SubscriptionDescription& subscription) {
        return subscription.kind == SubscriptionKind::queue && subscription.queue == id_or_queue;
    };
    const auto by_queue = std::ranges::find_if(subscriptions, of_queue);
    if (by_queue == subscriptions.end()) {
        throw refusal(Status::subscription_does_not_exist,
                      fmt::format("{} has no subscription {}", topic.name, id_or_queue), topic.name);
    }
    if (std::find_if(by_queue + 1, subscriptions.end(), of_queue) != subscriptions.end()) {
        throw Failure(ExitCode::usage, fmt::format("{} is subscribed more than once", id_or_queue),
                      fmt::format("Name one by its id: `tern topic subscription list {}` shows them.", topic.name));
    }
    return *by_queue;
}

}  // namespace tern::cli
