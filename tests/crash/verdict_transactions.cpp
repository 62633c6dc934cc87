#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include "tests/crash/verdict_streams.hpp"

namespace tern::crash {
namespace {

/// What an image says of a part of a transaction: it was done, or it was not; nothing, when other commands that may
/// have happened would have left the same.
using Evidence = std::optional<bool>;

class TransactionJudge {
public:
    TransactionJudge(const Found& found, const History& history, Position at)
        : found_(found),
          history_(history),
          at_(at) {
        for (const auto& [name, queue] : found.queues)
            for (const auto& message : queue.messages) messages_.insert(name_in(message.body));
        for (const auto& [name, partitions] : found.streams)
            for (const auto& partition : partitions)
                for (const auto& batch : partition.batches) batches_.insert(batch.content);
    }

    void run(Findings& findings) {
        for (const auto& transaction : history_.transactions) {
            if (!transaction.span.perhaps_before(at_)) continue;
            done_ = undone_ = {};
            for (const auto& name : transaction.deletes) note("delete of " + name, of_delete(name));
            for (const auto& name : transaction.sends) note("send of " + name, of_send(name));
            for (const auto& content : transaction.appends) note("append", of_append(content));
            for (const auto& [key, value] : transaction.commits)
                note("commit of " + std::to_string(value) + " by " + key.group,
                     of_commit(key, value, transaction.span));
            if (!done_.empty() && !undone_.empty())
                findings.emplace_back(Wrong::torn,
                                      "a transaction holds by half: " + done_ + " yes, " + undone_ + " no");
        }
    }

private:
    void note(std::string part, Evidence evidence) {
        if (evidence) (*evidence ? done_ : undone_) = std::move(part);
    }

    /// Its message may be gone since the queue was emptied.
    bool perhaps_emptied(const SentMessage& message) const {
        const auto& queue = history_.queues.at(message.queue);
        return any_perhaps(queue.purges, at_) || any_perhaps(queue.removals, at_);
    }

    Evidence of_delete(const std::string& name) const {
        if (messages_.contains(name)) return false;
        const auto& message = history_.messages.at(name);
        const bool by_others = message.deletes.size() > 1 || perhaps_emptied(message);
        return by_others ? Evidence() : true;
    }

    Evidence of_send(const std::string& name) const {
        if (messages_.contains(name)) return true;
        const auto& message = history_.messages.at(name);
        const bool removed = any_perhaps(message.deletes, at_) || perhaps_emptied(message);
        return removed ? Evidence() : false;
    }

    Evidence of_append(const std::string& content) const {
        if (batches_.contains(content)) return true;
        const auto& batch = history_.batches.find(content)->second;
        const auto* partition = find_partition(found_, batch.partition);
        if (!partition) return {};
        const auto base_offset = batch.attempts.front().base_offset;
        // Where it was not told to be, it may lie below the start.
        const bool truncated = partition->start_offset > base_offset.value_or(0);
        return truncated ? Evidence() : false;
    }

    Evidence of_commit(const OffsetKey& key, std::int64_t value, const Span& span) const {
        const auto& commits = history_.offsets.at(key);
        const auto there = found_.offsets.find(key);
        if (there != found_.offsets.end() && there->second == value) {
            const auto same = std::ranges::count(commits, value, &Setting::value);
            return same > 1 ? Evidence() : true;
        }
        const bool replaced = std::ranges::any_of(commits, [&](const Setting& other) {
            return other.value != value && other.span.perhaps_before(at_) &&
                   (other.span.acknowledged == never || other.span.acknowledged > span.requested);
        });
        return replaced ? Evidence() : false;
    }

    const Found& found_;
    const History& history_;
    Position at_;
    std::set<std::string, std::less<>> messages_;
    std::set<std::string_view> batches_;
    /// A part of the transaction at hand that was done, and one that was not.
    std::string done_;
    std::string undone_;
};

}  // namespace

void judge_transactions(const Found& found, const History& history, Position at, Findings& findings) {
    if (!history.transactions.empty()) TransactionJudge(found, history, at).run(findings);
}

}  // namespace tern::crash
