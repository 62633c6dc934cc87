#include "broker/engine/sticky_assignment.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>
#include <set>
#include <utility>

#include "broker/base/check.hpp"

namespace tern::engine::assignment {

StickyAssignment::StickyAssignment(const Subscriptions& subscriptions, const PartitionCounts& partitions)
    : wanted_(subscriptions.size()),
      held_(subscriptions.size()),
      loads_(subscriptions.size(), 0) {
    for (const auto& [id, count] : partitions) streams_.push_back({id, std::vector<Place>(count), {}});
    for (std::size_t member = 0; member < subscriptions.size(); ++member) {
        for (const auto id : subscriptions[member]) {
            const auto stream = index_of(id);
            if (!stream) continue;
            wanted_[member].push_back(*stream);
            streams_[*stream].subscribers.push_back(member);
        }
        held_[member].resize(wanted_[member].size(), 0);
    }
}

Shares StickyAssignment::assign(const Shares& previous) {
    keep(previous);
    if (all_want_the_same()) {
        share_by_quota();
    } else {
        fill();
        even_out();
    }
    Shares shares(loads_.size());
    for (const auto& stream : streams_) {
        for (std::uint32_t partition = 0; partition < stream.places.size(); ++partition) {
            const auto owner = stream.places[partition].owner;
            if (owner != nobody) shares[owner].push_back({stream.id, partition});
        }
    }
    return shares;
}

std::optional<std::size_t> StickyAssignment::index_of(std::uint32_t stream) const {
    const auto found = std::lower_bound(streams_.begin(), streams_.end(), stream,
                                        [](const Stream& s, std::uint32_t id) { return s.id < id; });
    if (found == streams_.end() || found->id != stream) return std::nullopt;
    return static_cast<std::size_t>(found - streams_.begin());
}

void StickyAssignment::keep(const Shares& previous) {
    for (std::size_t member = 0; member < previous.size(); ++member) {
        for (const auto& [id, partition] : previous[member]) {
            const auto stream = index_of(id);
            if (!stream || partition >= streams_[*stream].places.size()) continue;
            const auto& wanted = wanted_[member];
            const auto want = std::lower_bound(wanted.begin(), wanted.end(), *stream);
            auto& place = streams_[*stream].places[partition];
            if (want == wanted.end() || *want != *stream || place.owner != nobody) continue;
            place = {member, true};
            ++loads_[member];
            ++held_[member][static_cast<std::size_t>(want - wanted.begin())];
        }
    }
}

bool StickyAssignment::all_want_the_same() const {
    return std::all_of(wanted_.begin(), wanted_.end(), [&](const auto& wanted) { return wanted == wanted_.front(); });
}

void StickyAssignment::share_by_quota() {
    if (wanted_.empty()) return;
    std::size_t partitions = 0;
    for (const auto stream : wanted_.front()) partitions += streams_[stream].places.size();
    // Whoever has most is first to have one more than the others, so that it need not give it away.
    std::vector<std::size_t> order(loads_.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return loads_[a] > loads_[b]; });
    std::vector<std::size_t> room(loads_.size(), partitions / loads_.size());
    for (std::size_t i = 0; i < partitions % loads_.size(); ++i) ++room[order[i]];

    std::vector<Place*> free;
    for (const auto stream : wanted_.front()) {
        for (auto& place : streams_[stream].places) {
            if (place.owner == nobody || room[place.owner] == 0) {
                free.push_back(&place);
            } else {
                --room[place.owner];
            }
        }
    }
    // In turns, so that each stream is spread over the members.
    std::size_t member = 0;
    for (auto* place : free) {
        while (room[member] == 0) member = (member + 1) % room.size();
        place->owner = member;
        --room[member];
        member = (member + 1) % room.size();
    }
}

void StickyAssignment::fill() {
    // Those that few want are given first: later their takers count as having more.
    std::vector<std::size_t> order(streams_.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return streams_[a].subscribers.size() < streams_[b].subscribers.size(); });
    using Candidate = std::pair<std::size_t, std::size_t>;
    for (const auto index : order) {
        auto& stream = streams_[index];
        if (stream.subscribers.empty()) continue;
        std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> candidates;
        for (const auto member : stream.subscribers) candidates.emplace(loads_[member], member);
        for (auto& place : stream.places) {
            if (place.owner != nobody) continue;
            const auto member = candidates.top().second;
            candidates.pop();
            place.owner = member;
            candidates.emplace(++loads_[member], member);
            ++held(member, index);
        }
    }
}

void StickyAssignment::even_out() {
    // Always from who has most: who gave more than it must would later be given what was others'.
    for (bool moved = true; moved;) {
        moved = false;
        std::set<std::pair<std::size_t, std::size_t>, std::greater<>> sources;
        for (std::size_t member = 0; member < loads_.size(); ++member) sources.emplace(loads_[member], member);
        while (!sources.empty()) {
            const auto [load, source] = *sources.begin();
            sources.erase(sources.begin());
            if (load != loads_[source]) {
                sources.emplace(loads_[source], source);
            } else if (give_from(source)) {
                moved = true;
                sources.emplace(loads_[source], source);
            }
        }
    }
}

/// Lets one partition go, hand over hand, to the one that has least of all that can be reached so.
bool StickyAssignment::give_from(std::size_t source) {
    std::vector<Step> steps(loads_.size());
    auto taker = least_reachable(source, steps);
    if (loads_[taker] + 2 > loads_[source]) return false;
    ++loads_[taker];
    --loads_[source];
    while (taker != source) {
        const auto [giver, stream] = steps[taker];
        give(stream, giver, taker);
        taker = giver;
    }
    return true;
}

std::size_t StickyAssignment::least_reachable(std::size_t source, std::vector<Step>& steps) const {
    const auto least_of_all = *std::min_element(loads_.begin(), loads_.end());
    std::vector<bool> asked(streams_.size(), false);
    std::vector<std::size_t> reached{source};
    auto least = source;
    for (std::size_t at = 0; at < reached.size(); ++at) {
        const auto giver = reached[at];
        for (std::size_t want = 0; want < wanted_[giver].size(); ++want) {
            const auto stream = wanted_[giver][want];
            if (held_[giver][want] == 0 || asked[stream]) continue;
            asked[stream] = true;
            for (const auto member : streams_[stream].subscribers) {
                if (member == source || steps[member].giver != nobody) continue;
                steps[member] = {giver, stream};
                reached.push_back(member);
                if (loads_[member] < loads_[least]) least = member;
                if (loads_[least] == least_of_all) return least;
            }
        }
    }
    return least;
}

void StickyAssignment::give(std::size_t stream, std::size_t giver, std::size_t taker) {
    auto& places = streams_[stream].places;
    Place* chosen = nullptr;
    for (auto& place : places)
        if (place.owner == giver && (chosen == nullptr || !place.kept || chosen->kept)) chosen = &place;
    TERN_CHECK(chosen != nullptr);
    *chosen = {taker, false};
    --held(giver, stream);
    ++held(taker, stream);
}

std::uint32_t& StickyAssignment::held(std::size_t member, std::size_t stream) {
    const auto& wanted = wanted_[member];
    const auto want = std::lower_bound(wanted.begin(), wanted.end(), stream);
    TERN_CHECK(want != wanted.end() && *want == stream);
    return held_[member][static_cast<std::size_t>(want - wanted.begin())];
}

}  // namespace tern::engine::assignment
