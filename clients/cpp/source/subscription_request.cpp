#include "clients/cpp/source/subscription_request.hpp"

#include <boost/asio/post.hpp>
#include <optional>
#include <utility>

#include "clients/cpp/source/decode.hpp"
#include "clients/cpp/source/subscriber_state.hpp"
#include "clients/cpp/source/topic_parts.hpp"

namespace tern::detail {

namespace {

namespace asio = boost::asio;

Pushes pushes_of(const wire::Publications& from) {
    Pushes pushes;
    if (!from.publications()) return pushes;
    pushes.reserve(from.publications()->size());
    for (const auto* publication : *from.publications()) pushes.emplace_back(decode(*publication));
    return pushes;
}

PublicationGap gap_of(const wire::PublicationGap& from) {
    return {from.from_offset(), from.to_offset(), from.dropped(), text_of(from.epoch())};
}

PresenceChange change_of(const wire::PresenceChange& from) {
    return {members_of(from.joined()), texts_of(from.left()), members_of(from.updated())};
}

/// Nothing when the reply is not one of a subscription.
std::optional<Pushes> pushes_of(const wire::Reply& reply) {
    if (const auto* publications = reply.body_as_Publications()) return pushes_of(*publications);
    if (const auto* gap = reply.body_as_PublicationGap()) return Pushes{gap_of(*gap)};
    if (const auto* change = reply.body_as_PresenceChange()) return Pushes{change_of(*change)};
    return std::nullopt;
}

class SubscriptionRequest final : public Request {
public:
    SubscriptionRequest(Operation<Subscribed>&& operation, const SubscriberPointer& subscriber)
        : read_(operation.read),
          unanswered_(subscriber),
          subscriber_(subscriber) {
        id = operation.id;
        frame = std::move(operation.frame);
    }

    void succeed(std::string_view reply) override {
        stands_ = true;
        tell([id = id, outcome = read_(reply)](SubscriberState& state) mutable {
            state.on_subscribed(id, std::move(outcome));
        });
        unanswered_.reset();
    }
    void fail(const Error& error) override {
        tell([id = id, error, stood = stands_](SubscriberState& state) {
            if (stood) return state.on_lost(id, error);
            state.on_subscribed(id, error);
        });
    }
    bool lasts(std::string_view reply) const override {
        return flatbuffers::GetRoot<wire::Reply>(reply.data())->body_as_Subscribed() != nullptr;
    }
    bool push(std::string_view bytes) override {
        const auto& reply = *flatbuffers::GetRoot<wire::Reply>(bytes.data());
        if (auto pushes = pushes_of(reply)) {
            return tell([id = id, pushes = std::move(*pushes)](SubscriberState& state) mutable {
                state.on_pushes(id, std::move(pushes));
            });
        }
        tell([id = id, error = end_of(reply)](SubscriberState& state) { state.on_ended(id, error); });
        return false;
    }

private:
    static Error end_of(const wire::Reply& reply) {
        if (const auto* ended = reply.body_as_SubscriptionEnded()) {
            const auto status = static_cast<Status>(ended->status());
            return Error(status, detail_of(status, ended->message()));
        }
        const auto status = static_cast<Status>(reply.status());
        return status == Status::ok ? not_understood() : Error(status, detail_of(status, reply.message()));
    }

    /// False when the subscriber is gone.
    template <class What>
    bool tell(What what) {
        const auto subscriber = subscriber_.lock();
        if (!subscriber) return false;
        asio::post(subscriber->strand(), [subscriber, what = std::move(what)]() mutable { what(*subscriber); });
        return true;
    }

    Outcome<Subscribed> (*read_)(std::string_view);
    /// So that a subscription that stands too late is ended, even if nobody else knows the subscriber any more.
    SubscriberPointer unanswered_;
    const std::weak_ptr<SubscriberState> subscriber_;
    bool stands_ = false;
};

}  // namespace

std::unique_ptr<Request> subscription_request(Operation<Subscribed>&& operation, const SubscriberPointer& subscriber) {
    return std::make_unique<SubscriptionRequest>(std::move(operation), subscriber);
}

}  // namespace tern::detail
