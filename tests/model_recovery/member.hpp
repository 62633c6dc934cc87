#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/random_source.hpp"
#include "tests/model_recovery/peer_session.hpp"

namespace tern::recovery_model {

/// What the members of one durable subscription were given and have acknowledged.
struct Deliveries {
    std::set<std::string> given;
    /// Somebody has asked for it; the answer may be lost.
    std::set<std::string> attempted;
    std::set<std::string> acknowledged;
    /// Time has run ahead: what somebody holds may have come to another, too.
    bool patience_is_over = false;
};

struct MemberOptions {
    std::uint32_t in_flight_max = 3;
    Milliseconds ack_wait{};
    /// Nothing comes again because it was held for too long: then it can be told who holds what.
    bool patient = false;
};

/// One of those who subscribe under the same name: pushed up to so many publications, which it acknowledges, or not.
class Member final : public PeerSession {
public:
    Member(RecoveryBroker& broker, Deliveries& deliveries, Tally& tally, std::uint64_t number, Wanted wanted,
           MemberOptions options)
        : PeerSession(broker, number),
          deliveries_(deliveries),
          tally_(tally),
          wanted_(std::move(wanted)),
          options_(options) {}
    ~Member() override { disconnect(); }

    void connect();
    /// Some of what it holds.
    void acknowledge(SeededRandom& random, std::size_t count);
    void reject(SeededRandom& random);

private:
    struct Held {
        std::string data;
        std::string handle;
    };

    void see(const std::string& line) override;
    void on_asked_answer(const engine::Answer& answer) override;
    void on_disconnected() override;
    Held take(SeededRandom& random);
    native::DurableSubscription* subscription();

    Deliveries& deliveries_;
    Tally& tally_;
    const Wanted wanted_;
    const MemberOptions options_;
    std::vector<Held> held_;
    /// Not answered; the oldest first.
    std::deque<std::vector<std::string>> acknowledging_;
    /// Commands point to them.
    std::deque<std::string> handles_;
};

}  // namespace tern::recovery_model
