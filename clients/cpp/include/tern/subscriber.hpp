#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tern/client.hpp"
#include "tern/detail/subscriber_calls.hpp"
#include "tern/publication.hpp"
#include "tern/subscribing.hpp"

namespace tern {

/// Subscribes to a topic, and gives what is pushed, in order. After a lost connection it subscribes again from where it
/// was: what the topic still keeps is not missed and does not come twice, and what it does not keep is told as a
/// PublicationGap. (Ephemeral publications are for those who are there; a durable subscription pushes again what is not
/// acknowledged.)
///
/// Nothing happens before the first call. One `next` at a time; all else from any thread. The client must outlive it.
class Subscriber {
public:
    Subscriber(Client& client, SubscriberOptions options);
    /// Unsubscribes without waiting for it.
    ~Subscriber();
    Subscriber(Subscriber&&) noexcept = default;

    /// Completes with Outcome<Subscribed> when the subscription stands for the first time. Errors: refusals that no
    /// retry can heal, and a connection that the client gave up on; they end the subscriber.
    template <class Token>
    auto subscribe(Token&& token) {
        return detail::start_on_subscriber<Subscribed>(
            state_,
            [](const detail::SubscriberPointer& state, auto completion) {
                detail::subscribe(state, std::move(completion));
            },
            std::forward<Token>(token));
    }
    /// Completes with Outcome<Push>: a Publication, a PublicationGap or a PresenceChange. Errors: as subscribe; and
    /// what ended the subscription, such as topic_does_not_exist or subscriber_too_slow.
    template <class Token>
    auto next(Token&& token) {
        return detail::start_on_subscriber<Push>(
            state_,
            [](const detail::SubscriberPointer& state, auto completion) {
                auto first = std::make_unique<detail::FirstPush>(std::move(completion));
                detail::next(state, 1, {}, std::move(first));
            },
            std::forward<Token>(token));
    }
    /// Completes with Outcome<std::vector<Push>>: up to so many; none when nothing came within the wait.
    template <class Token>
    auto next_batch(std::size_t pushes_max, std::chrono::milliseconds wait, Token&& token) {
        return detail::start_on_subscriber<detail::Pushes>(
            state_,
            [pushes_max, wait](const detail::SubscriberPointer& state, auto completion) {
                detail::next(state, pushes_max, wait, std::move(completion));
            },
            std::forward<Token>(token));
    }

    /// Of a durable subscription: these are done with. Completes with Outcome<std::vector<EntryResult>>, in order;
    /// waits for a connection if need be. What was pushed to somebody else meanwhile is not_acknowledgeable.
    template <class Token>
    auto acknowledge(std::vector<std::string> handles, Token&& token) {
        return detail::start_on_subscriber<std::vector<EntryResult>>(
            state_,
            [handles = std::move(handles)](const detail::SubscriberPointer& state, auto completion) mutable {
                detail::settle(state, std::move(handles), {}, std::move(completion));
            },
            std::forward<Token>(token));
    }
    /// The same for what is to be pushed again, to somebody, after a delay.
    template <class Token>
    auto reject(std::vector<std::string> handles, std::chrono::milliseconds delay, Token&& token) {
        return detail::start_on_subscriber<std::vector<EntryResult>>(
            state_,
            [handles = std::move(handles), delay](const detail::SubscriberPointer& state, auto completion) mutable {
                detail::settle(state, std::move(handles), delay, std::move(completion));
            },
            std::forward<Token>(token));
    }
    /// What the others are told of this member from now on, up to 1,024 bytes.
    void set_member_state(std::string member_state);

    /// Unsubscribes; what waits is dropped. Completes with Outcome<void>.
    template <class Token>
    auto close(Token&& token) {
        return detail::start_on_subscriber<void>(
            state_,
            [](const detail::SubscriberPointer& state, auto completion) {
                detail::close(state, std::move(completion));
            },
            std::forward<Token>(token));
    }

private:
    std::shared_ptr<detail::SubscriberState> state_;
};

}  // namespace tern
