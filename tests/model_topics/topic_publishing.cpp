#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "broker/engine/envelope.hpp"
#include "broker/engine/publication_record.hpp"
#include "protocol/limits.hpp"
#include "tests/model_topics/filters.hpp"
#include "tests/model_topics/topic_model.hpp"

namespace tern::topic_model {
namespace {

std::string topic_in(const std::string& subject) {
    const auto first = subject.substr(0, subject.find('.'));
    const auto rest = subject.substr(first.size());
    return rest == ".fifo" || rest.starts_with(".fifo.") ? first + ".fifo" : first;
}

Reasons wrong_with(const std::string& topic, const engine::TopicSettings& settings, const Entry& entry,
                   bool ephemeral) {
    Reasons reasons;
    if (topic_in(entry.subject) != topic || entry.subject.ends_with('.') || entry.subject.ends_with('*'))
        reasons.insert(Errc::subject_invalid);
    if (entry.data.empty()) reasons.insert(Errc::publication_empty);
    if (Kept{{}, {}, {}, entry, {}, 0}.bytes() > settings.publication_bytes_max)
        reasons.insert(Errc::publication_too_large);
    if (settings.fifo && !ephemeral) {
        if (entry.group.empty()) reasons.insert(Errc::message_group_id_missing);
        if (!entry.deduplication_id && !settings.content_based_deduplication)
            reasons.insert(Errc::deduplication_id_missing);
    }
    return reasons;
}

bool is_deduplicated(const Topic& topic, const Entry& entry) {
    return entry.deduplication_id || topic.settings.content_based_deduplication;
}

/// By the id that was given, or by the data.
std::string deduplication_key(const Entry& entry) {
    return entry.deduplication_id ? "id " + *entry.deduplication_id : "data " + entry.data;
}

std::string escaped(const Bytes& data) {
    std::string out;
    for (const char c : data) {
        if (c == '"') out += '\\';
        out += c;
    }
    return out;
}

/// SNS's notification (docs/aws.md sns-19).
Bytes envelope(const Topic& topic, const Kept& kept) {
    auto out = fmt::format(R"({{"Type":"Notification","MessageId":"{}")", engine::text_of(kept.id));
    if (topic.fifo()) out += fmt::format(R"(,"SequenceNumber":"{:020}")", *kept.offset + 1);
    out += fmt::format(R"(,"TopicArn":"arn:aws:sns:us-east-1:000000000000:{}")", topic.name);
    if (kept.entry.subject != topic.name) out += fmt::format(R"(,"SubjectPath":"{}")", kept.entry.subject);
    out += fmt::format(R"(,"Message":"{}","Timestamp":"{}")", escaped(kept.entry.data), engine::iso_time(kept.at));
    std::string members;
    for (const auto& attribute : attributes_of(kept.entry))
        members += fmt::format(R"({}"{}":{{"Type":"{}","Value":"{}"}})", members.empty() ? "" : ",", attribute.name,
                               attribute.type, attribute.value);
    if (!members.empty()) out += R"(,"MessageAttributes":{)" + members + "}";
    return out + "}";
}

}  // namespace

bool TopicModel::is_known(const Topic& topic, const Entry& entry) const {
    if (!is_deduplicated(topic, entry)) return false;
    const auto earlier = topic.accepted.find(deduplication_key(entry));
    return earlier != topic.accepted.end() && now_ < earlier->second.kept->at + deduplication_window;
}

Complaint TopicModel::judge(const Publish& action, const engine::Answer& given) {
    if (action.entries.empty()) return check_status({Errc::batch_empty}, given.status);
    auto* present = topic(action.topic);
    engine::TopicSettings settings;
    settings.fifo = action.topic.ends_with(".fifo");
    settings.presence = engine::PresenceMode::subscribers;
    if (present == nullptr) {
        const auto reasons =
            action.topic_must_exist ? Reasons{Errc::topic_does_not_exist} : reasons_to_make(action.topic);
        if (auto complaint = check_status(reasons, given.status); !complaint.empty()) return complaint;
        const bool any = std::any_of(action.entries.begin(), action.entries.end(), [&](const Entry& entry) {
            return wrong_with(action.topic, settings, entry, action.ephemeral).empty();
        });
        if (given.status == Errc::ok && any) present = &make(action.topic, settings);
    } else if (auto complaint = check_status({}, given.status); !complaint.empty()) {
        return complaint;
    }
    if (given.status != Errc::ok) return {};
    const auto* results = std::get_if<engine::PublishResults>(&given.body);
    if (results == nullptr || results->results.size() != action.entries.size()) return "not one result a publication";
    if (present != nullptr)
        if (auto complaint = tell_epoch(*present, results->epoch); !complaint.empty()) return complaint;
    for (std::size_t i = 0; i < action.entries.size(); ++i) {
        const auto& entry = action.entries[i];
        const auto& result = results->results[i];
        auto reasons =
            wrong_with(action.topic, present != nullptr ? present->settings : settings, entry, action.ephemeral);
        if (reasons.empty() && present != nullptr && !action.ephemeral && !is_known(*present, entry) &&
            present->settings.retained && !present->retained.contains(entry.subject) &&
            present->retained.size() >= limits_.retained_subjects_per_topic_max)
            reasons.insert(Errc::too_many_retained_subjects);
        auto complaint = check_status(reasons, result.status);
        if (complaint.empty() && result.status == Errc::ok)
            complaint = publish(*present, entry, action.ephemeral, result);
        if (!complaint.empty()) return fmt::format("[{}]: {}", i, complaint);
    }
    if (present != nullptr) present->note_bounds(now_);
    return {};
}

Complaint TopicModel::publish(Topic& topic, const Entry& entry, bool ephemeral, const engine::PublishResult& given) {
    const bool deduplicated = !ephemeral && is_deduplicated(topic, entry);
    if (deduplicated && is_known(topic, entry))
        return publish_again(topic, topic.accepted.at(deduplication_key(entry)), given);
    if (given.duplicate) return "answered as a duplicate, and is none";
    if (given.offset.has_value() == ephemeral) return "an offset where there is none, or none where there is one";
    if (!ephemeral) {
        if (!topic.end) {
            if (topic.fifo() ? *given.offset < topic.end_before : *given.offset != 0) return "the offsets go back";
            topic.end = given.offset;
        }
        if (*given.offset != *topic.end) return fmt::format("offset {} expected, {} given", *topic.end, *given.offset);
        ++*topic.end;
    }
    if (given.sequence != (topic.fifo() && !ephemeral ? *given.offset + 1 : 0)) return "another sequence number";

    const auto kept =
        std::make_shared<const Kept>(Kept{given.offset, now_, given.id, entry, topic.epoch.value_or(""), commit_});
    news_.push_back({topics_.at(topic.name), kept});
    if (ephemeral) return {};
    if (topic.settings.history) topic.history.push_back(kept);
    if (topic.settings.retained) topic.retained[entry.subject] = kept;
    if (deduplicated) topic.accepted[deduplication_key(entry)] = {kept, topic.run};
    fan_out(topic, kept);
    return {};
}

/// An offset means nothing after the run that gave it, unless there is a history.
Complaint TopicModel::publish_again(const Topic& topic, const Topic::Accepted& earlier,
                                    const engine::PublishResult& given) {
    const auto& kept = *earlier.kept;
    if (!given.duplicate) return fmt::format("'{}' is published twice", kept.entry.data);
    if (!(given.id == kept.id)) return "a duplicate has another id";
    const bool means_something = topic.settings.history || earlier.run == topic.run;
    if (given.offset != (means_something ? kept.offset : std::nullopt)) return "a duplicate has another offset";
    return given.sequence == (topic.fifo() ? *kept.offset + 1 : 0) ? Complaint() : "a duplicate has another number";
}

void TopicModel::fan_out(Topic& topic, const std::shared_ptr<const Kept>& kept) {
    for (auto& subscription : topic.subscriptions) {
        if (!subscription.pattern.empty() && !subject_matches(subscription.pattern, kept->entry.subject)) continue;
        if (!filters()[subscription.filter].passes(kept->entry)) continue;
        bool taken = true;
        if (subscription.durable()) {
            Message message;
            message.body = kept->entry.data;
            message.group = kept->entry.group;
            message.publication = kept;
            subscription.waiting->put(std::move(message), std::nullopt, now_);
        } else {
            taken = send(topic, subscription.queue, subscription.raw, kept);
        }
        ++(taken ? subscription.delivered : subscription.failed);
        if (taken || subscription.dead_letter_queue.empty()) continue;
        const bool fits = attributes_of(kept->entry).size() <= protocol::message_attributes_max;
        send(topic, subscription.dead_letter_queue, subscription.raw && fits, kept);
    }
}

bool TopicModel::send(const Topic& topic, const std::string& queue, bool raw, const std::shared_ptr<const Kept>& kept) {
    auto* target = find_queue(queue);
    if (target == nullptr) return false;
    Message message;
    message.body = raw ? kept->entry.data : envelope(topic, *kept);
    // docs/aws.md sns-21: a FIFO topic keeps its groups from standard queues.
    if (target->fifo() == topic.fifo()) message.group = kept->entry.group;
    if (raw) message.attributes = attributes_of(kept->entry);
    if (message.attributes.size() > protocol::message_attributes_max) return false;
    target->put(std::move(message), deduplication_key(kept->entry), now_);
    return true;
}

}  // namespace tern::topic_model
