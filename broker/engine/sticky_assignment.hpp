#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "broker/engine/group_assignment.hpp"

namespace tern::engine::assignment {

/// The strategy cooperative_sticky at work: keeps what may be kept, gives the rest to those who have least, and then
/// moves one partition at a time from those who have most, until that would make nothing more even.
class StickyAssignment {
public:
    StickyAssignment(const Subscriptions& subscriptions, const PartitionCounts& partitions);

    Shares assign(const Shares& previous);

private:
    static constexpr std::size_t nobody = static_cast<std::size_t>(-1);

    struct Place {
        std::size_t owner = nobody;
        /// It was there before: better moves another.
        bool kept = false;
    };
    struct Stream {
        std::uint32_t id = 0;
        std::vector<Place> places;
        /// Members, ascending.
        std::vector<std::size_t> subscribers;
    };
    /// How a member was reached from another: somebody has a partition of this stream to give.
    struct Step {
        std::size_t giver = nobody;
        std::size_t stream = 0;
    };

    std::optional<std::size_t> index_of(std::uint32_t stream) const;
    void keep(const Shares& previous);
    bool all_want_the_same() const;

    /// Where all want the same, everybody's number is known beforehand, and nothing moves twice.
    void share_by_quota();
    void fill();
    void even_out();
    bool give_from(std::size_t source);
    std::size_t least_reachable(std::size_t source, std::vector<Step>& steps) const;
    void give(std::size_t stream, std::size_t giver, std::size_t taker);
    std::uint32_t& held(std::size_t member, std::size_t stream);

    std::vector<Stream> streams_;
    /// Of each member: its streams' places in streams_, and how many partitions of each it has.
    std::vector<std::vector<std::size_t>> wanted_;
    std::vector<std::vector<std::uint32_t>> held_;
    std::vector<std::size_t> loads_;
};

}  // namespace tern::engine::assignment
