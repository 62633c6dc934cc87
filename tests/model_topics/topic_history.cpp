#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tests/model_topics/filters.hpp"
#include "tests/model_topics/topic_model.hpp"

/// What of a history may be gone, and what is read from it.
namespace tern::topic_model {
namespace {

/// Retention looks at the moments of a second at once, and has a second's patience.
constexpr Milliseconds retention_slack = std::chrono::seconds(3);
/// The log is removed in blocks of so many bytes; of what later commits add no block becomes longer than this.
constexpr std::uint64_t block_bytes = 64u << 10;
constexpr std::uint64_t joined_block_bytes = 8192;
/// Around a publication, in the log, at most.
constexpr std::uint64_t framing_bytes = 400;

engine::DurableEnd durable_up_to(std::uint64_t end) {
    return [end](engine::StreamPartition) { return std::optional(end); };
}

/// What is gone was durable; a commit is, or is not.
std::uint64_t durable_end(const Topic& topic, std::uint64_t not_durable) {
    const auto& history = topic.history;
    auto end = history.size() - std::min<std::uint64_t>(not_durable, history.size() - topic.start);
    const auto torn = [&] {
        return end > 0 && end < history.size() && history[end - 1]->commit == history[end]->commit;
    };
    while (end > topic.start && torn()) --end;
    return torn() ? history.size() : end;
}

/// All bytes of the publications from this one on: a bit more than are stored, or fewer.
std::uint64_t bytes_from(const std::vector<std::shared_ptr<const Kept>>& history, std::uint64_t offset,
                         std::uint64_t framing) {
    std::uint64_t bytes = 0;
    for (auto i = offset; i < history.size(); ++i) bytes += history[i]->bytes() + framing;
    return bytes;
}

}  // namespace

std::uint64_t Topic::bound_by_number() const {
    const auto kept = settings.history_publications;
    return kept > 0 && history.size() > kept ? history.size() - kept : 0;
}

void Topic::note_bounds(Timestamp now) {
    may_be_gone = std::max(may_be_gone, bound_by_number());
    const auto old = [&](const auto& kept) {
        return settings.history_age.count() != 0 && kept->at + settings.history_age <= now;
    };
    while (may_be_gone < history.size() && old(history[may_be_gone])) ++may_be_gone;
    const auto too_much = [&](std::uint64_t offset) {
        return settings.history_bytes != 0 &&
               bytes_from(history, offset, framing_bytes) + block_bytes > settings.history_bytes;
    };
    while (may_be_gone + 1 < history.size() && too_much(may_be_gone)) ++may_be_gone;
}

Complaint Topic::observe_start(std::uint64_t given, Timestamp now) {
    if (given > may_be_gone) return fmt::format("it begins at {}: gone before its time", given);
    if (given < bound_by_number()) return fmt::format("it begins at {}: more than it may keep", given);
    if (given < surely_gone) return fmt::format("it begins at {}, and began at {} before", given, surely_gone);
    start = given;
    // What only the number hides comes to light again when the number grows, as long as it is not removed.
    if (given > bound_by_number()) surely_gone = given;
    return overdue(now);
}

Complaint Topic::overdue(Timestamp now) const {
    if (start == history.size() || now < bounds_set_at + retention_slack) return {};
    if (settings.history_age.count() != 0) {
        auto newest = history[start]->at;
        std::uint64_t bytes = 0;
        for (auto i = start; i < history.size(); ++i) {
            bytes += history[i]->bytes();
            // What was published at one moment may stand in one block, however long it is.
            if (bytes > joined_block_bytes && history[i]->at != newest) break;
            newest = history[i]->at;
        }
        if (newest + settings.history_age + retention_slack <= now)
            return fmt::format("what is at {} is past its age", start);
    }
    const auto bytes_max = std::max(settings.history_bytes, block_bytes + settings.publication_bytes_max);
    if (settings.history_bytes != 0 && history.back()->at + retention_slack <= now &&
        bytes_from(history, start, 0) > bytes_max)
        return fmt::format("{} bytes are kept", bytes_from(history, start, 0));
    return {};
}

Complaint differs(const Kept& expected, const engine::StoredPublication& given) {
    const auto& publication = given.publication;
    if (given.offset != *expected.offset)
        return fmt::format("offset {} expected, {} given", *expected.offset, given.offset);
    const bool right = given.at == expected.at && given.id == expected.id &&
                       publication.subject == expected.entry.subject && publication.data == expected.entry.data &&
                       same(publication.attributes, attributes_of(expected.entry));
    return right ? Complaint() : fmt::format("what is at {} has changed", given.offset);
}

Complaint TopicModel::ask(const Query& query, const store::ReadTransaction& snapshot) {
    return std::visit([&](const auto& each) { return ask(each, snapshot); }, query);
}

Complaint TopicModel::ask(const ReadHistory& query, const store::ReadTransaction& snapshot) {
    auto* topic = this->topic(query.topic);
    if (topic == nullptr || !topic->id) return {};
    const auto& history = topic->history;
    const auto end = durable_end(*topic, query.not_durable);
    const auto given = engine::read_history(snapshot, *topic->id, query.offset,
                                            {query.publications_max, query.bytes_max}, durable_up_to(end));
    const auto status = given.has_value() ? Errc::ok : given.error();
    if (!topic->settings.history) return check_status({Errc::topic_has_no_history}, status);
    if (auto complaint = check_status({}, status); !complaint.empty()) return "history: " + complaint;

    const auto start = topic->start;
    if (given->start_offset != start || given->end_offset != end)
        return fmt::format("history of {}: {} to {} expected, {} to {} told", topic->name, start, end,
                           given->start_offset, given->end_offset);
    auto at = std::clamp<std::uint64_t>(query.offset, start, end);
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < given->publications.size(); ++i, ++at) {
        if (at >= end) return "history: more than there is";
        if (auto complaint = differs(*history[at], given->publications[i]); !complaint.empty())
            return fmt::format("history of {}: {}", topic->name, complaint);
        bytes += history[at]->bytes();
        if (i > 0 && (i >= query.publications_max || bytes > query.bytes_max)) return "history: more than was wanted";
    }
    if (given->next_offset != at) return "history: goes on elsewhere";
    const bool full =
        !given->publications.empty() && at < end &&
        (given->publications.size() >= query.publications_max || bytes + history[at]->bytes() > query.bytes_max);
    return at == end || full ? Complaint() : fmt::format("history of {}: ends at {}", topic->name, at);
}

Complaint TopicModel::ask(const FindTime& query, const store::ReadTransaction& snapshot) {
    auto* topic = this->topic(query.topic);
    if (topic == nullptr || !topic->id) return {};
    const auto& history = topic->history;
    const auto end = durable_end(*topic, query.not_durable);
    const auto given = engine::find_in_history(snapshot, *topic->id, Timestamp(query.time_ms), durable_up_to(end));
    const auto status = given.has_value() ? Errc::ok : given.error();
    if (!topic->settings.history) return check_status({Errc::topic_has_no_history}, status);
    if (auto complaint = check_status({}, status); !complaint.empty()) return "find: " + complaint;
    auto at = topic->start;
    while (at < end && history[at]->at < Timestamp(query.time_ms)) ++at;
    return *given == at ? Complaint() : fmt::format("find in {}: {} expected, {} given", topic->name, at, *given);
}

Complaint TopicModel::ask(const ReadRetained& query, const store::ReadTransaction& snapshot) {
    auto* topic = this->topic(query.topic);
    if (topic == nullptr || !topic->id) return {};
    const auto given = engine::read_retained(snapshot, *topic->id, query.pattern, {}, {query.publications_max});
    if (!given.has_value()) return fmt::format("retained: {}", protocol::name_of(given.error()));
    const auto& values = given->publications;
    std::size_t at = 0;
    for (const auto& [subject, kept] : topic->retained) {
        if (at == query.publications_max || !subject_matches(query.pattern, subject)) continue;
        if (at == values.size()) return fmt::format("retained: {} is missing", subject);
        if (auto complaint = differs(*kept, values[at++]); !complaint.empty())
            return fmt::format("retained {}: {}", subject, complaint);
    }
    return at == values.size() ? Complaint() : "retained: more than there is";
}

}  // namespace tern::topic_model
