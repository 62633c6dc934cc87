#include "tests/model_topics/generator.hpp"

#include <algorithm>
#include <iterator>

#include "tests/model_topics/filters.hpp"

namespace tern::topic_model {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Milliseconds jumps_max = days(10);

void note(std::set<Timestamp>& moments, const QueueModel& queue) {
    for (const auto& message : queue.messages()) moments.insert(message.available_at);
}

/// Every moment at which something will change by itself.
std::set<Timestamp> deadlines(const TopicModel& model) {
    std::set<Timestamp> moments;
    for (const auto& [name, topic] : model.topics()) {
        for (auto i = topic->start; i < topic->history.size(); ++i)
            moments.insert(topic->history[i]->at + topic->settings.history_age);
        for (const auto& [id, accepted] : topic->accepted) moments.insert(accepted.kept->at + minutes(5));
        for (const auto& subscription : topic->subscriptions)
            if (subscription.durable()) note(moments, *subscription.waiting);
    }
    for (const auto& [name, queue] : model.queues()) note(moments, queue);
    moments.erase(moments.begin(), moments.upper_bound(model.now()));
    return moments;
}

}  // namespace

Profile Profile::of(std::uint64_t seed) {
    SeededRandom random(seed * 7919 + 3);
    Profile profile;
    if (random.below(3) == 0) profile.reopen_percent = 10;
    profile.actions_per_step_max = 1 + random.below(6);
    profile.publish_percent = 25 + random.below(4) * 15;
    profile.bulky = random.below(16) == 0;
    if (random.below(4) == 0) profile.limits.due_work_per_batch = static_cast<std::uint32_t>(2 + random.below(3));
    if (random.below(8) == 0) profile.limits.subscriptions_per_topic_max = 2;
    if (random.below(8) == 0) profile.limits.topics_max = 3;
    if (random.below(8) == 0) profile.limits.retained_subjects_per_topic_max = 2;
    if (random.below(8) == 0) profile.limits.topics_made_by_use = false;
    return profile;
}

Step Generator::first() {
    Step step;
    for (const auto& name : {"q", "r", "dead", "q.fifo", "dead.fifo"})
        step.actions.push_back({next_label_++, CreateQueue{name}});
    for (const auto& name : {"a", "b", "f.fifo"})
        step.actions.push_back({next_label_++, CreateTopic{name, settings(true, name)}});
    return step;
}

Step Generator::next(const TopicModel& model) {
    Step step;
    step.wait = wait(model);
    step.reopen = chance(profile_.reopen_percent);
    for (auto actions = 1 + random_.below(profile_.actions_per_step_max); actions > 0; --actions) {
        auto what = chance(profile_.publish_percent) ? Body(publish(topic())) : body(model);
        step.actions.push_back({next_label_++, std::move(what)});
    }
    for (auto queries = random_.below(4); queries > 0; --queries) step.queries.push_back(query(model));
    return step;
}

Milliseconds Generator::wait(const TopicModel& model) {
    if (chance(35)) return Milliseconds(0);
    if (chance(30)) return Milliseconds(1 + static_cast<std::int64_t>(random_.below(10)));
    if (chance(30)) return Milliseconds(static_cast<std::int64_t>(random_.below(3'000)));
    if (chance(10)) return Milliseconds(static_cast<std::int64_t>(random_.below(60'000)));
    const auto moments = deadlines(model);
    if (moments.empty()) return seconds(1);
    const auto choices = chance(90) ? std::min<std::size_t>(moments.size(), 4) : moments.size();
    const auto moment = *std::next(moments.begin(), static_cast<std::ptrdiff_t>(random_.below(choices)));
    const auto beside = Milliseconds(static_cast<std::int64_t>(random_.below(3)) - 1);
    // Retention is looked at within a second of the moment.
    const auto to = moment - model.now() + (chance(30) ? Milliseconds(3'000) : beside);
    if (jumped_ + to > jumps_max) return seconds(1);
    jumped_ += to;
    return std::max(Milliseconds(0), to);
}

std::string Generator::topic() {
    if (invalid()) return one_of<std::string>({"missing", "no such name!"});
    return one_of<std::string>({"a", "a", "b", "c", "f.fifo", "f.fifo", "g.fifo"});
}

std::string Generator::queue(const std::string& topic) {
    if (invalid()) return "missing";
    const bool fifo = topic.ends_with(".fifo") ? chance(70) : invalid();
    return fifo ? "q.fifo" : one_of<std::string>({"q", "r"});
}

std::string Generator::subject(const std::string& topic) {
    if (invalid()) return one_of<std::string>({"other.x", topic + ".", topic + ".*"});
    return topic + one_of<std::string>({"", "", ".x", ".y", ".x.z", ".y.z.w"});
}

std::string Generator::pattern(const std::string& topic) {
    if (invalid()) return one_of<std::string>({"other.>", topic + ".>.x", topic + "."});
    return topic + one_of<std::string>({"", ".>", ".*", ".x", ".*.z", ".x.>"});
}

Body Generator::body(const TopicModel& model) {
    const auto name = topic();
    const auto dice = random_.below(1000);
    if (dice < 60) return CreateTopic{name, chance(60) ? settings(true, name) : engine::TopicSettingsChange()};
    if (dice < 130) return SetTopic{name, settings(false, name)};
    if (dice < 160) return DropTopic{name};
    if (dice < 185) return EnsureTopic{name};
    if (dice < 235) return CreateQueue{one_of<std::string>({"q", "r", "dead", "q.fifo", "dead.fifo"})};
    if (dice < 255) return DropQueue{one_of<std::string>({"q", "r", "dead", "q.fifo"})};
    if (dice < 375) return Subscribe{name, queue(name), wishes(name, false)};
    if (dice < 425) return Change{name, reference(model, name), wishes(name, chance(50))};
    if (dice < 450) return Unsubscribe{name, reference(model, name)};
    if (dice < 570) return open(name);
    return dice < 790 ? pull(model) : finish(model);
}

engine::TopicSettingsChange Generator::settings(bool created, const std::string& topic) {
    engine::TopicSettingsChange change;
    const bool fifo = topic.ends_with(".fifo");
    if (created ? fifo != invalid() : invalid()) change.fifo = fifo;
    if (fifo && chance(40)) change.content_based_deduplication = chance(70);
    if (created ? chance(20) : invalid()) change.history = chance(20);
    if (chance(40)) change.history_age = one_of<Milliseconds>({seconds(0), seconds(1), seconds(20), hours(1)});
    if (chance(30)) change.history_publications = one_of<std::int64_t>({0, 1, 3, 20, 70});
    if (chance(profile_.bulky ? 60 : 10)) change.history_bytes = one_of<std::int64_t>({0, 65'536, 100'000, 200'000});
    if (chance(created ? 60 : 20)) change.retained = chance(70);
    if (chance(10)) change.publication_bytes_max = one_of<std::int64_t>({1024, 2000, 262'144});
    if (chance(10)) change.presence = chance(50) ? engine::PresenceMode::subscribers : engine::PresenceMode::nobody;
    if (invalid()) change.history_age = one_of<Milliseconds>({Milliseconds(-1), Milliseconds(999)});
    if (invalid()) change.history_bytes = one_of<std::int64_t>({-1, 65'535});
    if (invalid()) change.history_publications = -1;
    if (invalid()) change.publication_bytes_max = one_of<std::int64_t>({0, 1023, (16 << 20) + 1});
    return change;
}

Publish Generator::publish(const std::string& topic) {
    Publish publish{topic, {}, chance(8), chance(10)};
    if (invalid()) return publish;
    for (auto entries = 1 + random_.below(4); entries > 0; --entries) publish.entries.push_back(entry(topic));
    return publish;
}

Entry Generator::entry(const std::string& topic) {
    Entry entry;
    entry.subject = subject(topic);
    const auto text = "p" + std::to_string(next_data_++);
    entry.data = chance(15) ? sized_data(one_of<std::string>({"big", "small"}), text) : Bytes(text);
    if (profile_.bulky && chance(60)) entry.data.append(1'000 + random_.below(30'000), '.');
    if (chance(5)) entry.data.append(one_of<std::size_t>({900, 1'100, 2'100}), '-');
    if (chance(topic.ends_with(".fifo") ? 20 : 5)) entry.data = one_of<std::string>({"again", "and again"});
    if (invalid()) entry.data.clear();
    if (chance(70)) entry.colour = one_of<std::string>({"red", "green", "grey", "blue"});
    if (chance(50)) entry.price = one_of<int>({1, 5, 10, 20, 100});
    if (chance(5)) entry.fillers = one_of<std::size_t>({3, 8, 9, 11});
    const bool fifo = topic.ends_with(".fifo");
    if (fifo ? !invalid() : chance(5)) entry.group = one_of<std::string>({"g", "h", "i"});
    if (fifo ? chance(90) : chance(20)) entry.deduplication_id = "k" + std::to_string(random_.below(fifo ? 60 : 8));
    return entry;
}

Wishes Generator::wishes(const std::string& topic, bool durable) {
    Wishes wishes;
    if (chance(50)) wishes.pattern = chance(10) ? std::string() : pattern(topic);
    // The last one is none at all.
    if (chance(50)) wishes.filter = random_.below(filters().size() - (invalid() ? 0 : 1));
    if (chance(60)) wishes.raw = chance(60);
    const bool fifo = topic.ends_with(".fifo") && (durable || chance(70));
    if (chance(30)) wishes.dead_letter_queue = fifo ? "dead.fifo" : "dead";
    if (chance(5)) wishes.dead_letter_queue = one_of<std::string>({"", "missing", "q", "dead.fifo"});
    return wishes;
}

OpenDurable Generator::open(const std::string& topic) {
    OpenDurable open;
    open.topic = topic;
    open.name = durable();
    open.wishes = wishes(topic, true);
    if (chance(50)) open.ack_wait = one_of<Milliseconds>({seconds(1), seconds(5), minutes(2)});
    // What a FIFO queue does with what is handed out too often is the queues' model's to look at.
    // With a small budget an answer holds less than there is, because what goes to the dead letters uses it up.
    const bool small_budget = profile_.limits.due_work_per_batch < engine::EngineLimits().due_work_per_batch;
    if (!topic.ends_with(".fifo") && !small_budget && chance(40))
        open.deliveries_max = static_cast<std::uint32_t>(1 + random_.below(3));
    if (invalid()) open.ack_wait = one_of<Milliseconds>({Milliseconds(0), Milliseconds(999), hours(13)});
    if (invalid()) open.deliveries_max = 1001;
    return open;
}

Body Generator::pull(const TopicModel& model) {
    std::vector<Pull> choices;
    for (const auto& [name, topic] : model.topics())
        for (const auto& subscription : topic->subscriptions)
            if (subscription.durable()) choices.push_back({name, subscription.name, 1});
    if (choices.empty() || chance(25)) choices = {{"", one_of<std::string>({"q", "r", "dead", "q.fifo"}), 1}};
    auto pull = one_of(choices);
    pull.messages_max = static_cast<std::int64_t>(1 + random_.below(10));
    return pull;
}

Body Generator::finish(const TopicModel& model) {
    std::vector<std::pair<std::uint64_t, std::size_t>> choices;
    for (const auto& [label, pulled] : model.pulls())
        for (std::size_t i = 0; i < pulled.handed.size(); ++i)
            if (!finished_.contains({label, i})) choices.emplace_back(label, i);
    if (choices.empty()) return pull(model);
    // Mostly what was handed out of late.
    const auto recent = std::min<std::size_t>(choices.size(), chance(80) ? 6 : choices.size());
    const auto [label, index] = choices[choices.size() - 1 - random_.below(recent)];
    const auto end = chance(70) ? End::acknowledge : chance(50) ? End::release : End::give_back;
    finished_.insert({label, index});
    return Finish{label, index, end};
}

Reference Generator::reference(const TopicModel& model, const std::string& topic) {
    const auto found = model.topics().find(topic);
    if (found == model.topics().end() || found->second->subscriptions.empty() || invalid()) return {0, "d"};
    const auto& subscription = one_of(found->second->subscriptions);
    return subscription.durable() ? Reference{0, subscription.name} : Reference{subscription.label, {}};
}

Query Generator::query(const TopicModel& model) {
    const auto name = topic();
    const auto found = model.topics().find(name);
    const auto end = found == model.topics().end() ? 0 : found->second->history.size();
    const auto not_durable = chance(70) ? 0 : random_.below(6);
    const auto dice = random_.below(10);
    if (dice < 5)
        return ReadHistory{name, chance(80) ? random_.below(end + 2) : random_.below(1'000),
                           one_of<std::size_t>({0, 1, 2, 7, 100}), one_of<std::uint64_t>({0, 1, 50, 5'000, 1u << 20}),
                           not_durable};
    if (dice < 8) {
        const auto at = end > 0 ? found->second->history[random_.below(end)]->at : model.now();
        return FindTime{name, at.ms() + static_cast<std::int64_t>(random_.below(3)) - 1, not_durable};
    }
    return ReadRetained{name, name + one_of<std::string>({"", ".>", ".*", ".x", ".*.z"}),
                        one_of<std::size_t>({1, 2, 100})};
}

}  // namespace tern::topic_model
