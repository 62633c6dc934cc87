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
    /// Pushed and not acknowledged, and when the queue hands it out again.
    using InFlight = std::unordered_map<std::string, Timestamp>;

public:
    using Subscription::Subscription;
    /// One entry for each handle of an acknowledgement; empty for one that was not in flight.
    using Settled = std::vector<InFlight::node_type>;
    ~DurableSubscription() override;

    Result<void> begin() override;
    bool proceed() override;
    void on_second_passed(Timestamp now) override;
    void on_own_answer(engine::Answer&& answer) override;

    /// The commands that acknowledge or reject these handles, for the peer's request.
    engine::DeleteMessages acknowledge(const std::vector<std::string_view>& handles) const;
    engine::ChangeVisibility reject(const std::vector<std::string_view>& handles, Milliseconds delay) const;
    /// The peer is done with them: they are in flight no more.
    Settled settle(const std::vector<std::string_view>& handles);
    /// That was refused: these are in flight still.
    void unsettle(Settled&& refused);
    /// Asks for as many as may be in flight.
    void receive_more();

private:
    void push(engine::Answer&& answer);

    InFlight in_flight_;
    /// The receive that waits.
    std::optional<std::uint64_t> receiving_;
    /// The queue could not answer: to be asked again a second later.
    bool resting_ = false;
};

}  // namespace tern::native
