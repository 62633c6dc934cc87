#include "broker/frontends/native/session_subscriptions.hpp"

#include <algorithm>
#include <utility>

#include "broker/base/utf8.hpp"
#include "broker/engine/subject.hpp"
#include "broker/frontends/native/live_subscription.hpp"
#include "protocol/limits.hpp"

namespace tern::native {

namespace {

constexpr std::uint32_t in_flight_max_max = 10'000;
// Pieces of histories, between which others have their turn.
constexpr int steps_per_turn = 16;

engine::TopicName topic_named_by(const Subscribe& wish) {
    return {wish.namespace_name, std::string(engine::topic_of(wish.pattern))};
}

engine::Command opening_command(const Subscribe& wish) {
    if (wish.durable.name.empty()) return engine::EnsureTopic{topic_named_by(wish)};
    const auto& durable = wish.durable;
    engine::SubscriptionSettingsChange settings;
    settings.pattern = wish.pattern;
    settings.filter_policy = wish.filter_policy;
    settings.filter_scope = wish.filter_scope;
    if (!durable.dead_letter_queue.empty()) settings.dead_letter_queue = durable.dead_letter_queue;
    return engine::OpenDurable{topic_named_by(wish), durable.name, std::move(settings), durable.ack_wait,
                               durable.deliveries_max};
}

bool valid_member(const PresenceWish& presence) {
    return presence.member.size() <= protocol::member_name_bytes_max && valid_utf8(presence.member) &&
           presence.state.size() <= protocol::member_state_bytes_max;
}

}  // namespace

SessionSubscriptions::SessionSubscriptions(TopicSurroundings& surroundings, ReplyWriter& writer, Outbox& outbox,
                                           const PushLimits& limits)
    : side_(surroundings, writer, outbox, limits) {}

SubscriptionRefusal SessionSubscriptions::check(std::uint64_t request, const Subscribe& wish) const {
    if (opening_.contains(request) || subscriptions_.contains(request)) {
        return {Errc::subscription_exists, "the request's id is that of another subscription of this session"};
    }
    if (size() >= side_.limits.subscriptions_max) return {Errc::too_many_subscriptions};
    if (!engine::valid_pattern(wish.pattern)) return {Errc::pattern_invalid};
    if (!valid_member(wish.presence)) return {Errc::member_invalid};
    if (wish.durable.name.empty()) return {};
    if (wish.start.from != StartFrom::live) {
        return {Errc::subscription_setting_invalid, "from: a durable subscription knows where it is"};
    }
    if (wish.durable.in_flight_max < 1 || wish.durable.in_flight_max > in_flight_max_max) {
        return {Errc::subscription_setting_invalid, "in_flight_max: 1 to 10000"};
    }
    return {};
}

SubscriptionRefusal SessionSubscriptions::subscribe(std::uint64_t request, Subscribe&& wish) {
    if (auto refusal = check(request, wish); refusal.status != Errc::ok) return refusal;
    Opening opening;
    if (wish.durable.name.empty()) {
        auto parsed = engine::parse_filter_policy(wish.filter_policy, wish.filter_scope);
        if (parsed.refusal) return {Errc::filter_policy_invalid, std::move(parsed.refusal->sentence)};
        opening.policy = std::move(parsed.policy);
    }
    // The text has served its purpose.
    const auto asked = side_.ask(request, opening_command(wish));
    if (!asked.has_value()) return {asked.error()};
    wish.filter_policy = {};
    opening.wish = std::move(wish);
    opening_.emplace(request, std::move(opening));
    side_.surroundings.topic_subscribers().begin_watching();
    return {};
}

void SessionSubscriptions::on_own_answer(std::uint64_t request, engine::Answer&& answer) {
    const auto subscription = side_.asked_by(request);
    if (!subscription) return side_.surroundings.give_back(std::move(answer));
    const auto opening = opening_.find(*subscription);
    if (opening == opening_.end()) {
        // Over or not: what it was handed out it gives back then.
        subscriptions_.at(*subscription)->on_own_answer(std::move(answer));
        return side_.touch();
    }
    auto node = opening_.extract(opening);
    if (auto* opened = std::get_if<engine::TopicOpened>(&answer.body); opened && answer.status == Errc::ok) {
        open(*subscription, std::move(node.mapped()), std::move(*opened));
    } else {
        refuse(*subscription, answer.status, answer.detail);
    }
    side_.surroundings.topic_subscribers().end_watching();
}

void SessionSubscriptions::open(std::uint64_t subscription, Opening&& opening, engine::TopicOpened&& opened) {
    std::unique_ptr<Subscription> made;
    if (opening.wish.durable.name.empty()) {
        made = std::make_unique<LiveSubscription>(side_, subscription, std::move(opening.wish), std::move(opened),
                                                  std::move(opening.policy));
    } else {
        made = std::make_unique<DurableSubscription>(side_, subscription, std::move(opening.wish), std::move(opened));
    }
    const auto begun = made->begin();
    if (!begun.has_value()) return refuse(subscription, begun.error());
    subscriptions_.emplace(subscription, std::move(made));
}

void SessionSubscriptions::refuse(std::uint64_t request, Errc status, std::string_view detail) {
    side_.writer.refuse(side_.to(request), status, detail);
    side_.touch();
}

Subscription* SessionSubscriptions::find(std::uint64_t subscription) {
    const auto found = subscriptions_.find(subscription);
    return found == subscriptions_.end() || found->second->over() ? nullptr : found->second.get();
}

Result<void> SessionSubscriptions::unsubscribe(std::uint64_t subscription) {
    if (opening_.erase(subscription) > 0) {
        side_.forget_asked_by(subscription);
        side_.surroundings.topic_subscribers().end_watching();
        refuse(subscription, Errc::cancelled);
        return {};
    }
    auto* found = find(subscription);
    if (!found) return Errc::subscription_does_not_exist;
    found->leave_presence();
    subscriptions_.erase(subscription);
    return {};
}

Result<void> SessionSubscriptions::set_presence(const SetPresence& wish) {
    auto* found = find(wish.subscription);
    if (!found) return Errc::subscription_does_not_exist;
    return found->set_presence(wish.state);
}

Result<DurableSubscription*> SessionSubscriptions::durable(std::uint64_t subscription) {
    auto* found = find(subscription);
    if (!found) return Errc::subscription_does_not_exist;
    auto* durable = dynamic_cast<DurableSubscription*>(found);
    if (!durable) return Errc::not_acknowledgeable;
    return durable;
}

void SessionSubscriptions::settling(std::uint64_t request, const DurableSubscription& subscription,
                                    DurableSubscription::Settled&& these) {
    settling_.emplace(request, Settling{subscription.id(), std::move(these)});
}

void SessionSubscriptions::on_settled(std::uint64_t request, const engine::Answer& answer) {
    const auto found = settling_.lower_bound(request);
    if (found == settling_.end() || found->first != request) return;
    auto settling = std::move(settling_.extract(found).mapped());
    const auto durable = this->durable(settling.subscription);
    if (!durable.has_value()) return;
    if (const auto* entries = std::get_if<engine::EntryResults>(&answer.body)) {
        for (std::size_t at = 0; at < std::min(entries->results.size(), settling.these.size()); ++at) {
            if (entries->results[at] == Errc::ok) settling.these[at] = {};
        }
    }
    (*durable)->unsettle(std::move(settling.these));
}

void SessionSubscriptions::on_told() {
    side_.told();
    proceed();
}

void SessionSubscriptions::forget_over() {
    if (side_.over == 0) return;
    std::erase_if(subscriptions_, [](const auto& entry) { return entry.second->over(); });
    side_.over = 0;
}

void SessionSubscriptions::proceed() {
    side_.proceeding = true;
    for (int step = 0; step < steps_per_turn && may_proceed(); ++step) {
        auto* next = side_.pending.front();
        side_.pending.erase(side_.pending.begin());
        next->pending_ = false;
        if (next->proceed()) next->want_turn();
    }
    side_.proceeding = false;
    forget_over();
    if (may_proceed()) side_.surroundings.ask_for_turn();
}

void SessionSubscriptions::on_second_passed(Timestamp now) {
    for (auto& [id, subscription] : subscriptions_) subscription->on_second_passed(now);
}

void SessionSubscriptions::end_all(Errc refusal) {
    for (const auto& [request, opening] : opening_) {
        side_.surroundings.topic_subscribers().end_watching();
        side_.forget_asked_by(request);
        if (refusal != Errc::ok) refuse(request, refusal);
    }
    opening_.clear();
    subscriptions_.clear();
    settling_.clear();
}

}  // namespace tern::native
