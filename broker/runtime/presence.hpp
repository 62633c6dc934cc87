#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/time.hpp"
#include "broker/runtime/metrics.hpp"
#include "broker/runtime/presence_book.hpp"

namespace tern::runtime {

/// The presence of all topics, shared by the I/O threads. In memory only: after a restart of the broker its clients
/// connect again, and are there again. From any thread.
class Presence {
public:
    using Listener = std::function<void(std::shared_ptr<const PresenceChanges>)>;

    /// `members` shows how many there are, on all topics.
    explicit Presence(Counter& members) : members_(members) {}

    /// Called with what is to be told, in order, while others wait: it hands the changes on. Before anything happens.
    void add_listener(Listener listener) { listeners_.push_back(std::move(listener)); }

    /// As those of PresenceBook. Whoever changes something calls tell_due at next_deadline.
    void enter(std::uint32_t topic, const std::string& member, const std::string& state, Timestamp now) {
        const std::lock_guard lock(mutex_);
        book_.enter(topic, member, state, now);
        members_.set(book_.count());
    }
    void set_state(std::uint32_t topic, const std::string& member, const std::string& state, Timestamp now) {
        const std::lock_guard lock(mutex_);
        book_.set_state(topic, member, state, now);
    }
    void leave(std::uint32_t topic, const std::string& member, Timestamp now) {
        const std::lock_guard lock(mutex_);
        book_.leave(topic, member, now);
        members_.set(book_.count());
    }
    void lose(std::uint32_t topic, const std::string& member, Timestamp now) {
        const std::lock_guard lock(mutex_);
        book_.lose(topic, member, now);
    }
    void forget(std::uint32_t topic) {
        const std::lock_guard lock(mutex_);
        book_.forget(topic);
        members_.set(book_.count());
    }
    std::vector<PresenceMember> members(std::uint32_t topic, std::size_t members_max) {
        const std::lock_guard lock(mutex_);
        return book_.members(topic, members_max);
    }
    std::size_t count(std::uint32_t topic) const {
        const std::lock_guard lock(mutex_);
        return book_.count(topic);
    }
    std::optional<Timestamp> next_deadline() const {
        const std::lock_guard lock(mutex_);
        return book_.next_deadline();
    }
    void tell_due(Timestamp now) {
        // Told while locked: what two threads take must not overtake each other.
        const std::lock_guard lock(mutex_);
        auto changes = book_.take_due(now);
        members_.set(book_.count());
        if (changes.empty()) return;
        const auto shared = std::make_shared<const PresenceChanges>(std::move(changes));
        for (const auto& listener : listeners_) listener(shared);
    }

private:
    Counter& members_;
    mutable std::mutex mutex_;
    PresenceBook book_;
    std::vector<Listener> listeners_;
};

}  // namespace tern::runtime
