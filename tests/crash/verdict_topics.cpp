#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "tests/crash/names.hpp"
#include "tests/crash/verdict_streams.hpp"

namespace tern::crash {
namespace {

/// Looks at one topic.
class TopicVerdict {
public:
    TopicVerdict(const std::string& name, const FoundTopic& found, const History& history, Position at,
                 Findings& findings)
        : name_(name),
          found_(found),
          known_(history.topics.at(name)),
          history_(history),
          at_(at),
          findings_(findings) {}

    void run() {
        judge_found();
        for (const auto& [name, publication] : history_.publications)
            if (publication.topic == name_) judge_sent(name, publication);
        judge_shown();
        if (known_.retained) judge_values();
        for (const auto& [queue, since] : known_.queues) judge_queue(queue, since);
        if (known_.durable) judge_durable(*known_.durable);
    }

private:
    void find(Wrong wrong, std::string sentence) { findings_.emplace_back(wrong, std::move(sentence)); }

    void judge_found() {
        const bool cut = known_.kept_max > 0 && found_.end_offset > known_.kept_max;
        if (found_.start_offset != (cut ? found_.end_offset - known_.kept_max : 0))
            find(Wrong::disordered, name_ + " keeps publications " + std::to_string(found_.start_offset) + " to " +
                                        std::to_string(found_.end_offset));
        auto expected = found_.start_offset;
        for (const auto& each : found_.publications) {
            const auto name = name_in(each.data);
            if (each.offset != expected++)
                find(Wrong::disordered, "publication " + name + " is at " + std::to_string(each.offset));
            if (!offsets_.emplace(name, each.offset).second) find(Wrong::repeated, "publication " + name);
            const auto sent = history_.publications.find(name);
            if (sent == history_.publications.end() || sent->second.topic != name_)
                find(Wrong::unexpected, "publication " + name + " was not published");
            else if (sent->second.data != each.data || sent->second.subject != each.subject)
                find(Wrong::unexpected, "publication " + name + " is not as it was published");
        }
        if (expected != found_.end_offset)
            find(Wrong::disordered,
                 name_ + " ends at " + std::to_string(found_.end_offset) + ", not at " + std::to_string(expected));
    }

    void judge_sent(const std::string& name, const SentPublication& publication) {
        const auto there = offsets_.find(name);
        const auto perhaps = [this](const PublishAttempt& attempt) { return attempt.span.perhaps_before(at_); };
        if (there != offsets_.end() && std::ranges::none_of(publication.attempts, perhaps))
            find(Wrong::unexpected, "publication " + name + " was not published yet");
        for (const auto& attempt : publication.attempts) {
            if (!attempt.span.surely_before(at_)) continue;
            if (attempt.offset && is_cut(*attempt.offset)) continue;
            if (there == offsets_.end()) return find(Wrong::lost, "publication " + name);
            if (attempt.offset && *attempt.offset != there->second)
                find(Wrong::disordered, "publication " + name + " has another offset than its publisher was told");
        }
    }

    void judge_shown() {
        for (const auto& [offset, shown] : known_.shown) {
            if (shown.first >= at_ || is_cut(offset)) continue;
            const auto there = offset - found_.start_offset;
            if (there >= found_.publications.size() || found_.publications[there].data != shown.data)
                find(Wrong::vanished,
                     "publication " + name_in(shown.data) + ", which somebody has seen at " + std::to_string(offset));
        }
    }

    /// Offsets are not given again: what was below the start once is cut.
    bool is_cut(std::uint64_t offset) const { return offset < found_.start_offset; }

    void judge_values() {
        std::map<std::string, std::uint64_t> last;
        for (const auto& each : found_.publications) last[each.subject] = each.offset;
        for (const auto& [subject, offset] : last) {
            const auto value = found_.values.find(subject);
            if (value == found_.values.end() || value->second.offset != offset)
                find(Wrong::torn, "the last value of " + subject + " is not what was published last");
        }
        for (const auto& [subject, value] : found_.values)
            if (!last.contains(subject)) find(Wrong::torn, "a value of " + subject + ", and no publication");
    }

    /// A publication and its message are there together, or not at all.
    void judge_queue(const std::string& queue, Span since) {
        std::multiset<std::string> expected;
        for (const auto& each : found_.publications) expected.insert(name_in(each.data));
        const auto there = found_.queues.find(queue);
        if (there == found_.queues.end()) {
            if (since.surely_before(at_)) find(Wrong::lost, "the subscription of queue " + queue);
        } else if (there->second != expected) {
            find(Wrong::torn, "queue " + queue + " holds " + std::to_string(there->second.size()) + " messages, and " +
                                  std::to_string(expected.size()) + " were published");
        }
    }

    /// What is published waits until it is acknowledged.
    void judge_durable(Span since) {
        if (!found_.waiting) {
            if (since.surely_before(at_)) find(Wrong::lost, "the durable subscription of " + name_);
            return;
        }
        for (const auto& name : *found_.waiting) {
            if (!offsets_.contains(name)) find(Wrong::torn, "publication " + name + " waits, and is not published");
            if (found_.waiting->count(name) > 1) find(Wrong::repeated, "publication " + name + " waits twice");
        }
        for (const auto& [name, offset] : offsets_) {
            const auto sent = history_.publications.find(name);
            if (sent == history_.publications.end()) continue;
            const auto& acknowledgements = sent->second.acknowledgements;
            const bool waits = found_.waiting->contains(name);
            if (waits && any_surely(acknowledgements, at_))
                find(Wrong::resurrected, "publication " + name + " waits after its acknowledgement");
            if (!waits && !any_perhaps(acknowledgements, at_))
                find(Wrong::torn, "publication " + name + " does not wait, and nobody has acknowledged it");
        }
    }

    const std::string& name_;
    const FoundTopic& found_;
    const TopicHistory& known_;
    const History& history_;
    Position at_;
    Findings& findings_;
    std::map<std::string, std::uint64_t> offsets_;
};

}  // namespace

void judge_topics(const Found& found, const History& history, Position at, Findings& findings) {
    static const FoundTopic gone;
    for (const auto& [name, topic] : history.topics) {
        const auto there = found.topics.find(name);
        if (there == found.topics.end() && topic.created.surely_before(at))
            findings.emplace_back(Wrong::lost, "topic " + name);
        if (there == found.topics.end()) continue;
        if (!topic.created.perhaps_before(at)) findings.emplace_back(Wrong::unexpected, "topic " + name);
        TopicVerdict(name, there->second, history, at, findings).run();
    }
}

}  // namespace tern::crash
