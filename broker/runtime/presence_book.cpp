#include "broker/runtime/presence_book.hpp"

#include <algorithm>

namespace tern::runtime {

PresenceBook::Member* PresenceBook::find(std::uint32_t topic, const std::string& member) {
    const auto at = topics_.find(topic);
    if (at == topics_.end()) return nullptr;
    const auto found = at->second.members.find(member);
    return found == at->second.members.end() ? nullptr : &found->second;
}

void PresenceBook::mark_changed(std::uint32_t topic, Topic& at, const std::string& member, Timestamp now) {
    if (at.changed.empty()) due_.emplace_back(now + interval, topic);
    at.changed.insert(member);
}

void PresenceBook::enter(std::uint32_t topic, const std::string& member, const std::string& state, Timestamp now) {
    auto& at = topics_[topic];
    auto& entry = at.members[member];
    if (entry.connections() == 0) {
        entry.joined_at = now;
        ++at.present;
        ++count_;
    }
    ++entry.connected;
    if (!entry.lost.empty()) entry.lost.pop_front();
    if (entry.state != state) entry.state_changed = true;
    entry.state = state;
    mark_changed(topic, at, member, now);
}

void PresenceBook::set_state(std::uint32_t topic, const std::string& member, const std::string& state, Timestamp now) {
    auto* entry = find(topic, member);
    if (!entry || entry->state == state) return;
    entry->state = state;
    entry->state_changed = true;
    mark_changed(topic, topics_.at(topic), member, now);
}

void PresenceBook::remove_connection(std::uint32_t topic, const std::string& member, bool was_lost, Timestamp now) {
    auto* entry = find(topic, member);
    if (!entry) return;
    if (was_lost) {
        entry->lost.pop_front();
    } else {
        --entry->connected;
    }
    auto& at = topics_.at(topic);
    if (entry->connections() == 0) {
        --at.present;
        --count_;
    }
    mark_changed(topic, at, member, now);
}

void PresenceBook::leave(std::uint32_t topic, const std::string& member, Timestamp now) {
    remove_connection(topic, member, false, now);
}

void PresenceBook::lose(std::uint32_t topic, const std::string& member, Timestamp now) {
    auto* entry = find(topic, member);
    if (!entry) return;
    --entry->connected;
    entry->lost.push_back(now + grace);
    lost_.push_back({now + grace, topic, member});
}

void PresenceBook::forget(std::uint32_t topic) {
    const auto found = topics_.find(topic);
    if (found == topics_.end()) return;
    count_ -= found->second.present;
    topics_.erase(found);
}

PresenceMember PresenceBook::shown(const std::string& name, const Member& member) {
    return {name, member.state, member.connections(), member.joined_at};
}

std::vector<PresenceMember> PresenceBook::members(std::uint32_t topic, std::size_t members_max) {
    std::vector<PresenceMember> members;
    const auto at = topics_.find(topic);
    if (at == topics_.end()) return members;
    for (auto& [name, member] : at->second.members) {
        if (members.size() == members_max) break;
        if (member.connections() == 0) continue;
        members.push_back(shown(name, member));
        member.listed = member.listed || member.connections_told != member.connections();
    }
    return members;
}

std::size_t PresenceBook::count(std::uint32_t topic) const {
    const auto at = topics_.find(topic);
    return at == topics_.end() ? 0 : at->second.present;
}

/// A connection that came back has taken the place of the one that was lost first.
void PresenceBook::end_graces(Timestamp now) {
    while (!lost_.empty() && lost_.front().until <= now) {
        const auto lost = std::move(lost_.front());
        lost_.pop_front();
        const auto* entry = find(lost.topic, lost.member);
        if (!entry || entry->lost.empty() || entry->lost.front() > now) continue;
        remove_connection(lost.topic, lost.member, true, now);
    }
}

PresenceChange PresenceBook::take_change(Topic& topic) {
    PresenceChange change;
    for (const auto& name : topic.changed) {
        const auto found = topic.members.find(name);
        auto& member = found->second;
        const auto connections = member.connections();
        if (connections == 0) {
            if (member.connections_told > 0 || member.listed) change.left.push_back(name);
            topic.members.erase(found);
            continue;
        }
        if (member.connections_told == 0) {
            change.joined.push_back(shown(name, member));
        } else if (member.state_changed || member.listed || member.connections_told != connections) {
            change.updated.push_back(shown(name, member));
        }
        member.connections_told = connections;
        member.state_changed = false;
        member.listed = false;
    }
    topic.changed.clear();
    return change;
}

PresenceChanges PresenceBook::take_due(Timestamp now) {
    end_graces(now);
    PresenceChanges changes;
    while (!due_.empty() && due_.front().first <= now) {
        const auto topic = due_.front().second;
        due_.pop_front();
        const auto at = topics_.find(topic);
        if (at == topics_.end()) continue;
        auto change = take_change(at->second);
        if (at->second.members.empty()) topics_.erase(at);
        if (!change.empty()) changes.emplace_back(topic, std::move(change));
    }
    return changes;
}

std::optional<Timestamp> PresenceBook::next_deadline() const {
    if (due_.empty() && lost_.empty()) return std::nullopt;
    if (due_.empty()) return lost_.front().until;
    if (lost_.empty()) return due_.front().first;
    return std::min(due_.front().first, lost_.front().until);
}

}  // namespace tern::runtime
