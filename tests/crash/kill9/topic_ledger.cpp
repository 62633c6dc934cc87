#include "tests/crash/kill9/topic_ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "tests/crash/kill9/findings.hpp"
#include "tests/crash/names.hpp"

namespace tern::crash {
namespace {

std::size_t print_of(std::string_view data) {
    return std::hash<std::string_view>()(data);
}

}  // namespace

void TopicLedger::finding(std::size_t& counter, std::string sentence) {
    ++counter;
    if (findings_.size() < findings_max) findings_.push_back(std::move(sentence));
}

void TopicLedger::see_epoch(const std::string& topic, const std::string& epoch) {
    auto& known = topics_[topic].epoch;
    if (known.empty()) known = epoch;
    if (known != epoch) finding(balance_.vanished, fmt::format("{} has the epoch {}, not {}", topic, epoch, known));
}

/// Whoever sees a publication sees the same one there later.
void TopicLedger::see(const std::string& topic, const SeenPublication& publication) {
    const Shown now{name_in(publication.data), print_of(publication.data)};
    const auto [before, is_new] = topics_[topic].shown.emplace(publication.offset, now);
    if (!is_new && before->second.fingerprint != now.fingerprint)
        finding(balance_.vanished, fmt::format("{} was at offset {} of {}, and {} is there now", before->second.name,
                                               publication.offset, topic, now.name));
}

std::string TopicLedger::new_publication(const Lane& lane, std::size_t filler_bytes) {
    const std::lock_guard lock(mutex_);
    auto name = fmt::format("{}:{}", lane.name, lanes_[lane.name]++);
    auto data = name + '|' + std::string(filler_bytes, static_cast<char>('a' + balance_.attempts++ % 26));
    auto& publication = publications_[std::move(name)];
    publication.topic = lane.topic;
    publication.fingerprint = print_of(data);
    publication.repeatable = lane.repeatable;
    return data;
}

void TopicLedger::sent(std::string_view data) {
    const std::lock_guard lock(mutex_);
    if (publications_.at(name_in(data)).sent++ > 0) ++balance_.sent_again;
}

void TopicLedger::acknowledged(std::string_view data, const TopicPosition& told) {
    const std::lock_guard lock(mutex_);
    ++balance_.acknowledged;
    const auto name = name_in(data);
    auto& publication = publications_.at(name);
    publication.offset = told.offset;
    see_epoch(publication.topic, told.epoch);
    see(publication.topic, {told.offset, std::string(data)});
    const auto lane = name.substr(0, name.find(':'));
    const auto [last, is_first] = last_of_lane_.emplace(lane, told.offset);
    if (!is_first && last->second >= told.offset)
        finding(balance_.disordered, fmt::format("{} is at offset {}, not behind the one before it, which is at {}",
                                                 name, told.offset, last->second));
    last->second = told.offset;
}

std::optional<TopicPosition> TopicLedger::position(const std::string& topic) const {
    const std::lock_guard lock(mutex_);
    const auto at = topics_.find(topic);
    if (at == topics_.end() || !at->second.next) return std::nullopt;
    return TopicPosition{at->second.epoch, *at->second.next};
}

void TopicLedger::subscribed(const std::string& topic, const TopicPosition& told, bool recovered) {
    const std::lock_guard lock(mutex_);
    see_epoch(topic, told.epoch);
    auto& known = topics_[topic];
    known.began_behind.reset();
    if (!known.next) known.next = told.offset;
    if (told.offset == *known.next && recovered) return;
    if (recovered || told.offset <= *known.next)
        finding(balance_.missed, fmt::format("a subscriber of {} wants offset {} and is given {}, {}", topic,
                                             *known.next, told.offset, recovered ? "without a gap" : "as a gap"));
    ++balance_.gaps_told;
    known.began_behind = known.next;
    known.gap_end = std::max(known.gap_end, told.offset);
    known.next = told.offset;
}

void TopicLedger::pushed(const std::string& topic, const SeenPublication& publication) {
    const std::lock_guard lock(mutex_);
    ++balance_.pushed;
    see(topic, publication);
    auto& known = topics_[topic];
    const auto expected = known.next.value_or(0);
    if (publication.offset > expected)
        finding(balance_.missed,
                fmt::format("a subscriber of {} is pushed offset {} after {}", topic, publication.offset, expected));
    if (publication.offset < expected)
        finding(balance_.repeated,
                fmt::format("a subscriber of {} is pushed offset {} again", topic, publication.offset));
    known.next = publication.offset + 1;
}

void TopicLedger::gap_told(const std::string& topic, std::uint64_t from, std::uint64_t to) {
    const std::lock_guard lock(mutex_);
    auto& known = topics_[topic];
    // What the beginning has told comes once more as a push.
    if (std::exchange(known.began_behind, std::nullopt) == from && to == known.next) return;
    ++balance_.gaps_told;
    if (from != known.next.value_or(0) || to <= from)
        finding(balance_.missed, fmt::format("a subscriber of {} at {} is told of a gap from {} to {}", topic,
                                             known.next.value_or(0), from, to));
    known.gap_end = std::max(known.gap_end, to);
    known.next = to;
}

std::uint64_t TopicLedger::new_connection() {
    const std::lock_guard lock(mutex_);
    return ++connections_;
}

void TopicLedger::handed_out(const std::string& topic, const SeenPublication& publication, std::uint64_t connection) {
    const std::lock_guard lock(mutex_);
    see(topic, publication);
    auto& handed = topics_[topic].handed[publication.offset];
    if (handed.times++ > 0) ++balance_.pushed_again;
    // Another connection that was there already may have had it in its buffer for a long time.
    const bool surely_later = connection == handed.done_on || connection > handed.connections_then;
    if (handed.done_on != 0 && surely_later)
        finding(balance_.resurrected, fmt::format("{} of {} is pushed after its acknowledgement was answered",
                                                  name_in(publication.data), topic));
}

void TopicLedger::acknowledgement_asked(const std::string& topic, std::uint64_t offset) {
    const std::lock_guard lock(mutex_);
    topics_[topic].handed[offset].done_asked = true;
}

void TopicLedger::acknowledgement_answered(const std::string& topic, std::uint64_t offset, std::uint64_t connection) {
    const std::lock_guard lock(mutex_);
    auto& handed = topics_[topic].handed[offset];
    if (handed.done_on != 0) return;
    ++balance_.done_with;
    handed.done_on = connection;
    handed.connections_then = connections_;
}

void TopicLedger::taken(const std::string& topic, std::string_view data, const std::string& message_id) {
    const std::lock_guard lock(mutex_);
    const auto at = publications_.find(name_in(data));
    if (at == publications_.end() || at->second.topic != topic || at->second.fingerprint != print_of(data))
        return finding(balance_.unexpected,
                       fmt::format("{} in the queue behind {} is not what was published", name_in(data), topic));
    if (!at->second.messages.insert(message_id).second) return;
    ++balance_.taken;
    ++topics_[topic].messages;
}

void TopicLedger::found(const std::string& topic, const TopicContents& contents) {
    const std::lock_guard lock(mutex_);
    see_epoch(topic, contents.end.epoch);
    topics_[topic].end = contents.end.offset;
    judge_bounds(topic, contents);
    judge_contents(topic, contents);
    judge_shown(topic, contents);
    judge_publications(topic, contents);
    if (topics_[topic].messages != contents.end.offset)
        finding(balance_.torn, fmt::format("the queue behind {} got {} messages, and {} were published", topic,
                                           topics_[topic].messages, contents.end.offset));
}

/// What was cut, and told as a gap, is what had to be.
void TopicLedger::judge_bounds(const std::string& topic, const TopicContents& contents) {
    const auto kept = std::min(contents.end.offset, contents.publications_max.value_or(contents.end.offset));
    if (contents.end.offset - contents.start_offset != kept)
        finding(balance_.disordered, fmt::format("{} keeps offsets {} to {}, and should keep {}", topic,
                                                 contents.start_offset, contents.end.offset, kept));
    if (topics_[topic].gap_end > contents.start_offset)
        finding(balance_.missed, fmt::format("a subscriber of {} was told of a gap up to {}, and {} is the first kept",
                                             topic, topics_[topic].gap_end, contents.start_offset));
}

void TopicLedger::judge_contents(const std::string& topic, const TopicContents& contents) {
    auto expected = contents.start_offset;
    for (const auto& each : contents.publications) {
        const auto name = name_in(each.data);
        if (each.offset != expected)
            finding(balance_.disordered,
                    fmt::format("{} is at offset {} of {}, not {}", name, each.offset, topic, expected));
        expected = each.offset + 1;
        const auto at = publications_.find(name);
        if (at == publications_.end() || at->second.topic != topic || at->second.fingerprint != print_of(each.data)) {
            finding(balance_.unexpected, fmt::format("{} in {} is not what was published", name, topic));
            continue;
        }
        const auto copies_max = at->second.repeatable ? 1 : at->second.sent;
        if (++at->second.copies > copies_max) finding(balance_.repeated, fmt::format("{} is in {} again", name, topic));
    }
    if (expected != contents.end.offset)
        finding(balance_.disordered,
                fmt::format("{} can be read to {}, and ends at {}", topic, expected, contents.end.offset));
}

void TopicLedger::judge_shown(const std::string& topic, const TopicContents& contents) {
    auto& shown = topics_[topic].shown;
    for (auto each = shown.lower_bound(contents.start_offset); each != shown.end(); ++each) {
        const auto at = std::ranges::lower_bound(contents.publications, each->first, {}, &SeenPublication::offset);
        const bool there = at != contents.publications.end() && at->offset == each->first;
        if (there && print_of(at->data) == each->second.fingerprint) continue;
        const auto& publication = publications_.find(each->second.name);
        const bool told = publication != publications_.end() && publication->second.offset == each->first;
        finding(told ? balance_.lost : balance_.vanished,
                fmt::format("{} was {} at offset {} of {}, and is not there", each->second.name,
                            told ? "acknowledged" : "shown", each->first, topic));
    }
}

/// Messages of what was cut from the history are there all the same.
void TopicLedger::judge_publications(const std::string& topic, const TopicContents& contents) {
    for (const auto& [name, publication] : publications_) {
        if (publication.topic != topic) continue;
        const auto messages = publication.messages.size();
        if (publication.offset && messages == 0)
            finding(balance_.lost, fmt::format("{} was acknowledged and is not in the queue behind {}", name, topic));
        if (messages > (publication.repeatable ? 1 : publication.sent))
            finding(balance_.repeated, fmt::format("{} is in the queue behind {} {} times", name, topic, messages));
        if (contents.start_offset == 0 && messages != publication.copies)
            finding(balance_.torn, fmt::format("{} is in {} {} times, and in the queue behind it {} times", name, topic,
                                               publication.copies, messages));
    }
}

void TopicLedger::judge_durable(const std::string& topic) {
    const std::lock_guard lock(mutex_);
    auto& known = topics_[topic];
    for (std::uint64_t offset = 0; offset < known.end; ++offset) {
        const auto at = known.handed.find(offset);
        if (at == known.handed.end() || !at->second.done_asked)
            finding(balance_.lost,
                    fmt::format("offset {} of {} does not wait any more, and nobody acknowledged it", offset, topic));
    }
}

TopicBalance TopicLedger::balance() const {
    const std::lock_guard lock(mutex_);
    return balance_;
}

std::vector<std::string> TopicLedger::findings() const {
    const std::lock_guard lock(mutex_);
    return findings_;
}

}  // namespace tern::crash
