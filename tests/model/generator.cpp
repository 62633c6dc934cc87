#include "tests/model/generator.hpp"

#include <algorithm>
#include <set>

namespace tern::model {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const std::vector<std::string> queue_names = {"a", "b", "dead", "f.fifo", "g.fifo", "dead.fifo"};
const std::vector<std::string> group_names = {"red", "green", "blue"};

bool is_fifo(const std::string& queue) {
    return queue.ends_with(".fifo");
}

/// Every moment at which the model will change by itself.
std::set<Timestamp> deadlines(const Model& model) {
    std::set<Timestamp> moments;
    for (const auto& [name, queue] : model.queues()) {
        for (const auto& message : queue.messages) {
            moments.insert(message.available_at);
            moments.insert(message.sent_at + queue.settings.retention);
            if (queue.settings.fifo) moments.insert(message.sent_at + queue.settings.delay);
        }
        for (const auto& waiter : queue.waiters) moments.insert(waiter.deadline);
        for (const auto& earlier : queue.deduplications) moments.insert(earlier.sent_at + minutes(5));
        for (const auto& attempt : queue.attempts) moments.insert(attempt.at + minutes(5));
    }
    moments.erase(moments.begin(), moments.upper_bound(model.now()));
    return moments;
}

/// Only an answer that has just been given can find its receiver gone.
bool is_latest_receive(const Model& model, const HandleReference& reference) {
    const auto& handle = model.handles_of(reference.receive)[reference.index];
    for (const auto& [name, queue] : model.queues())
        for (const auto& message : queue.messages)
            if (message.number == handle.number && message.last_receive == handle.receive) return true;
    return false;
}

}  // namespace

Profile Profile::of(std::uint64_t seed) {
    SeededRandom random(seed * 7919 + 1);
    Profile profile;
    if (random.below(4) == 0) profile.limits.in_flight_max_standard = 2 + random.below(4);
    if (random.below(4) == 0) profile.limits.in_flight_max_fifo = 2 + random.below(4);
    profile.limits.delay_after_delete = random.below(8) == 0;
    profile.limits.delay_after_purge = random.below(8) == 0;
    if (random.below(4) == 0) profile.reopen_percent = 8;
    profile.actions_per_step_max = 1 + random.below(6);
    if (random.below(4) == 0) {
        // One action a batch: what an action cannot finish must not be seen by the next.
        profile.due_work_per_batch = static_cast<std::uint32_t>(2 + random.below(3));
        profile.actions_per_step_max = 1;
    }
    return profile;
}

Step Generator::first() {
    Step step;
    for (const auto& name : {"dead", "dead.fifo", "a", "b", "f.fifo", "g.fifo"}) {
        Create create{name, settings(name, true), {}};
        if (is_fifo(name)) create.settings.fifo = true;
        step.actions.push_back({next_label_++, 1, create});
    }
    return step;
}

Step Generator::next(const Model& model) {
    Step step;
    step.wait = wait(model);
    step.reopen = chance(profile_.reopen_percent);
    attempts_of_step_.clear();
    const auto actions = 1 + random_.below(profile_.actions_per_step_max);
    for (std::uint64_t i = 0; i < actions; ++i) step.actions.push_back(action(model));
    return step;
}

Milliseconds Generator::wait(const Model& model) {
    if (chance(25)) return Milliseconds(0);
    if (chance(25)) return Milliseconds(1 + static_cast<std::int64_t>(random_.below(10)));
    if (chance(10)) return Milliseconds(static_cast<std::int64_t>(random_.below(60'000)));
    if (chance(1)) return days(random_.below(15));
    const auto moments = deadlines(model);
    if (moments.empty()) return seconds(1);
    const auto choices = chance(90) ? std::min<std::size_t>(moments.size(), 4) : moments.size();
    const auto moment = *std::next(moments.begin(), static_cast<std::ptrdiff_t>(random_.below(choices)));
    const auto beside = Milliseconds(static_cast<std::int64_t>(random_.below(3)) - 1);
    return std::max(Milliseconds(0), moment - model.now() + beside);
}

std::string Generator::queue() {
    return invalid() ? "missing" : one_of(queue_names);
}

Action Generator::action(const Model& model) {
    Action action;
    action.label = next_label_++;
    action.session = 1 + random_.below(3);
    action.body = body(model);
    // Only who waits can be told to stop waiting.
    if (const auto* cancel = std::get_if<CancelWait>(&action.body))
        for (const auto& [name, queue] : model.queues())
            for (const auto& waiter : queue.waiters)
                if (waiter.label == cancel->receive && !invalid()) action.session = waiter.session;
    return action;
}

Body Generator::body(const Model& model) {
    const auto dice = random_.below(1000);
    if (dice < 300) return send();
    if (dice < 600) return receive(model);
    if (dice < 740) return remove(model);
    if (dice < 840) return change(model);
    if (dice < 870) {
        GiveBack back;
        std::string queue;
        const auto reference = handle(model, queue);
        if (reference.garbage.empty() && !is_latest_receive(model, reference)) return EndSession{};
        back.handles.push_back(reference);
        given_back_.insert({reference.receive, reference.index});
        return back;
    }
    if (dice < 900) {
        const auto name = queue();
        return Set{name, settings(name, false)};
    }
    if (dice < 920) {
        const auto name = chance(3) ? "no such name!" : queue();
        Create create{name, {}, {}};
        if (chance(50)) create.settings = settings(name, true);
        if (is_fifo(name) != invalid()) create.settings.fifo = true;
        if (chance(20)) create.tags = tags();
        return create;
    }
    if (dice < 928) return Drop{queue()};
    if (dice < 938) return Purge{queue()};
    if (dice < 944) return Tag{queue(), tags()};
    if (dice < 950) return Untag{queue(), {std::string(1, static_cast<char>('p' + random_.below(4)))}};
    if (dice < 970) return move();
    if (dice < 977) {
        CancelMove cancel;
        for (const auto& [label, task] : model.moves())
            if (chance(60)) cancel.move = label;
        return cancel;
    }
    if (dice < 995) {
        CancelWait cancel;
        for (const auto& [name, queue] : model.queues())
            for (const auto& waiter : queue.waiters)
                if (cancel.receive == 0 || chance(30)) cancel.receive = waiter.label;
        return cancel;
    }
    return EndSession{};
}

engine::QueueSettingsChange Generator::settings(const std::string& queue, bool created) {
    engine::QueueSettingsChange change;
    // With a small budget not all that are delayed become available in one batch, and whoever waits gets the first.
    const bool spread = profile_.due_work_per_batch < 10 && is_fifo(queue);
    if (chance(25) && !spread)
        change.delay = one_of<Milliseconds>({seconds(0), seconds(0), seconds(1), seconds(5), seconds(900)});
    // Dead letters are older than their neighbours: the engine may then take longer to stop counting them.
    const bool dead_letters = queue.starts_with("dead");
    if (chance(20) && (created || !dead_letters))
        change.retention = one_of<Milliseconds>({seconds(60), seconds(100), hours(1), days(14)});
    if (chance(25)) change.wait = one_of<Milliseconds>({seconds(0), seconds(3), seconds(20)});
    if (chance(40))
        change.visibility_timeout = one_of<Milliseconds>({seconds(0), seconds(2), seconds(2), seconds(10), hours(12)});
    if (chance(10)) change.message_bytes_max = one_of<std::int64_t>({1024, 2000, 1'048'576});
    if (is_fifo(queue) != invalid()) {
        if (chance(created ? 50 : 20)) change.content_based_deduplication = chance(70);
        if (chance(created ? 40 : 10))
            change.deduplication_scope =
                chance(50) ? engine::DeduplicationScope::message_group : engine::DeduplicationScope::queue;
        if (chance(5)) change.throughput_limit = engine::ThroughputLimit::per_message_group_id;
    }
    if (chance(created ? 60 : 25)) {
        const std::string own = is_fifo(queue) ? "dead.fifo" : "dead";
        const auto target = invalid() ? one_of(queue_names) : chance(8) ? std::string() : own;
        if (target != queue || invalid())
            change.redrive_policy = {target, static_cast<std::uint32_t>(invalid() ? 0 : 1 + random_.below(3))};
    }
    if (chance(4)) {
        engine::RedriveAllowPolicy allow;
        allow.permission = static_cast<engine::RedriveAllow>(random_.below(3));
        if ((allow.permission == engine::RedriveAllow::by_queue) != invalid())
            allow.source_queues.push_back(one_of(queue_names));
        change.redrive_allow_policy = allow;
    }
    if (invalid()) change.delay = seconds(901);
    if (invalid()) change.visibility_timeout = seconds(-1);
    if (invalid()) change.retention = seconds(59);
    if (invalid()) change.wait = seconds(21);
    return change;
}

std::vector<engine::QueueTag> Generator::tags() {
    std::vector<engine::QueueTag> tags;
    const auto count = 1 + random_.below(2);
    for (std::uint64_t i = 0; i < count; ++i)
        tags.push_back({std::string(1, static_cast<char>('p' + random_.below(4))), chance(20) ? "" : "value"});
    if (invalid()) tags.push_back({"", "no key"});
    if (invalid()) tags.push_back({std::string(129, 'k'), "long key"});
    return tags;
}

Entry Generator::entry(const std::string& queue) {
    Entry entry;
    entry.body = one_of<std::string>({"one", "two", "three", "four"});
    if (chance(4)) entry.body = std::string(1020 + random_.below(8), 'x');
    if (chance(10)) entry.attributes.push_back({"kind", "String", "test"});
    if (is_fifo(queue) != invalid()) {
        entry.group = one_of(group_names);
        if (chance(70)) entry.deduplication_id = "d" + std::to_string(random_.below(8));
        if (chance(5)) entry.delay = seconds(0);
    } else if (chance(30)) {
        entry.delay = one_of<Milliseconds>({seconds(0), Milliseconds(1), seconds(1), seconds(7), seconds(900)});
    }
    if (invalid()) entry.body.clear();
    if (invalid()) entry.delay = seconds(901);
    if (invalid()) entry.group = std::string(129, 'g');
    if (invalid()) entry.group = "with blank";
    if (invalid()) entry.deduplication_id = "";
    if (invalid()) entry.attributes.push_back({"AWS.name", "String", "value"});
    if (invalid()) entry.attributes.push_back({"kind", "Wrong", "value"});
    if (invalid()) entry.attributes.push_back({"empty", "Binary.label", ""});
    return entry;
}

Body Generator::send() {
    Send send;
    send.queue = queue();
    const auto count = invalid() ? 0 : chance(70) ? 1 : 1 + random_.below(5);
    for (std::uint64_t i = 0; i < count; ++i) send.entries.push_back(entry(send.queue));
    return send;
}

Milliseconds Generator::visibility() {
    if (invalid()) return hours(12) + Milliseconds(1);
    return one_of<Milliseconds>({seconds(0), seconds(0), Milliseconds(1), seconds(1), seconds(5), seconds(30),
                                 minutes(6), hours(11), hours(12)});
}

/// Somebody waits with this attempt id, or may from this step on: when two do, their answers depend on who is looked at
/// when.
bool Generator::awaited(const Model& model, const std::string& attempt) {
    if (!attempts_of_step_.insert(attempt).second) return true;
    for (const auto& [name, queue] : model.queues())
        for (const auto& waiter : queue.waiters)
            if (waiter.receive.attempt == attempt) return true;
    return false;
}

Body Generator::receive(const Model& model) {
    Receive receive;
    receive.queue = queue();
    receive.messages_max = chance(40) ? 1 : static_cast<std::int64_t>(1 + random_.below(10));
    if (chance(50)) receive.visibility = visibility();
    if (chance(50))
        receive.wait = one_of<Milliseconds>({seconds(0), Milliseconds(1), seconds(2), seconds(2), seconds(20)});
    if (is_fifo(receive.queue) && chance(20)) receive.attempt = "t" + std::to_string(random_.below(3));
    if (!receive.attempt.empty() && awaited(model, receive.attempt)) receive.attempt.clear();
    if (invalid()) receive.messages_max = one_of<std::int64_t>({-1, 0, 11});
    if (invalid()) receive.wait = one_of<Milliseconds>({Milliseconds(-1), Milliseconds(20'001)});
    if (invalid()) receive.attempt = one_of<std::string>({"t0", "with blank", std::string(129, 't')});
    return receive;
}

HandleReference Generator::handle(const Model& model, std::string& queue) {
    HandleReference reference;
    const auto& all = model.handles();
    if (all.empty() || invalid()) {
        reference.garbage = one_of<std::string>({"garbage", std::string(48, 'A'), std::string(500, 'z')});
        return reference;
    }
    // Mostly one of the last few receives.
    const auto back = chance(80) ? random_.below(std::min<std::size_t>(all.size(), 6)) : random_.below(all.size());
    const auto& [label, handles] = *std::prev(all.end(), static_cast<std::ptrdiff_t>(back) + 1);
    reference.receive = label;
    reference.index = random_.below(handles.size());
    // Nobody was told of a receive that was given back.
    if (given_back_.contains({reference.receive, reference.index})) return {0, 0, "given back"};
    if (!invalid())
        for (const auto& [name, each] : model.queues())
            if (each.incarnation == handles[reference.index].incarnation) queue = name;
    return reference;
}

Body Generator::remove(const Model& model) {
    Delete remove;
    remove.queue = queue();
    const auto count = invalid() ? 0 : chance(70) ? 1 : 1 + random_.below(4);
    for (std::uint64_t i = 0; i < count; ++i) remove.handles.push_back(handle(model, remove.queue));
    return remove;
}

Body Generator::change(const Model& model) {
    Change change;
    change.queue = queue();
    const auto count = invalid() ? 0 : chance(80) ? 1 : 1 + random_.below(3);
    for (std::uint64_t i = 0; i < count; ++i) {
        change.handles.push_back(handle(model, change.queue));
        change.visibility.push_back(visibility());
    }
    return change;
}

Body Generator::move() {
    Move move;
    move.source = chance(80) ? one_of<std::string>({"dead", "dead.fifo"}) : queue();
    if (chance(50))
        move.destination = is_fifo(move.source) != invalid() ? one_of<std::string>({"f.fifo", "g.fifo"})
                                                             : one_of<std::string>({"a", "b"});
    if (chance(30)) move.rate = one_of<std::int64_t>({1, 2, 500});
    if (invalid()) move.rate = one_of<std::int64_t>({0, 501});
    return move;
}

}  // namespace tern::model
