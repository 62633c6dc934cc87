#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/frontends/native/subscription.hpp"

namespace tern::native {

/// A subscription that stands on a hidden queue: it keeps a receive waiting there, pushes what comes, and lets the peer
/// acknowledge. What is not acknowledged in time is handed out again by the queue, to whoever is subscribed then.
class DurableSubscription final : public Subscription {
public:
    using Subscription::Subscription;
    ~DurableSubscription() override;

    Result<void> begin() override;
    bool proceed() override;
    void on_second_passed(Timestamp now) override;
    void on_own_answer(engine::Answer&& answer) override;

    /// The commands that acknowledge or reject these handles, for the peer's request. They are in flight no more.
    engine::DeleteMessages acknowledge(const std::vector<std::string_view>& handles);
    engine::ChangeVisibility reject(const std::vector<std::string_view>& handles, Milliseconds delay);

private:
    void receive_more();
    void push(engine::Answer&& answer);
    void settle(const std::vector<std::string_view>& handles);

    /// Pushed and not acknowledged, and when the queue hands it out again.
    std::unordered_map<std::string, Timestamp> in_flight_;
    /// The receive that waits.
    std::optional<std::uint64_t> receiving_;
    /// The queue could not answer: to be asked again a second later.
    bool resting_ = false;
};

}  // namespace tern::native
