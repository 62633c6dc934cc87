#include "broker/engine/topic_commands.hpp"

#include <algorithm>
#include <utility>

#include "broker/engine/queue_commands.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/topic_history.hpp"
#include "broker/engine/topic_removal.hpp"
#include "broker/engine/topics.hpp"

namespace tern::engine {
namespace {

Answer compare(const Topic& topic, const CreateTopic& command) {
    const auto difference = first_difference(topic.settings(), command.settings);
    if (!difference.empty()) return refuse(Errc::topic_exists, std::string(difference));
    auto annotation = first_difference(topic.row.annotations, command.annotations);
    if (!annotation.empty()) return refuse(Errc::topic_exists, std::move(annotation));
    const auto& tags = topic.row.tags;
    const auto has = [&](const QueueTag& tag) { return std::find(tags.begin(), tags.end(), tag) != tags.end(); };
    if (!std::all_of(command.tags.begin(), command.tags.end(), has)) return refuse(Errc::topic_exists, "tags");
    return {Errc::ok, {}, TopicCreated{false}};
}

std::vector<QueueTag> changed_tags(std::vector<QueueTag> tags, const SetTopic& command) {
    set_tags(tags, command.tags);
    std::erase_if(tags, [&](const QueueTag& tag) {
        return std::find(command.tags_removed.begin(), command.tags_removed.end(), tag.key) !=
               command.tags_removed.end();
    });
    return tags;
}

}  // namespace

Answer create_topic(Batch& batch, const CreateTopic& command) {
    if (!valid_namespace(command.topic.namespace_name)) return refuse(Errc::namespace_invalid);
    TopicSettings settings;
    std::string_view setting;
    for (const auto* wanted : {&command.settings_when_new, &command.settings})
        if (const auto errc = change(settings, *wanted, true, setting); errc != Errc::ok)
            return refuse(errc, std::string(setting));
    if (!valid_topic_name(command.topic.name, settings.fifo)) return refuse(Errc::topic_name_invalid);
    if (!valid_tags(command.tags)) return refuse(Errc::tags_invalid);
    if (!valid_annotations(command.annotations)) return refuse(Errc::topic_setting_invalid, "annotations");

    const auto existing = batch.topics.find(batch, command.topic);
    if (existing.has_value()) return compare(**existing, command);
    if (existing.error() != Errc::topic_does_not_exist) return refuse(existing.error());
    if (batch.topics.count(batch.transaction) >= batch.limits.topics_max) return refuse(Errc::too_many_topics);

    make_topic(batch, command.topic, settings, command.tags, command.annotations);
    return {Errc::ok, {}, TopicCreated{true}};
}

Answer set_topic(Batch& batch, const SetTopic& command) {
    const auto found = batch.topics.find(batch, command.topic);
    if (!found.has_value()) return refuse(found.error());
    auto& topic = **found;
    auto other = first_difference(topic.row.annotations, command.annotations_expected);
    if (!other.empty()) return refuse(Errc::topic_exists, std::move(other));
    auto settings = topic.settings();
    std::string_view setting;
    if (const auto errc = change(settings, command.settings, false, setting); errc != Errc::ok)
        return refuse(errc, std::string(setting));
    if (!valid_tags(command.tags) || command.tags_removed.size() > tags_max) return refuse(Errc::tags_invalid);
    auto tags = changed_tags(topic.row.tags, command);
    if (!valid_tags(tags)) return refuse(Errc::tags_invalid);
    auto annotations = topic.row.annotations;
    annotate(annotations, command.annotations);
    if (!valid_annotations(annotations)) return refuse(Errc::topic_setting_invalid, "annotations");

    topic.row.settings = settings;
    topic.row.tags = std::move(tags);
    topic.row.annotations = std::move(annotations);
    topic.row.modified_at = batch.now;
    batch.topics.save_row(batch, topic);
    if (topic.has_history()) topic_history::change_settings(batch, topic);
    return done();
}

Answer delete_topic(Batch& batch, const DeleteTopic& command) {
    const auto found = batch.topics.find(batch, command.topic);
    if (!found.has_value()) return refuse(found.error());
    auto& topic = **found;
    topic_removal::abandon(batch, topic);
    batch.deleted_topics.push_back(topic.id);
    batch.topics.remove(batch, topic);
    return done();
}

Answer ensure_topic(Batch& batch, const EnsureTopic& command) {
    const auto topic = find_or_make(batch, command.topic);
    if (!topic.has_value()) return refuse(topic.error());
    auto answer = opened(batch, **topic);
    if (!answer.has_value()) return refuse(answer.error());
    return {Errc::ok, {}, std::move(*answer)};
}

TopicSettings settings_made_by_use(const TopicName& topic) {
    TopicSettings settings;
    settings.fifo = topic.name.ends_with(".fifo");
    // It costs nothing where nobody gives a name, and nobody made a choice against it.
    settings.presence = PresenceMode::subscribers;
    return settings;
}

Errc check_made_by_use(Batch& batch, const TopicName& topic) {
    if (!valid_namespace(topic.namespace_name)) return Errc::namespace_invalid;
    if (!valid_topic_name(topic.name, settings_made_by_use(topic).fifo)) return Errc::topic_name_invalid;
    if (!batch.limits.topics_made_by_use) return Errc::topic_does_not_exist;
    if (batch.topics.count(batch.transaction) >= batch.limits.topics_max) return Errc::too_many_topics;
    return Errc::ok;
}

Topic& make_topic(Batch& batch, const TopicName& name, const TopicSettings& settings, std::vector<QueueTag> tags,
                  const Annotations& annotations) {
    TopicRow row{.topic = name,
                 .settings = settings,
                 .tags = std::move(tags),
                 .annotations = {},
                 .created_at = batch.now,
                 .modified_at = batch.now,
                 .epoch = {},
                 .stream = 0,
                 .storage = batch.queues.new_storage(batch.transaction)};
    annotate(row.annotations, annotations);
    if (settings.history) {
        row.epoch = new_epoch(batch.random);
        row.stream = topic_history::add(batch, name, settings);
    }
    return batch.topics.add(batch, std::move(row));
}

Result<Topic*> find_or_make(Batch& batch, const TopicName& name) {
    const auto found = batch.topics.find(batch, name);
    if (found.has_value() || found.error() != Errc::topic_does_not_exist) return found;
    if (const auto errc = check_made_by_use(batch, name); errc != Errc::ok) return errc;
    return &make_topic(batch, name, settings_made_by_use(name), {});
}

Result<TopicOpened> opened(Batch& batch, const Topic& topic) {
    TopicOpened opened;
    opened.topic = topic.id;
    opened.epoch = topic.epoch();
    opened.end_offset = topic.run_end_offset;
    if (topic.has_history()) {
        const auto end = topic_history::end_offset(batch, topic);
        if (!end) return Errc::storage_damaged;
        opened.end_offset = *end;
    }
    opened.history = topic.has_history();
    opened.retained = topic.settings().retained;
    opened.presence = topic.settings().presence != PresenceMode::nobody;
    return opened;
}

}  // namespace tern::engine
