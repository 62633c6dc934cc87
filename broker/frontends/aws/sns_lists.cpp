#include <boost/json/array.hpp>
#include <optional>
#include <string>
#include <utility>

#include "broker/base/base64.hpp"
#include "broker/base/base64url.hpp"
#include "broker/frontends/aws/sns_handlers.hpp"
#include "broker/frontends/aws/sns_names.hpp"

/// Lists, in pages of a hundred (docs/aws.md sns-5, sns-18).
namespace tern::aws::sns {
namespace {

namespace json = boost::json;

constexpr std::int64_t entries_per_page = 100;

Error bad_token(Errc status) {
    return status == Errc::page_token_invalid ? invalid("NextToken") : error_of(status);
}

/// Tokens are in padded base64, as those of SNS.
std::string shown_token(std::string_view place) {
    std::string token;
    append_base64(token, place);
    return token;
}

/// The place in a list that the call's token shows, empty when it has none. Nothing: it is no token.
std::optional<std::string> place_of(const Call& call) {
    const auto token = text_in(call.parameters, "NextToken").value_or("");
    if (token.empty()) return std::string();
    auto place = decode_base64(token);
    return place && !place->empty() ? std::move(place) : std::nullopt;
}

void add_subscription(const NamedTopic& topic, const engine::SubscriptionDescription& subscription, const Scope& home,
                      json::array& to) {
    json::object shown;
    shown["SubscriptionArn"] =
        subscription.confirmed ? arn_of_subscription(topic, subscription.subscription) : "PendingConfirmation";
    shown["Owner"] = topic.scope.account;
    const bool of_queue = subscription.kind == engine::SubscriptionKind::queue;
    shown["Protocol"] = of_queue ? "sqs" : subscription.protocol;
    shown["Endpoint"] = of_queue
                            ? arn_of("sqs", scope_of(subscription.queue.namespace_name, home), subscription.queue.name)
                            : subscription.endpoint;
    shown["TopicArn"] = arn_of_topic(topic);
    to.push_back(std::move(shown));
}

/// Fills a page with the subscriptions of one topic after another. A place in the list is a topic's name and, behind a
/// zero byte, a token of the list of its subscriptions.
class SubscriptionWalk {
public:
    SubscriptionWalk(const Surroundings& surroundings, const Call& call)
        : surroundings_(surroundings),
          call_(call),
          snapshot_(surroundings.broker.snapshot()) {}

    Step run(const std::string& place) {
        const auto zero = place.find('\0');
        if (!place.empty() && zero == std::string::npos) return invalid("NextToken");
        if (!place.empty()) {
            const auto status = take_topic(place.substr(0, zero), place.substr(zero + 1));
            // A topic that is gone since the last page has nothing to show.
            if (status != Errc::ok && status != Errc::topic_does_not_exist) return bad_token(status);
        }
        take_topics(place.empty() ? std::string() : encode_base64url(place.substr(0, zero)));
        json::object result;
        result["Subscriptions"] = std::move(shown_);
        if (!next_.empty()) result["NextToken"] = shown_token(next_);
        return result;
    }

private:
    void take_topics(std::string after) {
        while (next_.empty()) {
            const auto page = engine::list_topics(*snapshot_, namespace_of(call_.scope, surroundings_.options.home), {},
                                                  {entries_per_page, after});
            if (!page.has_value()) return;
            for (const auto& topic : page->topics)
                if (next_.empty() && topic.subscriptions > 0) take_topic(topic.name, {});
            if (page->next_token.empty()) return;
            after = page->next_token;
        }
    }

    Errc take_topic(const std::string& name, std::string token) {
        const auto topic = topic_in(surroundings_, call_.scope, name);
        while (true) {
            const auto room = entries_per_page - static_cast<std::int64_t>(shown_.size());
            if (room == 0) {
                next_ = name + '\0' + token;
                return Errc::ok;
            }
            const auto page =
                engine::list_subscriptions(*snapshot_, surroundings_.broker.now(), topic.topic, {room, token});
            if (!page.has_value()) return page.error();
            for (const auto& one : page->subscriptions)
                if (one.kind != engine::SubscriptionKind::durable)
                    add_subscription(topic, one, surroundings_.options.home, shown_);
            token = page->next_token;
            if (token.empty()) return Errc::ok;
        }
    }

    const Surroundings& surroundings_;
    const Call& call_;
    std::unique_ptr<store::ReadTransaction> snapshot_;
    json::array shown_;
    std::string next_;
};

}  // namespace

Step list_topics(const Surroundings& surroundings, Call& call) {
    const auto place = place_of(call);
    if (!place) return invalid("NextToken");
    const auto snapshot = surroundings.broker.snapshot();
    const auto page = engine::list_topics(*snapshot, namespace_of(call.scope, surroundings.options.home), {},
                                          {entries_per_page, *place});
    if (!page.has_value()) return bad_token(page.error());
    json::object result;
    auto& topics = result["Topics"].emplace_array();
    for (const auto& topic : page->topics)
        topics.push_back(json::object{{"TopicArn", arn_of("sns", call.scope, topic.name)}});
    if (!page->next_token.empty()) result["NextToken"] = shown_token(page->next_token);
    return result;
}

Step list_subscriptions(const Surroundings& surroundings, Call& call) {
    const auto place = place_of(call);
    return place ? SubscriptionWalk(surroundings, call).run(*place) : Step(invalid("NextToken"));
}

Step list_subscriptions_by_topic(const Surroundings& surroundings, Call& call) {
    const auto topic = topic_of(surroundings, call);
    if (const auto* const error = std::get_if<Error>(&topic)) return *error;
    const auto& named = std::get<NamedTopic>(topic);
    const auto place = place_of(call);
    if (!place) return invalid("NextToken");
    const auto snapshot = surroundings.broker.snapshot();
    const auto page =
        engine::list_subscriptions(*snapshot, surroundings.broker.now(), named.topic, {entries_per_page, *place});
    if (!page.has_value()) return bad_token(page.error());
    json::object result;
    auto& subscriptions = result["Subscriptions"].emplace_array();
    for (const auto& one : page->subscriptions)
        if (one.kind != engine::SubscriptionKind::durable)
            add_subscription(named, one, surroundings.options.home, subscriptions);
    if (!page->next_token.empty()) result["NextToken"] = shown_token(page->next_token);
    return result;
}

}  // namespace tern::aws::sns
