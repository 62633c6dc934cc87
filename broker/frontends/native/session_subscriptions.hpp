#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/engine/filter_policy.hpp"
#include "broker/frontends/native/durable_subscription.hpp"
#include "broker/frontends/native/push_side.hpp"
#include "broker/frontends/native/subscription.hpp"

namespace tern::native {

/// Why a request of a subscription goes no further.
struct SubscriptionRefusal {
    Errc status = Errc::ok;
    std::string detail{};
};

/// The subscriptions of one session: those whose topic is asked for, and those that push.
class SessionSubscriptions {
public:
    SessionSubscriptions(TopicSurroundings& surroundings, ReplyWriter& writer, Outbox& outbox,
                         const PushLimits& limits);
    ~SessionSubscriptions() { end_all(); }
    SessionSubscriptions(const SessionSubscriptions&) = delete;
    SessionSubscriptions& operator=(const SessionSubscriptions&) = delete;

    /// Asks for the topic; the reply follows. Refusals come back.
    SubscriptionRefusal subscribe(std::uint64_t request, Subscribe&& wish);
    /// Errors: subscription_does_not_exist. One whose reply has not been given is refused with cancelled.
    Result<void> unsubscribe(std::uint64_t subscription);
    Result<void> set_presence(const SetPresence& wish);
    /// Errors: subscription_does_not_exist; not_acknowledgeable when it is not a durable one.
    Result<DurableSubscription*> durable(std::uint64_t subscription);

    /// A request of the peer's is on its way that settles these.
    void settling(std::uint64_t request, const DurableSubscription& subscription, DurableSubscription::Settled&& these);
    /// It was answered, if it was such a one: what was refused is in flight still.
    void on_settled(std::uint64_t request, const engine::Answer& answer);

    void on_own_answer(std::uint64_t request, engine::Answer&& answer);
    /// All was told that there is to tell for now.
    void on_told();
    /// Goes on with what had to wait, as long as there is room, in a bounded step.
    void proceed();
    void on_second_passed(Timestamp now);
    /// Ends all: the session is over. Those whose reply was not given are refused with that; ok: without a word, as the
    /// others.
    void end_all(Errc refusal = Errc::ok);

    std::size_t size() const { return opening_.size() + subscriptions_.size(); }
    /// Why the session is to be ended; ok when it is not.
    Errc fault() const { return side_.fault; }

private:
    struct Opening {
        Subscribe wish;
        std::shared_ptr<const engine::FilterPolicy> policy;
    };

    struct Settling {
        std::uint64_t subscription;
        DurableSubscription::Settled these;
    };

    SubscriptionRefusal check(std::uint64_t request, const Subscribe& wish) const;
    void open(std::uint64_t subscription, Opening&& opening, engine::TopicOpened&& opened);
    void refuse(std::uint64_t request, Errc status, std::string_view detail = {});
    Subscription* find(std::uint64_t subscription);
    bool may_proceed() const { return !side_.pending.empty() && side_.has_replay_room(); }
    void forget_over();

    PushSide side_;
    /// Whose topic is asked for.
    std::map<std::uint64_t, Opening> opening_;
    std::map<std::uint64_t, std::unique_ptr<Subscription>> subscriptions_;
    /// By request. Several bear the number of those that want no answer.
    std::multimap<std::uint64_t, Settling> settling_;
};

}  // namespace tern::native
