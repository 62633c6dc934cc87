#include "tests/model_topics/topic_model.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "broker/base/overloaded.hpp"

/// Making, changing and deleting topics; what a batch tells subscribers.
namespace tern::topic_model {
namespace {

constexpr std::int64_t history_bytes_least = 65'536;
constexpr std::int64_t longest_publication_least = 1'024;
constexpr std::int64_t longest_publication_most = 16 << 20;

bool valid_name(const std::string& name, bool fifo) {
    auto stem = name;
    if (fifo != stem.ends_with(".fifo")) return false;
    if (fifo) stem.resize(stem.size() - 5);
    return !stem.empty() && stem.find_first_of(" !.") == std::string::npos;
}

template <class T, class Wanted>
bool other(const std::optional<Wanted>& wanted, const T& present) {
    return wanted && static_cast<T>(*wanted) != present;
}

template <class T, class Wanted>
void take(T& setting, const std::optional<Wanted>& wanted) {
    if (wanted) setting = static_cast<T>(*wanted);
}

void take(engine::TopicSettings& settings, const engine::TopicSettingsChange& change) {
    take(settings.fifo, change.fifo);
    take(settings.content_based_deduplication, change.content_based_deduplication);
    take(settings.history, change.history);
    take(settings.history_age, change.history_age);
    take(settings.history_publications, change.history_publications);
    take(settings.history_bytes, change.history_bytes);
    take(settings.retained, change.retained);
    take(settings.publication_bytes_max, change.publication_bytes_max);
    take(settings.presence, change.presence);
}

bool differs(const engine::TopicSettings& settings, const engine::TopicSettingsChange& change) {
    auto changed = settings;
    take(changed, change);
    return !(changed == settings);
}

Reasons wrong_in(const engine::TopicSettings& settings, const engine::TopicSettingsChange& change) {
    Reasons reasons;
    const auto age = change.history_age.value_or(Milliseconds(0));
    const auto longest = change.publication_bytes_max.value_or(longest_publication_least);
    const auto bytes = change.history_bytes.value_or(0);
    if ((age != Milliseconds(0) && age < Milliseconds(1000)) || change.history_publications.value_or(0) < 0 ||
        (bytes != 0 && bytes < history_bytes_least) || longest < longest_publication_least ||
        longest > longest_publication_most)
        reasons.insert(Errc::topic_setting_invalid);
    if (change.content_based_deduplication.value_or(false) && !change.fifo.value_or(settings.fifo))
        reasons.insert(Errc::topic_setting_invalid);
    return reasons;
}

engine::TopicSettings made_by_use(const std::string& name) {
    engine::TopicSettings settings;
    settings.fifo = name.ends_with(".fifo");
    settings.presence = engine::PresenceMode::subscribers;
    return settings;
}

}  // namespace

Complaint check_status(const Reasons& reasons, Errc given) {
    if (reasons.empty() && given != Errc::ok) return fmt::format("refused with {}", protocol::name_of(given));
    if (!reasons.empty() && !reasons.contains(given))
        return fmt::format("{} expected, {} given", protocol::name_of(*reasons.begin()), protocol::name_of(given));
    return {};
}

Subscription* Topic::find(const Reference& reference) {
    const auto found = std::find_if(subscriptions.begin(), subscriptions.end(), [&](const Subscription& s) {
        return s.durable() ? s.name == reference.durable : reference.durable.empty() && s.label == reference.label;
    });
    return found == subscriptions.end() ? nullptr : &*found;
}

Topic* TopicModel::topic(const std::string& name) {
    const auto found = topics_.find(name);
    return found == topics_.end() ? nullptr : found->second.get();
}

QueueModel* TopicModel::find_queue(const std::string& queue) {
    const auto found = queues_.find(queue);
    return found == queues_.end() ? nullptr : &found->second;
}

void TopicModel::reopened() {
    ++run_;
    for (auto& [name, topic] : topics_) {
        if (topic->settings.history) continue;
        topic->end_before = std::max(topic->end_before, topic->end.value_or(0));
        topic->epoch.reset();
        topic->end.reset();
        topic->run = run_;
    }
}

void TopicModel::begin_batch() {
    ++commit_;
    news_.clear();
    deleted_.clear();
}

Complaint TopicModel::judge(std::uint64_t label, const Body& body, const engine::Answer& given) {
    return std::visit(Overloaded{
                          [&](const Subscribe& action) { return judge(label, action, given); },
                          [&](const Pull& action) { return judge(label, action, given); },
                          [&](const auto& action) { return judge(action, given); },
                      },
                      body);
}

Complaint TopicModel::end_batch(const std::vector<engine::Published>& published,
                                const std::vector<std::uint32_t>& deleted) {
    if (published.size() != news_.size())
        return fmt::format("{} publications for subscribers expected, {} told", news_.size(), published.size());
    for (std::size_t i = 0; i < published.size(); ++i) {
        const auto& given = published[i];
        const auto& [topic, kept] = news_[i];
        if (auto complaint = tell_id(*topic, given.topic); !complaint.empty()) return complaint;
        const auto& publication = given.publication();
        if (given.offset != kept->offset || given.at != kept->at || !(given.id == kept->id) ||
            publication.subject != kept->entry.subject || publication.data != kept->entry.data)
            return fmt::format("subscribers are told another publication than '{}'", kept->entry.data);
    }
    if (deleted.size() != deleted_.size())
        return fmt::format("{} deleted topics expected, {} told", deleted_.size(), deleted.size());
    for (std::size_t i = 0; i < deleted.size(); ++i)
        if (auto complaint = tell_id(*deleted_[i], deleted[i]); !complaint.empty()) return complaint;
    return {};
}

Complaint TopicModel::tell_id(Topic& topic, std::uint32_t id) {
    if (topic.id && *topic.id != id) return fmt::format("{}: number {} is now {}", topic.name, *topic.id, id);
    topic.id = id;
    return {};
}

/// Of a topic with a history it is for ever; of another one for this run, and never seen before.
Complaint TopicModel::tell_epoch(Topic& topic, const std::string& epoch) {
    if (topic.epoch) return *topic.epoch == epoch ? Complaint() : topic.name + ": another epoch";
    if (epoch.empty() || !epochs_.insert(epoch).second) return topic.name + ": an epoch that there was before";
    topic.epoch = epoch;
    return {};
}

Reasons TopicModel::reasons_to_make(const std::string& name) const {
    if (!valid_name(name, name.ends_with(".fifo"))) return {Errc::topic_name_invalid};
    if (!limits_.topics_made_by_use) return {Errc::topic_does_not_exist};
    if (topics_.size() >= limits_.topics_max) return {Errc::too_many_topics};
    return {};
}

Topic& TopicModel::make(const std::string& name, const engine::TopicSettings& settings) {
    auto topic = std::make_shared<Topic>();
    topic->name = name;
    topic->settings = settings;
    topic->created_at = topic->modified_at = topic->bounds_set_at = now_;
    topic->run = run_;
    // Without a history a FIFO topic's numbers begin at some time, which it tells.
    if (settings.history || !settings.fifo) topic->end = 0;
    topics_[name] = topic;
    return *topic;
}

Complaint TopicModel::judge(const CreateTopic& action, const engine::Answer& given) {
    auto settings = engine::TopicSettings{};
    auto reasons = wrong_in(settings, action.settings);
    take(settings, action.settings);
    if (!valid_name(action.topic, settings.fifo)) reasons.insert(Errc::topic_name_invalid);
    auto* present = topic(action.topic);
    if (present != nullptr && differs(present->settings, action.settings)) reasons.insert(Errc::topic_exists);
    if (present == nullptr && topics_.size() >= limits_.topics_max) reasons.insert(Errc::too_many_topics);
    if (auto complaint = check_status(reasons, given.status); !complaint.empty()) return complaint;
    if (given.status != Errc::ok) return {};
    const auto* created = std::get_if<engine::TopicCreated>(&given.body);
    if (created == nullptr || created->created != (present == nullptr)) return "made, or there before?";
    if (present == nullptr) make(action.topic, settings);
    return {};
}

Complaint TopicModel::judge(const SetTopic& action, const engine::Answer& given) {
    auto* present = topic(action.topic);
    Reasons reasons;
    if (present == nullptr) {
        reasons.insert(Errc::topic_does_not_exist);
    } else {
        reasons = wrong_in(present->settings, action.settings);
        if (other(action.settings.fifo, present->settings.fifo) ||
            other(action.settings.history, present->settings.history))
            reasons.insert(Errc::topic_setting_fixed);
    }
    if (auto complaint = check_status(reasons, given.status); !complaint.empty()) return complaint;
    if (given.status != Errc::ok) return {};
    take(present->settings, action.settings);
    present->modified_at = present->bounds_set_at = now_;
    present->note_bounds(now_);
    return {};
}

Complaint TopicModel::judge(const DropTopic& action, const engine::Answer& given) {
    const auto found = topics_.find(action.topic);
    if (found == topics_.end()) return check_status({Errc::topic_does_not_exist}, given.status);
    if (auto complaint = check_status({}, given.status); !complaint.empty()) return complaint;
    deleted_.push_back(found->second);
    // Its queues are gone with it.
    found->second->subscriptions.clear();
    topics_.erase(found);
    return {};
}

Complaint TopicModel::judge(const EnsureTopic& action, const engine::Answer& given) {
    auto* present = topic(action.topic);
    const auto reasons = present == nullptr ? reasons_to_make(action.topic) : Reasons();
    if (auto complaint = check_status(reasons, given.status); !complaint.empty()) return complaint;
    if (given.status != Errc::ok) return {};
    if (present == nullptr) present = &make(action.topic, made_by_use(action.topic));
    const auto* told = std::get_if<engine::TopicOpened>(&given.body);
    return told == nullptr ? "not told of the topic" : opened(*present, *told);
}

Complaint TopicModel::opened(Topic& topic, const engine::TopicOpened& opened) {
    if (auto complaint = tell_id(topic, opened.topic); !complaint.empty()) return complaint;
    if (auto complaint = tell_epoch(topic, opened.epoch); !complaint.empty()) return complaint;
    const auto& settings = topic.settings;
    if (opened.history != settings.history || opened.retained != settings.retained ||
        opened.presence != (settings.presence == engine::PresenceMode::subscribers))
        return "opened: other settings than it has";
    if (!topic.end) {
        if (opened.end_offset < (settings.fifo ? topic.end_before : 0)) return "opened: the end goes back";
        if (!settings.fifo && opened.end_offset != 0) return "opened: a new epoch does not begin at 0";
        topic.end = opened.end_offset;
    }
    return opened.end_offset == *topic.end
               ? Complaint()
               : fmt::format("opened: end {} expected, {} told", *topic.end, opened.end_offset);
}

}  // namespace tern::topic_model
