#include "tests/crash/verdict_streams.hpp"

#include <algorithm>
#include <exception>
#include <map>

#include "tests/crash/test_batches.hpp"

namespace tern::crash {
namespace {

/// A batch is called after the value of its first record.
std::string name_of_batch(std::string_view content) {
    try {
        return "batch " + name_in(records_in(std::string(sizeof(std::int64_t), '\0').append(content)).at(0).value);
    } catch (const std::exception& damage) {
        return std::string("batch without a name: ") + damage.what();
    }
}

class StreamJudge {
public:
    StreamJudge(const Found& found, const History& history, Position at, Findings& findings)
        : found_(found),
          history_(history),
          at_(at),
          findings_(findings) {}

    void run() {
        for (const auto& [name, stream] : history_.streams) judge_stream(name, stream);
        for (const auto& [content, batch] : history_.batches) judge_batch(content, batch);
    }

private:
    void find(Wrong wrong, std::string what) { findings_.emplace_back(wrong, std::move(what)); }

    void judge_stream(const std::string& name, const StreamHistory& stream) {
        const auto there = found_.streams.find(name);
        if (there == found_.streams.end()) {
            if (stream.created.surely_before(at_) && !any_perhaps(stream.removals, at_))
                find(Wrong::lost, "stream " + name);
            return;
        }
        if (!stream.created.perhaps_before(at_)) find(Wrong::unexpected, "stream " + name);
        if (any_surely(stream.removals, at_)) find(Wrong::resurrected, "stream " + name);
        if (there->second.size() != stream.partitions)
            find(Wrong::unexpected, "stream " + name + " has " + std::to_string(there->second.size()) + " partitions");
        for (std::uint32_t i = 0; i < there->second.size(); ++i) {
            const PartitionKey key{name, i};
            judge_offsets(key, there->second[i]);
            judge_batches(key, there->second[i]);
            const auto noted = history_.partitions.find(key);
            if (noted == history_.partitions.end()) continue;
            judge_start(key, noted->second, there->second[i]);
            judge_shown(key, noted->second, there->second[i]);
        }
    }

    /// From the start to the end without a gap, the first batch perhaps beginning earlier.
    void judge_offsets(const PartitionKey& key, const FoundPartition& there) {
        auto next = there.start_offset;
        for (const auto& batch : there.batches) {
            const bool follows =
                &batch == &there.batches.front() ? batch.base_offset <= next : batch.base_offset == next;
            if (!follows || batch.next_offset <= next)
                find(Wrong::disordered, text_of(key) + " has a gap at offset " + std::to_string(next));
            next = batch.next_offset;
        }
        if (next != there.end_offset)
            find(Wrong::disordered, text_of(key) + " has records up to offset " + std::to_string(next) + ", not to " +
                                        std::to_string(there.end_offset));
    }

    /// Each of them was sent, once, and those of one producer come in its order.
    void judge_batches(const PartitionKey& key, const FoundPartition& there) {
        std::map<std::int64_t, std::int32_t> sequences;
        for (const auto& batch : there.batches) {
            const auto known = history_.batches.find(batch.content);
            if (known == history_.batches.end() || known->second.partition != key) {
                find(Wrong::unexpected,
                     name_of_batch(batch.content) + " in " + text_of(key) + " is not as it was sent");
                continue;
            }
            const auto& sent = known->second;
            if (std::ranges::none_of(sent.attempts, [&](const auto& one) { return one.span.perhaps_before(at_); }))
                find(Wrong::unexpected, name_of_batch(batch.content) + " was not sent yet");
            if (!there_.emplace(batch.content, &batch).second)
                find(Wrong::repeated, name_of_batch(batch.content) + " is there twice");
            if (sent.producer.id < 0) continue;
            const auto [expected, first] = sequences.emplace(sent.producer.id, sent.producer.sequence);
            if (!first && expected->second != sent.producer.sequence)
                find(Wrong::disordered, name_of_batch(batch.content) + " does not follow its producer's one before");
            expected->second = sent.producer.sequence + static_cast<std::int32_t>(sent.records);
        }
    }

    void judge_start(const PartitionKey& key, const PartitionHistory& partition, const FoundPartition& there) {
        std::uint64_t surely = 0;
        std::uint64_t perhaps = 0;
        for (const auto& truncation : partition.truncations) {
            const auto before = static_cast<std::uint64_t>(truncation.value);
            if (truncation.span.surely_before(at_)) surely = std::max(surely, before);
            if (truncation.span.perhaps_before(at_)) perhaps = std::max(perhaps, before);
        }
        const auto begins = text_of(key) + " begins at offset " + std::to_string(there.start_offset);
        if (there.start_offset < surely) find(Wrong::resurrected, begins + ", not at " + std::to_string(surely));
        if (there.start_offset > perhaps) find(Wrong::lost, begins + ", not at " + std::to_string(perhaps));
    }

    /// What a fetch has shown to a consumer may not be undone.
    void judge_shown(const PartitionKey& key, const PartitionHistory& partition, const FoundPartition& there) {
        for (const auto& [position, end] : partition.ends) {
            if (position < at_ && there.end_offset < end)
                find(Wrong::vanished, text_of(key) + " ends at offset " + std::to_string(there.end_offset) +
                                          ", and a fetch was told " + std::to_string(end));
        }
        for (const auto& [base_offset, shown] : partition.shown) {
            if (shown.first >= at_ || shown.next_offset <= there.start_offset) continue;
            const auto same = std::ranges::lower_bound(there.batches, base_offset, {}, &FoundBatch::base_offset);
            if (same == there.batches.end() || same->base_offset != base_offset || same->content != shown.content)
                find(Wrong::vanished,
                     name_of_batch(shown.content) + " of " + text_of(key) + ", which a fetch has shown");
        }
    }

    void judge_batch(std::string_view content, const SentBatch& batch) {
        const auto& stream = history_.streams.at(batch.partition.stream);
        const auto* partition = find_partition(found_, batch.partition);
        const auto there = there_.find(content);
        for (const auto& attempt : batch.attempts) {
            if (!attempt.span.surely_before(at_)) continue;
            if (there != there_.end()) {
                if (there->second->base_offset != attempt.base_offset)
                    find(Wrong::disordered, name_of_batch(content) + " has another offset than its producer was told");
                continue;
            }
            // A stream that is gone, rightly or not, took its records along.
            if (!partition || any_perhaps(stream.removals, at_)) continue;
            if (attempt.base_offset.value_or(0) + batch.records > partition->start_offset)
                find(Wrong::lost, name_of_batch(content) + " of " + text_of(batch.partition));
            break;
        }
    }

    const Found& found_;
    const History& history_;
    Position at_;
    Findings& findings_;
    std::map<std::string_view, const FoundBatch*> there_;
};

}  // namespace

const FoundPartition* find_partition(const Found& found, const PartitionKey& key) {
    const auto stream = found.streams.find(key.stream);
    if (stream == found.streams.end() || key.partition >= stream->second.size()) return nullptr;
    return &stream->second[key.partition];
}

void judge_streams(const Found& found, const History& history, Position at, Findings& findings) {
    StreamJudge(found, history, at, findings).run();
}

}  // namespace tern::crash
