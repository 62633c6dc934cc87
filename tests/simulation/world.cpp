#include "tests/simulation/world.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "broker/engine/audit.hpp"
#include "broker/engine/message_record.hpp"
#include "broker/engine/queries.hpp"

/// The broker's side of the world: commit loop, time, faults, inspection. clients.cpp has the other side.
namespace tern::simulation {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Timestamp beginning(1'700'000'000'000);

constexpr std::array<const char*, 4> queue_names = {"dead", "dead.fifo", "work", "orders.fifo"};

engine::QueueName named(const std::string& queue) {
    return {"", queue};
}

}  // namespace

World::World(std::uint64_t seed, const Mutant& mutant, std::size_t diary_lines_max)
    : random_(seed),
      engine_random_(seed + 1),
      mutant_(mutant),
      store_(memory_, mutant.forgetfulness, seed + 2),
      now_(beginning),
      retention_(chance(80) ? Milliseconds(hours(24 * 14)) : Milliseconds(minutes(1))),
      ledger_(retention_),
      diary_lines_max_(diary_lines_max) {
    if (chance(30)) limits_.due_work_per_batch = static_cast<std::uint32_t>(2 + random_.below(8));
    if (chance(20)) limits_.in_flight_max_standard = limits_.in_flight_max_fifo = 3 + random_.below(4);
    for (auto& session : sessions_) session = next_session_++;
    open_engine();
    create_queues();
}

void World::note(std::string what) {
    diary_.push_back(fmt::format("{:>9} {}", (now_ - beginning).count(), std::move(what)));
    if (diary_.size() > diary_lines_max_) diary_.pop_front();
}

/// Queues are there before the first fault.
void World::create_queues() {
    const auto transaction = memory_.begin_write();
    std::vector<engine::Completion> completions;
    engine_->begin_batch(*transaction, now_, engine_random_);
    for (const std::string name : queue_names) {
        engine::CreateQueue create{named(name), {}, {}};
        create.settings.retention = retention_;
        create.settings.visibility_timeout = seconds(30);
        if (chance(30)) create.settings.delay = seconds(1 + random_.below(3));
        if (name.ends_with(".fifo")) create.settings.fifo = true;
        if (!name.starts_with("dead") && chance(50))
            create.settings.redrive_policy = {name.ends_with(".fifo") ? "dead.fifo" : "dead",
                                              static_cast<std::uint32_t>(1 + random_.below(3))};
        engine_->apply({0, 0, 0}, create, completions);
    }
    engine_->advance(completions);
    engine_->end_batch();
    transaction->commit();
    memory_.flush();
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
        for (std::size_t i = 0; i < mail_max && !mailbox_.empty(); ++i) {
            const auto mail = std::move(mailbox_.front());
            mailbox_.pop_front();
            execute(mail, completions);
        }
        engine_->advance(completions);
        engine_->end_batch();
        // The power may fail before the commit as well as after it.
        power_failed = faults_ && random_.below(400) == 0;
        if (!power_failed) transaction->commit();
    }
    if (power_failed) return crash();
    ++tally().commits;
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
    if (mutant_.mistake == Mistake::executed_twice && std::holds_alternative<SendRequest>(request.body) && chance(3)) {
        std::vector<engine::Completion> ignored;
        engine_->apply({0, request.session, request.number}, command_of(request), ignored);
    }
    if (mutant_.mistake == Mistake::waiter_forgotten && chance(3))
        engine_->apply({0, request.session, 0}, engine::EndSession{}, completions);
}

void World::execute_request(Request& request, std::vector<engine::Completion>& completions) {
    const engine::Ticket ticket{0, request.session, request.number};
    const auto command = command_of(request);
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
        if (const auto* change = std::get_if<ChangeRequest>(&request.body)) ledger_.lose_change(change->message.body);
        return;
    }
    if (const auto* send = std::get_if<SendRequest>(&request.body)) answer_send(*send, given, answer.executed_at);
    if (const auto* remove = std::get_if<DeleteRequest>(&request.body)) {
        const auto* results = std::get_if<engine::EntryResults>(&given.body);
        for (std::size_t i = 0; results != nullptr && i < remove->messages.size(); ++i)
            if (results->results.at(i) == Errc::ok)
                ledger_.acknowledge_delete(remove->messages[i].body, remove->messages[i].place);
    }
    if (const auto* change = std::get_if<ChangeRequest>(&request.body)) {
        const auto* results = std::get_if<engine::EntryResults>(&given.body);
        if (results != nullptr && results->results.at(0) == Errc::ok) {
            ledger_.acknowledge_change(change->message.body, answer.executed_at + change->visibility_timeout);
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
    if (mutant_.mistake != Mistake::nothing_given_back) mailbox_.emplace_back(std::move(back));
}

void World::flush() {
    store_.flush();
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
    if (next && *next > now_ && chance(50)) {
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
    memory_.crash(lose_last);
    ++tally().crashes;
    note(fmt::format("crash{}", lose_last ? ", the last commit is lost" : ""));
    forget_sessions();
    ledger_.lose_give_backs();
    mailbox_.clear();
    unreleased_.clear();
    open_engine();
    // The clock may have been set while the process was away; time never begins before the last moment on disk.
    const auto set = chance(20) ? Milliseconds(-static_cast<std::int64_t>(random_.below(5'000)))
                                : Milliseconds(static_cast<std::int64_t>(random_.below(chance(90) ? 2'000 : 600'000)));
    now_ = std::max(now_ + set, engine_->last_time());
    if (now_ < latest_) counts_settle_at_ = latest_ + seconds(5);
    inspect();
}

// ---- inspection

std::vector<Stored> World::stored() const {
    std::vector<Stored> all;
    auto& store = const_cast<store::MemoryStore&>(memory_);
    const auto snapshot = store.begin_read();
    for (const std::string name : queue_names) {
        std::array<std::uint64_t, 3> seen{};
        for (std::size_t view = 0; view < seen.size(); ++view) {
            const auto messages = engine::peek(*snapshot, now_, named(name), {1000, view == 0, view == 1, view == 2});
            if (!messages.has_value()) throw Violation("inconsistent", name + " cannot be peeked at");
            seen[view] = messages->messages.size();
            for (const auto& message : messages->messages) {
                const auto record = engine::decode_message(message.record);
                if (!record) throw Violation("inconsistent", name + " holds a record that cannot be decoded");
                all.push_back(
                    {std::string(record->body), name, record->id, message.sequence, record->sent_at, view == 1});
            }
        }
        const auto described = engine::describe_queue(*snapshot, now_, named(name));
        if (!described.has_value()) throw Violation("inconsistent", name + " cannot be described");
        const auto& counts = described->counts;
        // What is past its retention is not shown, but counted until it is removed. And a clock that was set back makes
        // counts that were true for a moment to come true again.
        if (now_ - beginning >= retention_ || now_ < counts_settle_at_) continue;
        if (counts.visible != seen[0] || counts.in_flight != seen[1] || counts.delayed != seen[2])
            throw Violation("miscounted",
                            fmt::format("{} counts {}/{}/{}, but holds {}/{}/{} visible/in flight/delayed", name,
                                        counts.visible, counts.in_flight, counts.delayed, seen[0], seen[1], seen[2]));
    }
    return all;
}

void World::inspect() {
    latest_ = std::max(latest_, now_);
    ledger_.inspect(stored(), now_);
    const auto findings = engine::audit(*memory_.begin_read());
    if (!findings.empty()) throw Violation("inconsistent", findings.front());
}

void World::check_answered() {
    for (const auto& [number, request] : requests_) {
        if (request.orphaned) continue;
        if (!request.deadline || *request.deadline <= now_)
            throw Violation("unanswered", fmt::format("request {} of session {}", number, request.session));
    }
}

/// Nothing is left behind when the last message is gone and its deduplication window is over.
void World::check_empty() {
    using store::Table;
    const auto snapshot = memory_.begin_read();
    for (const auto table : {Table::queue_messages, Table::queue_schedule, Table::queue_positions, Table::fifo_groups,
                             Table::fifo_order, Table::fifo_delayed, Table::deduplication, Table::receive_attempts})
        if (const auto rows = snapshot->rows(table); rows != 0)
            throw Violation("leaked", fmt::format("{} rows in {} after everything was deleted", rows,
                                                  store::traits_of(table).name));
}

void World::drain() {
    faults_ = false;
    space_ = store::SpaceState::plenty;
    store_.heal();
    rest();
    for (int round = 0; !stored().empty(); ++round) {
        if (round > 2'000) throw Violation("restless", "a queue cannot be emptied");
        now_ = now_ + seconds(7);
        for (const std::string name : queue_names)
            submit({0, a_session(), ReceiveRequest{name, 10, minutes(2), Milliseconds(0)}, std::nullopt, false});
        rest();
        while (!held_.empty()) {
            const auto taken = take_held(10);
            submit({0, a_session(), DeleteRequest{taken.front().place.queue, taken}, std::nullopt, false});
        }
        rest();
    }
    now_ = now_ + minutes(20);
    rest();
    now_ = now_ + minutes(20);
    rest();
    check_empty();
}

}  // namespace tern::simulation
