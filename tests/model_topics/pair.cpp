#include "tests/model_topics/pair.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "broker/base/overloaded.hpp"
#include "tests/model_topics/filters.hpp"

namespace tern::topic_model {
namespace {

constexpr Timestamp beginning(1'700'000'000'123);
/// As long as a queue can keep messages, so that none goes by its age.
constexpr Milliseconds queue_retention = std::chrono::days(14);

engine::SubscriptionSettingsChange settings_of(const Wishes& wishes) {
    engine::SubscriptionSettingsChange settings;
    settings.pattern = wishes.pattern;
    settings.raw = wishes.raw;
    settings.dead_letter_queue = wishes.dead_letter_queue;
    if (wishes.filter) {
        settings.filter_policy = filters()[*wishes.filter].policy;
        settings.filter_scope = filters()[*wishes.filter].scope;
    }
    return settings;
}

engine::Command command_of(const Publish& publish) {
    auto batch = std::make_shared<engine::PublicationBatch>();
    for (const auto& entry : publish.entries) {
        engine::Publication publication;
        publication.subject = entry.subject;
        publication.data = entry.data;
        publication.attributes = attributes_of(entry);
        publication.group_id = entry.group;
        publication.deduplication_id = entry.deduplication_id;
        batch->push_back(std::move(publication));
    }
    return engine::Publish{{"", publish.topic}, std::move(batch), publish.ephemeral, publish.topic_must_exist};
}

engine::Command command_of(const CreateQueue& create) {
    engine::CreateQueue command{{"", create.queue}, {}, {}};
    command.settings.retention = queue_retention;
    command.settings.visibility_timeout = queue_visibility_timeout;
    if (create.queue.ends_with(".fifo")) command.settings.fifo = true;
    return command;
}

/// Names something that an action before it may have made: it begins a batch.
bool refers(const Action& action) {
    return std::holds_alternative<Pull>(action.body) || std::holds_alternative<Finish>(action.body) ||
           std::holds_alternative<Change>(action.body) || std::holds_alternative<Unsubscribe>(action.body);
}

}  // namespace

Pair::Pair(std::uint64_t seed, const Profile& profile) : model_(profile.limits), subject_(profile.limits, seed) {
    model_.set_time(beginning);
}

Complaint Pair::execute(const Step& step) {
    try {
        return execute_checked(step);
    } catch (const stream_model::SubjectFailure& failure) {
        return failure.what();
    }
}

Complaint Pair::execute_checked(const Step& step) {
    // A process takes longer than that to end and to begin.
    const auto wait = step.reopen ? std::max(step.wait, Milliseconds(1)) : step.wait;
    model_.set_time(model_.now() + wait);
    if (step.reopen) {
        subject_.reopen();
        model_.reopened();
    }
    Actions together;
    for (const auto& action : step.actions) {
        if (refers(action))
            if (auto complaint = execute_batch(std::exchange(together, {})); !complaint.empty()) return complaint;
        together.push_back(action);
    }
    if (auto complaint = execute_batch(together); !complaint.empty()) return complaint;
    const auto snapshot = subject_.snapshot();
    for (const auto& query : step.queries)
        if (auto complaint = model_.ask(query, *snapshot); !complaint.empty()) return complaint;
    return {};
}

Complaint Pair::execute_batch(const Actions& actions) {
    model_.begin_batch();
    std::vector<stream_model::Subject::Command> commands;
    for (const auto& action : actions) commands.push_back({action.label, command_of(action)});
    auto completions = subject_.execute(model_.now(), commands);
    for (const auto& action : actions)
        if (auto complaint = judge(action, completions); !complaint.empty())
            return fmt::format("#{}: {}", action.label, complaint);
    if (!completions.empty()) return fmt::format("#{}: answered twice", completions.front().ticket.request);
    auto complaint = model_.end_batch(subject_.published(), subject_.deleted_topics());
    return complaint.empty() ? model_.observe(*subject_.snapshot()) : complaint;
}

Complaint Pair::judge(const Action& action, std::vector<engine::Completion>& completions) {
    const auto* finish = std::get_if<Finish>(&action.body);
    if (finish != nullptr && finish->end == End::give_back) {
        if (model_.can_give_back(*finish)) model_.give_back(*finish);
        return {};
    }
    const auto answered = std::find_if(completions.begin(), completions.end(), [&](const auto& completion) {
        return completion.ticket.request == action.label;
    });
    if (answered == completions.end()) return "not answered";
    const auto given = std::move(answered->answer);
    completions.erase(answered);
    if (const auto* messages = std::get_if<engine::Messages>(&given.body))
        for (const auto& message : messages->messages) handles_[action.label].push_back(message.receipt_handle);
    return model_.judge(action.label, action.body, given);
}

engine::Command Pair::command_of(const Finish& finish) {
    const auto& handles = handles_[finish.pull];
    if (finish.end == End::give_back)
        return engine::GiveBackMessages{model_.can_give_back(finish) ? std::vector{handles[finish.index]}
                                                                     : std::vector<std::string>()};
    // Of a pull that was dropped, or was given less: something harmless.
    if (finish.index >= handles.size()) return engine::DeleteMessages{{"", "nowhere"}, {}};
    const auto& handle = handles[finish.index];
    const auto queue = model_.queue_of(finish.pull);
    if (finish.end == End::acknowledge) return engine::DeleteMessages{queue, {handle}};
    return engine::ChangeVisibility{queue, {{handle, Milliseconds(0)}}};
}

engine::Command Pair::command_of(const Action& action) {
    return std::visit(
        Overloaded{
            [](const CreateTopic& a) -> engine::Command {
                return engine::CreateTopic{{"", a.topic}, a.settings, {}};
            },
            [](const SetTopic& a) -> engine::Command {
                return engine::SetTopic{{"", a.topic}, a.settings};
            },
            [](const DropTopic& a) -> engine::Command {
                return engine::DeleteTopic{{"", a.topic}};
            },
            [](const Publish& a) -> engine::Command { return topic_model::command_of(a); },
            [](const CreateQueue& a) -> engine::Command { return topic_model::command_of(a); },
            [](const DropQueue& a) -> engine::Command {
                return engine::DeleteQueue{{"", a.queue}};
            },
            [](const Subscribe& a) -> engine::Command {
                return engine::AddSubscription{{"", a.topic}, a.queue, settings_of(a.wishes)};
            },
            [&](const Change& a) -> engine::Command {
                return engine::SetSubscription{
                    {"", a.topic}, model_.name_of(a.topic, a.subscription), settings_of(a.wishes)};
            },
            [&](const Unsubscribe& a) -> engine::Command {
                return engine::RemoveSubscription{{"", a.topic}, model_.name_of(a.topic, a.subscription)};
            },
            [](const OpenDurable& a) -> engine::Command {
                return engine::OpenDurable{{"", a.topic}, a.name, settings_of(a.wishes), a.ack_wait, a.deliveries_max};
            },
            [](const EnsureTopic& a) -> engine::Command {
                return engine::EnsureTopic{{"", a.topic}};
            },
            [&](const Pull& a) -> engine::Command {
                return engine::ReceiveMessages{model_.queue_of(a.topic, a.name), a.messages_max, {}, {}, {}};
            },
            [&](const Finish& a) -> engine::Command { return command_of(a); },
        },
        action.body);
}

}  // namespace tern::topic_model
