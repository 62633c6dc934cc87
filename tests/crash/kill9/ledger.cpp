#include "tests/crash/kill9/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tests/crash/kill9/findings.hpp"
#include "tests/crash/names.hpp"

namespace tern::crash {
namespace {

/// The broker counts in whole milliseconds, and begins with the wall clock after a restart.
constexpr std::chrono::milliseconds clock_tolerance{20};

}  // namespace

std::string Ledger::new_message(const std::string& queue, const std::string& group, std::size_t filler_bytes) {
    const std::lock_guard lock(mutex_);
    auto name = fmt::format("m{}", balance_.attempts++);
    auto body = name + '|' + std::string(filler_bytes, static_cast<char>('a' + balance_.attempts % 26));
    Message message;
    message.queue = queue;
    message.group = group;
    message.body = body;
    if (!group.empty()) {
        auto& members = groups_[group].messages;
        message.order = members.size();
        members.push_back(name);
    }
    messages_.emplace(std::move(name), std::move(message));
    return body;
}

Ledger::Message* Ledger::find(std::string_view body) {
    const auto at = messages_.find(name_in(body));
    return at == messages_.end() || at->second.body != body ? nullptr : &at->second;
}

void Ledger::finding(std::size_t& counter, std::string sentence) {
    ++counter;
    if (findings_.size() < findings_max) findings_.push_back(std::move(sentence));
}

void Ledger::acknowledged(std::string_view body) {
    const std::lock_guard lock(mutex_);
    find(body)->acknowledged = true;
    ++balance_.acknowledged;
}

void Ledger::received(const std::string& queue, const std::vector<Delivery>& deliveries, Moment asked,
                      Moment answered) {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < deliveries.size(); ++i) {
        ++balance_.received;
        auto* message = find(deliveries[i].body);
        if (!message || message->queue != queue) {
            finding(balance_.unexpected,
                    fmt::format("{} in {} is not what was sent", name_in(deliveries[i].body), queue));
            continue;
        }
        check_delivery(*message, asked, answered);
        if (!message->group.empty())
            check_order(*message, deliveries[i],
                        {deliveries.begin(), deliveries.begin() + static_cast<std::ptrdiff_t>(i)});
    }
}

void Ledger::check_delivery(Message& message, Moment asked, Moment answered) {
    const auto name = name_in(message.body);
    if (message.delete_acknowledged && asked > *message.delete_acknowledged)
        finding(balance_.resurrected, fmt::format("{} came back after its delete was acknowledged", name));
    // The earlier receive happened after it was asked for, this one before it was answered.
    if (message.last_asked && answered + clock_tolerance < *message.last_asked + visibility_)
        finding(balance_.held_twice, fmt::format("{} was given to two within its visibility timeout", name));
    message.last_asked = asked;
    if (message.deliveries++ == 1) ++balance_.duplicated;
    if (draining_) message.drained = true;
}

/// A message of a group is given out only when those before it are deleted, or together with them.
void Ledger::check_order(const Message& message, const Delivery& delivery, const std::vector<Delivery>& before) {
    auto& group = groups_[message.group];
    for (std::uint64_t place = 0; place < message.order; ++place) {
        const auto& earlier = messages_.find(group.messages[place])->second;
        const bool together = std::ranges::any_of(before, [&](const Delivery& d) { return d.body == earlier.body; });
        if (!earlier.acknowledged || earlier.delete_asked || together) continue;
        finding(balance_.disordered, fmt::format("{} of group {} came before {}", name_in(message.body), message.group,
                                                 group.messages[place]));
        break;
    }
    group.sequences[message.order] = delivery.sequence;
    const auto at = group.sequences.find(message.order);
    const auto next = std::next(at);
    const bool grows = (at == group.sequences.begin() || std::prev(at)->second < at->second) &&
                       (next == group.sequences.end() || at->second < next->second);
    if (!grows) finding(balance_.disordered, fmt::format("{} has a sequence out of order", name_in(message.body)));
}

void Ledger::delete_asked(std::string_view body) {
    const std::lock_guard lock(mutex_);
    if (auto* message = find(body)) message->delete_asked = true;
}

void Ledger::delete_acknowledged(std::string_view body, Moment at) {
    const std::lock_guard lock(mutex_);
    auto* message = find(body);
    if (!message) return;
    if (!message->delete_acknowledged) ++balance_.deleted;
    message->delete_acknowledged = at;
}

void Ledger::begin_drain() {
    const std::lock_guard lock(mutex_);
    // What nobody asked to delete must be there now; what the drain itself deletes was there.
    draining_ = true;
    for (auto& [name, message] : messages_) message.drained = message.delete_asked;
}

Balance Ledger::balance() const {
    const std::lock_guard lock(mutex_);
    auto balance = balance_;
    for (const auto& [name, message] : messages_) {
        if (message.acknowledged && !message.drained) ++balance.lost;
        if (!message.acknowledged && message.deliveries > 0) ++balance.recovered;
    }
    return balance;
}

std::vector<std::string> Ledger::findings() const {
    const std::lock_guard lock(mutex_);
    auto sentences = findings_;
    for (const auto& [name, message] : messages_) {
        if (!message.acknowledged || message.drained || sentences.size() >= findings_max) continue;
        sentences.push_back(fmt::format("{} of {} was acknowledged and is gone", name, message.queue));
    }
    return sentences;
}

}  // namespace tern::crash
