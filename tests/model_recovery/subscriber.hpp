#pragma once

#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/model_recovery/peer_session.hpp"

namespace tern::recovery_model {

/// Subscribes, and when it has lost its connection goes on where it was. It must see each publication that it wants
/// once, in order, or in a gap that it is told.
class Subscriber final : public PeerSession {
public:
    Subscriber(RecoveryBroker& broker, const Truth& truth, Tally& tally, std::uint64_t number, Wanted wanted,
               native::StartPosition start, std::optional<native::SlowPolicy> slow_policy)
        : PeerSession(broker, number),
          truth_(truth),
          tally_(tally),
          wanted_(std::move(wanted)),
          start_(std::move(start)),
          slow_policy_(slow_policy) {}
    ~Subscriber() override { disconnect(); }

    void connect();
    /// Its topic was deleted: it is to connect anew.
    bool ended() const { return ended_; }
    /// It is connected, and has read all that there is of the topic, whose epoch is this.
    void check_level(const std::string& epoch) const;
    /// A power cut takes nothing back that somebody has seen: no offset means two things.
    void check_seen() const;

private:
    void see(const std::string& line) override;
    void see_subscribed(std::istringstream& words);
    void see_publication(std::istringstream& words);
    void see_gap(std::istringstream& words);
    void require_nothing(std::uint64_t from, std::uint64_t to, const char* where) const;

    const Truth& truth_;
    Tally& tally_;
    const Wanted wanted_;
    const native::StartPosition start_;
    const std::optional<native::SlowPolicy> slow_policy_;
    bool ended_ = false;
    /// What it has seen up to, in this epoch; it keeps both when it loses its connection.
    std::optional<std::uint64_t> next_;
    std::string epoch_;
    struct Seen {
        std::string epoch;
        std::uint64_t offset = 0;
        std::string subject;
        std::string data;
    };
    std::vector<Seen> seen_;
};

}  // namespace tern::recovery_model
