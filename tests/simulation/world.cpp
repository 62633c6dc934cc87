#include "tests/simulation/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "broker/engine/message_record.hpp"

/// The broker's side of the world: commit loop, time, faults. clients.cpp has the other side, inspection.cpp looks at
/// both.
namespace tern::simulation {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

}  // namespace

void World::note(std::string what) {
    diary_.push_back(fmt::format("{:>9} {}", (now_ - beginning).count(), std::move(what)));
    if (diary_.size() > diary_lines_max_) diary_.pop_front();
}

void World::open_engine() {
    engine_ = std::make_unique<engine::Engine>(limits_);
    engine_->open(*memory_.begin_read());
}

void World::step() {
    for (auto actions = random_.below(4); actions > 0; --actions) act();
    if (chance(30)) pass_time();
    if (chance(2)) change_space();
    if (chance(2)) return crash();
    if (chance(75)) commit_batch(1 + random_.below(12));
    if (mailbox_.empty() && chance(60)) flush();
    if (chance(10)) rest();
}

// ---- the commit loop

void World::commit_batch(std::size_t mail_max) {
    if (space_ == store::SpaceState::exhausted) return;
    std::vector<engine::Completion> completions;
    auto now = now_;
    bool power_failed = false;
    if (mutant_.mistake == Mistake::clock_runs_ahead && chance(5)) now = now + seconds(20);
    {
        const auto transaction = store_.begin_write();
        engine_->begin_batch(*transaction, now, engine_random_);
        for (const auto& commit : std::exchange(late_commits_, {})) {
            std::vector<engine::Completion> ignored;
            engine_->apply({0, 0, 0}, commit, ignored);
        }
        for (std::size_t i = 0; i < mail_max && !mailbox_.empty(); ++i) {
            const auto mail = std::move(mailbox_.front());
            mailbox_.pop_front();
            execute(mail, completions);
        }
        engine_->advance(completions);
        engine_->end_batch();
        // The power may fail before the commit as well as after it.
        power_failed = faults_ && random_.below(400) == 0;
        durable_ends_.before_commit(engine_->appended());
        if (!power_failed) transaction->commit();
    }
    if (power_failed) return crash();
    durable_ends_.after_commit();
    ++tally().commits;
    if (mutant_.mistake != Mistake::subscribers_told_early) tell_subscribers();
    news_ = engine_->take_published();
    if (mutant_.mistake == Mistake::subscribers_told_early) tell_subscribers();
    // This commit's flush has made the one before durable: its answers go out (docs/architecture.md).
    const auto durable = unreleased_.size();
    for (auto& completion : completions) unreleased_.push_back({std::move(completion), now_});
    inspect();
    release(mutant_.mistake == Mistake::answers_released_early ? unreleased_.size() : durable);
}

void World::execute(const Mail& mail, std::vector<engine::Completion>& completions) {
    if (const auto* give_back = std::get_if<GiveBack>(&mail)) {
        engine_->apply({0, 0, 0}, engine::GiveBackMessages{give_back->handles}, completions);
        return;
    }
    if (const auto* end = std::get_if<EndSession>(&mail)) {
        engine_->apply({0, end->session, 0}, engine::EndSession{}, completions);
        return;
    }
    auto& request = requests_.at(std::get<std::uint64_t>(mail));
    execute_request(request, completions);
    const auto* stream_request = std::get_if<StreamRequest>(&request.body);
    const auto* topic_request = std::get_if<TopicRequest>(&request.body);
    if (topic_request != nullptr && mutant_.mistake == Mistake::pushing_acknowledges) acknowledge_at_once(completions);
    const bool adds = std::holds_alternative<SendRequest>(request.body) ||
                      (stream_request != nullptr && std::holds_alternative<AppendRequest>(*stream_request)) ||
                      (topic_request != nullptr && std::holds_alternative<PublishRequest>(*topic_request));
    if (mutant_.mistake == Mistake::executed_twice && adds && chance(3)) {
        std::vector<engine::Completion> ignored;
        engine_->apply({0, request.session, request.number}, command_of(request), ignored);
    }
    if (mutant_.mistake == Mistake::histories_cut_too_far && topic_request != nullptr && chance(3)) {
        std::vector<engine::Completion> ignored;
        engine_->apply({0, 0, 0}, TopicClients::wrong_cut(1 + static_cast<std::int64_t>(random_.below(10))), ignored);
    }
    if (mutant_.mistake == Mistake::waiter_forgotten && chance(3))
        engine_->apply({0, request.session, 0}, engine::EndSession{}, completions);
}

void World::execute_request(Request& request, std::vector<engine::Completion>& completions) {
    const engine::Ticket ticket{0, request.session, request.number};
    auto command = command_of(request);
    if (auto* beat = std::get_if<engine::Heartbeat>(&command)) {
        request.deadline = now_ + beat->wait;
        if (mutant_.mistake == Mistake::heartbeats_say_nothing) beat->owned.clear();
    }
    if (auto* transact = std::get_if<engine::Transact>(&command);
        transact != nullptr && mutant_.mistake == Mistake::offsets_outside_transaction)
        for (auto& commit : std::exchange(transact->commits, {})) late_commits_.push_back(std::move(commit));
    if (const auto* receive = std::get_if<ReceiveRequest>(&request.body)) request.deadline = now_ + receive->wait;
    if (space_ == store::SpaceState::low && engine::grows(command)) {
        ++tally().refused_for_space;
        if (mutant_.mistake == Mistake::refused_but_executed) {
            std::vector<engine::Completion> ignored;
            engine_->apply(ticket, command, ignored);
        }
        completions.push_back({ticket, {Errc::storage_full, {}, {}}});
        return;
    }
    if (const auto* purge = std::get_if<PurgeRequest>(&request.body)) ledger_.purge(purge->queue);
    engine_->apply(ticket, command, completions);
}

/// What a member of the durable subscription was just given is gone for the broker.
void World::acknowledge_at_once(const std::vector<engine::Completion>& completions) {
    const auto* messages =
        completions.empty() ? nullptr : std::get_if<engine::Messages>(&completions.back().answer.body);
    if (messages == nullptr) return;
    AcknowledgeRequest all;
    for (const auto& message : messages->messages) all.pushed.push_back({{}, message.receipt_handle});
    std::vector<engine::Completion> ignored;
    engine_->apply({0, 0, 0}, topic_clients_.command_of(all), ignored);
}

void World::release(std::size_t count) {
    for (; count > 0 && !unreleased_.empty(); --count) {
        const auto answer = std::move(unreleased_.front());
        unreleased_.pop_front();
        release(answer);
    }
}

void World::release(const Unreleased& answer) {
    const auto found = requests_.find(answer.completion.ticket.request);
    if (found == requests_.end())
        throw Violation("unexpected", fmt::format("request {} is answered twice or was never made",
                                                  answer.completion.ticket.request));
    const auto request = std::move(found->second);
    requests_.erase(found);
    const auto& given = answer.completion.answer;
    if (const auto* receive = std::get_if<ReceiveRequest>(&request.body); receive != nullptr)
        return answer_receive(request, given, answer.executed_at);
    if (request.orphaned) {
        GiveBack back;
        if (const auto* messages = std::get_if<engine::Messages>(&given.body))
            for (const auto& message : messages->messages) back.handles.push_back(message.receipt_handle);
        give_back(std::move(back));
        if (const auto* change = std::get_if<ChangeRequest>(&request.body)) ledger_.lose_change(change->message.body);
        return;
    }
    this->answer(request, given, answer.executed_at);
}

void World::answer(const Request& request, const engine::Answer& given, Timestamp executed_at) {
    if (const auto* stream = std::get_if<StreamRequest>(&request.body))
        return stream_clients_.answered(*stream, given, executed_at);
    if (const auto* topic = std::get_if<TopicRequest>(&request.body))
        return topic_clients_.answered(*topic, given, executed_at);
    if (const auto* send = std::get_if<SendRequest>(&request.body)) answer_send(*send, given, executed_at);
    if (const auto* remove = std::get_if<DeleteRequest>(&request.body)) {
        const auto* results = std::get_if<engine::EntryResults>(&given.body);
        for (std::size_t i = 0; results != nullptr && i < remove->messages.size(); ++i)
            if (results->results.at(i) == Errc::ok)
                ledger_.acknowledge_delete(remove->messages[i].body, remove->messages[i].place);
    }
    if (const auto* change = std::get_if<ChangeRequest>(&request.body)) {
        const auto* results = std::get_if<engine::EntryResults>(&given.body);
        if (results != nullptr && results->results.at(0) == Errc::ok) {
            ledger_.acknowledge_change(change->message.body, executed_at + change->visibility_timeout);
        } else {
            ledger_.refuse_change(change->message.body);
        }
    }
}

void World::answer_send(const SendRequest& request, const engine::Answer& answer, Timestamp executed_at) {
    const auto* results = std::get_if<engine::SendResults>(&answer.body);
    for (std::size_t i = 0; i < request.sends.size(); ++i) {
        if (answer.status == Errc::ok && results != nullptr && results->results.at(i).status == Errc::ok) {
            ledger_.acknowledge_send(request.sends[i], results->results[i], executed_at);
        } else {
            ledger_.refuse_send(request.sends[i]);
        }
    }
}

void World::answer_receive(const Request& request, const engine::Answer& answer, Timestamp executed_at) {
    const auto& receive = std::get<ReceiveRequest>(request.body);
    const auto* messages = std::get_if<engine::Messages>(&answer.body);
    if (messages == nullptr) return;
    GiveBack back;
    Delivery delivery{request.number, receive.queue, executed_at, receive.visibility_timeout, {}};
    for (const auto& message : messages->messages) {
        const auto record = engine::decode_message(message.record);
        if (!record) throw Violation("unexpected", "a record cannot be decoded");
        delivery.bodies.emplace_back(record->body);
        back.handles.push_back(message.receipt_handle);
    }
    if (!request.orphaned) {
        note(fmt::format("request {} receives {} from {}", request.number, fmt::join(delivery.bodies, " "),
                         receive.queue));
        ledger_.deliver(delivery);
        for (std::size_t i = 0; i < back.handles.size(); ++i)
            held_.push_back({delivery.bodies[i], back.handles[i], {receive.queue, messages->messages[i].sequence}});
        return;
    }
    if (back.handles.empty()) return;
    note(fmt::format("{} is given back", fmt::join(delivery.bodies, " ")));
    ledger_.give_back(delivery.bodies);
    give_back(std::move(back));
}

void World::give_back(GiveBack back) {
    if (!back.handles.empty() && mutant_.mistake != Mistake::nothing_given_back) mailbox_.emplace_back(std::move(back));
}

void World::tell_subscribers() {
    topic_clients_.told(std::exchange(news_, {}));
}

void World::flush() {
    store_.flush();
    durable_ends_.after_flush();
    tell_subscribers();
    release(unreleased_.size());
}

bool World::idle() const {
    const auto next = engine_->next_deadline();
    return mailbox_.empty() && unreleased_.empty() && (!next || *next > now_);
}

/// Time stands still until all that can happen has happened.
void World::rest() {
    if (space_ == store::SpaceState::exhausted) return;
    for (int batches = 0; !idle(); ++batches) {
        if (batches > 10'000) throw Violation("restless", "the engine always has something to do");
        commit_batch(8);
        if (mailbox_.empty()) flush();
    }
    check_answered();
    ledger_.inspect_at_rest(stored());
}

// ---- faults and time

void World::pass_time() {
    const auto next = engine_->next_deadline();
    const bool near = next && *next > now_ && *next - now_ < hours(24 * 15);
    if (near && chance(50)) {
        now_ = std::max(now_, *next + Milliseconds(static_cast<std::int64_t>(random_.below(3)) - 1));
    } else {
        now_ = now_ + Milliseconds(static_cast<std::int64_t>(random_.below(chance(80) ? 3'000 : 60'000)));
    }
}

void World::change_space() {
    using store::SpaceState;
    const auto dice = random_.below(4);
    space_ = dice == 0 ? SpaceState::low : dice == 1 ? SpaceState::exhausted : SpaceState::plenty;
    note(fmt::format("space is now {}", static_cast<int>(space_)));
}

/// The process is gone with all its connections; what the disk holds is the last commit, or the one before it.
void World::crash() {
    const bool lose_last = chance(50);
    stream_ledger_.crashed(lose_last && memory_.last_commit_unflushed());
    memory_.crash(lose_last);
    durable_ends_.forget();
    late_commits_.clear();
    news_.clear();
    ++tally().crashes;
    note(fmt::format("crash{}", lose_last ? ", the last commit is lost" : ""));
    forget_sessions();
    topic_clients_.crashed();
    ledger_.lose_give_backs();
    mailbox_.clear();
    unreleased_.clear();
    open_engine();
    // The clock may have been set while the process was away; time never begins before the last moment on disk.
    const auto set = chance(20) ? Milliseconds(-static_cast<std::int64_t>(random_.below(5'000)))
                                : Milliseconds(static_cast<std::int64_t>(random_.below(chance(90) ? 2'000 : 600'000)));
    const auto before = std::exchange(now_, std::max(now_ + set, engine_->last_time()));
    if (now_ < before) stream_ledger_.clock_set_back(before - now_);
    if (now_ < latest_) counts_settle_at_ = latest_ + seconds(5);
    inspect();
}

}  // namespace tern::simulation
