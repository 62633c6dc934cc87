#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/time.hpp"
#include "broker/runtime/presence_change.hpp"

namespace tern::runtime {

/// What changed on several topics.
using PresenceChanges = std::vector<std::pair<std::uint32_t, PresenceChange>>;

/// Who is on which topic, by how many connections. Changes are told together, a little later; a connection that was
/// lost counts for a while longer, so that a reconnect is no leaving and joining. Time never goes back.
class PresenceBook {
public:
    static constexpr Milliseconds grace{5'000};
    static constexpr Milliseconds interval{200};

    /// One more connection of the member, which takes the place of one that was lost. The state is that of all its
    /// connections.
    void enter(std::uint32_t topic, const std::string& member, const std::string& state, Timestamp now);
    /// The member is there.
    void set_state(std::uint32_t topic, const std::string& member, const std::string& state, Timestamp now);
    /// One of the member's connections has left for good.
    void leave(std::uint32_t topic, const std::string& member, Timestamp now);
    /// One of them was lost, and may come back.
    void lose(std::uint32_t topic, const std::string& member, Timestamp now);
    /// The topic is gone.
    void forget(std::uint32_t topic);

    /// In the order of their names, up to so many. Whoever is in a list is told to have left when they have, even if
    /// they were not told to have joined.
    std::vector<PresenceMember> members(std::uint32_t topic, std::size_t members_max);
    std::size_t count(std::uint32_t topic) const;
    std::size_t count() const { return count_; }

    /// What is to be told by now.
    PresenceChanges take_due(Timestamp now);
    std::optional<Timestamp> next_deadline() const;

private:
    struct Member {
        std::string state;
        Timestamp joined_at;
        std::uint32_t connected = 0;
        /// When those that were lost no longer count, the first first.
        std::deque<Timestamp> lost{};
        std::uint32_t connections_told = 0;
        bool state_changed = false;
        /// Somebody was given a list with what was not told yet, and may be told nothing of it later.
        bool listed = false;

        std::uint32_t connections() const { return connected + static_cast<std::uint32_t>(lost.size()); }
    };
    struct Topic {
        std::map<std::string, Member> members;
        std::set<std::string> changed;
        std::size_t present = 0;
    };
    struct Lost {
        Timestamp until;
        std::uint32_t topic;
        std::string member;
    };

    Member* find(std::uint32_t topic, const std::string& member);
    void remove_connection(std::uint32_t topic, const std::string& member, bool was_lost, Timestamp now);
    void mark_changed(std::uint32_t topic, Topic& at, const std::string& member, Timestamp now);
    void end_graces(Timestamp now);
    PresenceChange take_change(Topic& topic);
    static PresenceMember shown(const std::string& name, const Member& member);

    std::map<std::uint32_t, Topic> topics_;
    std::size_t count_ = 0;
    /// In the order of time, since all wait equally long.
    std::deque<Lost> lost_;
    std::deque<std::pair<Timestamp, std::uint32_t>> due_;
};

}  // namespace tern::runtime
