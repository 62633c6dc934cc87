#include "tests/model/subject.hpp"

#include "broker/base/overloaded.hpp"

namespace tern::model {
namespace {

// Far more than any run's state can need, even at one piece of due work a batch.
constexpr int batches_until_idle_max = 20'000;

std::string no_rest(Milliseconds overdue) {
    return "the engine finds no rest, its next deadline is " + std::to_string(overdue.count()) + " ms ago";
}

engine::QueueName named(const std::string& name) {
    return {"", name};
}

engine::NewMessage message_of(const Entry& entry) {
    engine::NewMessage message;
    message.body = entry.body;
    for (const auto& attribute : entry.attributes)
        message.attributes.push_back({attribute.name, attribute.type, attribute.value});
    message.delay = entry.delay;
    message.group_id = entry.group;
    if (entry.deduplication_id) message.deduplication_id = *entry.deduplication_id;
    return message;
}

}  // namespace

Subject::Subject(engine::EngineLimits limits, std::uint64_t seed) : random_(seed), limits_(limits) {
    reopen();
}

void Subject::reopen() {
    engine_ = std::make_unique<engine::Engine>(limits_);
    engine_->open(*store_.begin_read());
}

std::vector<engine::Completion> Subject::execute(Timestamp now, const std::vector<Action>& actions) {
    std::vector<engine::Completion> completions;
    run_batch(now, actions, completions);
    for (int batches = 0;; ++batches) {
        const auto next = engine_->next_deadline();
        if (!next || *next > now) break;
        if (batches == batches_until_idle_max) throw SubjectFailure(no_rest(now - *next));
        run_batch(now, {}, completions);
    }
    return completions;
}

void Subject::run_batch(Timestamp now, const std::vector<Action>& actions,
                        std::vector<engine::Completion>& completions) {
    const auto before = completions.size();
    const auto transaction = store_.begin_write();
    engine_->begin_batch(*transaction, now, random_);
    for (const auto& action : actions) {
        const auto answered = completions.size();
        engine_->apply({0, action.session, action.label}, command_of(action), completions);
        // A command later in the batch may name what an earlier one was answered with.
        for (auto i = answered; i < completions.size(); ++i) {
            const auto& answer = completions[i].answer;
            if (const auto* messages = std::get_if<engine::Messages>(&answer.body))
                remember_handles(completions[i].ticket.request, messages->messages);
            if (const auto* move = std::get_if<engine::MoveStarted>(&answer.body))
                tasks_[completions[i].ticket.request] = move->task;
        }
    }
    const auto applied = completions.size();
    engine_->advance(completions);
    engine_->end_batch();
    transaction->commit();
    for (auto i = std::max(before, applied); i < completions.size(); ++i)
        if (const auto* messages = std::get_if<engine::Messages>(&completions[i].answer.body))
            remember_handles(completions[i].ticket.request, messages->messages);
}

void Subject::remember_handles(std::uint64_t label, const std::vector<engine::ReceivedMessage>& messages) {
    auto& handles = handles_[label];
    handles.clear();
    for (const auto& message : messages) handles.push_back(message.receipt_handle);
}

const std::string& Subject::handle(const HandleReference& reference) const {
    static const std::string unknown = "nobody-gave-this-handle";
    if (!reference.garbage.empty()) return reference.garbage;
    const auto found = handles_.find(reference.receive);
    return found != handles_.end() && reference.index < found->second.size() ? found->second[reference.index] : unknown;
}

const std::string& Subject::task(std::uint64_t label) const {
    static const std::string unknown = "nobody-gave-this-task";
    const auto found = tasks_.find(label);
    return found != tasks_.end() ? found->second : unknown;
}

engine::Command Subject::command_of(const Action& action) const {
    return std::visit(
        Overloaded{
            [](const Create& a) -> engine::Command {
                return engine::CreateQueue{named(a.queue), a.settings, a.tags};
            },
            [](const Drop& a) -> engine::Command { return engine::DeleteQueue{named(a.queue)}; },
            [](const Set& a) -> engine::Command {
                return engine::SetQueue{named(a.queue), a.settings};
            },
            [](const Tag& a) -> engine::Command {
                return engine::TagQueue{named(a.queue), a.tags};
            },
            [](const Untag& a) -> engine::Command {
                return engine::UntagQueue{named(a.queue), a.keys};
            },
            [](const Purge& a) -> engine::Command { return engine::PurgeQueue{named(a.queue)}; },
            [](const Send& a) -> engine::Command {
                engine::SendMessages send{named(a.queue), {}};
                for (const auto& entry : a.entries) send.messages.push_back(message_of(entry));
                return send;
            },
            [](const Receive& a) -> engine::Command {
                return engine::ReceiveMessages{named(a.queue), a.messages_max, a.visibility, a.wait, a.attempt};
            },
            [this](const Delete& a) -> engine::Command {
                engine::DeleteMessages remove{named(a.queue), {}};
                for (const auto& reference : a.handles) remove.receipt_handles.push_back(handle(reference));
                return remove;
            },
            [this](const Change& a) -> engine::Command {
                engine::ChangeVisibility change{named(a.queue), {}};
                for (std::size_t i = 0; i < a.handles.size(); ++i)
                    change.changes.push_back({handle(a.handles[i]), a.visibility[i]});
                return change;
            },
            [this](const GiveBack& a) -> engine::Command {
                engine::GiveBackMessages give_back;
                for (const auto& reference : a.handles) give_back.receipt_handles.push_back(handle(reference));
                return give_back;
            },
            [](const Move& a) -> engine::Command {
                engine::StartMove move{named(a.source), std::nullopt, a.rate};
                if (a.destination) move.destination = named(*a.destination);
                return move;
            },
            [this](const CancelMove& a) -> engine::Command { return engine::CancelMove{task(a.move)}; },
            [](const CancelWait& a) -> engine::Command { return engine::CancelWait{a.receive}; },
            [](const EndSession&) -> engine::Command { return engine::EndSession{}; },
        },
        action.body);
}

}  // namespace tern::model
