#include "tests/crash/verdict.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "tests/crash/verdict_streams.hpp"

namespace tern::crash {
namespace {

class Judge {
public:
    Judge(const Found& found, const History& history, Position at) : found_(found), history_(history), at_(at) {}

    Findings run() {
        for (const auto& fault : found_.faults) find(Wrong::damaged, fault);
        // What cannot be opened or does not fit together says nothing about single messages.
        if (!found_.faults.empty()) return std::move(findings_);
        for (const auto& [name, queue] : history_.queues) judge_queue(name, queue);
        for (const auto& [name, queue] : found_.queues) note_messages(name, queue);
        for (const auto& [name, message] : history_.messages) judge_message(name, message);
        judge_streams(found_, history_, at_, findings_);
        judge_groups(found_, history_, at_, findings_);
        judge_transactions(found_, history_, at_, findings_);
        judge_topics(found_, history_, at_, findings_);
        return std::move(findings_);
    }

private:
    void find(Wrong wrong, std::string what) { findings_.emplace_back(wrong, std::move(what)); }

    void judge_queue(const std::string& name, const QueueHistory& queue) {
        const auto there = found_.queues.find(name);
        if (there == found_.queues.end()) {
            if (queue.created.surely_before(at_) && !any_perhaps(queue.removals, at_))
                find(Wrong::lost, "queue " + name);
            return;
        }
        if (!queue.created.perhaps_before(at_)) find(Wrong::unexpected, "queue " + name);
        if (any_surely(queue.removals, at_)) find(Wrong::resurrected, "queue " + name);
        const auto hours = possible(queue.visibility, at_);
        if (!hours.contains(there->second.visibility_hours))
            find(Wrong::forgotten, "queue " + name + " has the visibility timeout of " +
                                       std::to_string(there->second.visibility_hours) + " h, not " +
                                       alternatives(hours) + " h");
        judge_order(name, queue, there->second);
    }

    /// Everything that a look shows can be received, each once, and FIFO groups in the order of their sequences.
    void judge_order(const std::string& name, const QueueHistory& queue, const FoundQueue& there) {
        std::map<std::string, const FoundMessage*> shown;
        for (const auto& message : there.messages) shown[name_in(message.body)] = &message;
        std::map<std::string, std::uint64_t> last;
        for (const auto& received : there.received) {
            const auto at = shown.find(received);
            if (at == shown.end()) {
                find(Wrong::unexpected, "message " + received + " is given out twice, or was not shown");
                continue;
            }
            auto& before = last[at->second->group];
            if (queue.fifo && at->second->sequence <= before) find(Wrong::disordered, "message " + received);
            before = at->second->sequence;
            shown.erase(at);
        }
        for (const auto& [left, message] : shown)
            find(Wrong::lost, "message " + left + " of " + name + ": never given out");
    }

    void note_messages(const std::string& queue, const FoundQueue& there) {
        for (const auto& message : there.messages) {
            const auto name = name_in(message.body);
            const auto known = history_.messages.find(name);
            if (known == history_.messages.end() || known->second.queue != queue ||
                known->second.body != message.body) {
                find(Wrong::unexpected, "message " + name + " in queue " + queue + " is not as it was sent");
            } else if (!there_.emplace(name, &message).second) {
                find(Wrong::unexpected, "message " + name + " is there twice");
            }
        }
    }

    /// Purges and removals of its queue that were asked for after it was acknowledged surely took it along; others may
    /// have.
    bool surely_removed(const SentMessage& message, const QueueHistory& queue) const {
        const auto took = [&](const Span& span) {
            return span.surely_before(at_) && span.requested > message.sent.acknowledged;
        };
        return any_surely(message.deletes, at_) || std::ranges::any_of(queue.purges, took) ||
               std::ranges::any_of(queue.removals, took);
    }
    bool perhaps_removed(const SentMessage& message, const QueueHistory& queue) const {
        return any_perhaps(message.deletes, at_) || any_perhaps(queue.purges, at_) || any_perhaps(queue.removals, at_);
    }

    void judge_message(const std::string& name, const SentMessage& message) {
        const auto& queue = history_.queues.at(message.queue);
        const auto at = there_.find(name);
        if (at == there_.end()) {
            if (message.sent.surely_before(at_) && !perhaps_removed(message, queue))
                find(Wrong::lost, "message " + name + " of queue " + message.queue);
            return;
        }
        const auto& there = *at->second;
        if (!message.sent.perhaps_before(at_)) find(Wrong::unexpected, "message " + name + " was not sent yet");
        if (surely_removed(message, queue)) find(Wrong::resurrected, "message " + name);
        if (message.sent.surely_before(at_) && message.sequence != there.sequence)
            find(Wrong::disordered, "message " + name + " has another sequence than its sender was told");
        judge_receives(name, message, there);
    }

    void judge_receives(const std::string& name, const SentMessage& message, const FoundMessage& there) {
        const auto before = [&](auto when) {
            return static_cast<std::uint32_t>(std::ranges::count_if(message.receives, when));
        };
        const auto least = before([&](const Span& span) { return span.surely_before(at_); });
        const auto most = before([&](const Span& span) { return span.perhaps_before(at_); });
        if (there.receive_count < least || there.receive_count > most)
            find(Wrong::forgotten, "message " + name + " counts " + std::to_string(there.receive_count) +
                                       " receives, not " + std::to_string(least) + " to " + std::to_string(most));
        const auto hours = possible(message.visibility, at_);
        if (!hours.contains(there.hours))
            find(Wrong::forgotten, "message " + name + " is out of sight for " + std::to_string(there.hours) +
                                       " h, not " + alternatives(hours) + " h");
    }

    const Found& found_;
    const History& history_;
    Position at_;
    std::map<std::string, const FoundMessage*> there_;
    Findings findings_;
};

}  // namespace

const char* name_of(Wrong wrong) {
    switch (wrong) {
        case Wrong::damaged: return "damaged";
        case Wrong::lost: return "lost";
        case Wrong::resurrected: return "resurrected";
        case Wrong::unexpected: return "unexpected";
        case Wrong::disordered: return "disordered";
        case Wrong::forgotten: return "forgotten";
        case Wrong::repeated: return "repeated";
        case Wrong::torn: return "torn";
        case Wrong::vanished: return "vanished";
    }
    return "";
}

Findings judge(const Found& found, const History& history, Position at) {
    return Judge(found, history, at).run();
}

}  // namespace tern::crash
