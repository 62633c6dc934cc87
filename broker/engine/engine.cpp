#include "broker/engine/engine.hpp"

#include <algorithm>
#include <utility>

#include "broker/base/check.hpp"
#include "broker/base/overloaded.hpp"
#include "broker/engine/agenda.hpp"
#include "broker/engine/append.hpp"
#include "broker/engine/batch.hpp"
#include "broker/engine/counting.hpp"
#include "broker/engine/due_work.hpp"
#include "broker/engine/group_offsets.hpp"
#include "broker/engine/groups.hpp"
#include "broker/engine/handle_commands.hpp"
#include "broker/engine/membership.hpp"
#include "broker/engine/moves.hpp"
#include "broker/engine/publishing.hpp"
#include "broker/engine/queue_commands.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/receiving.hpp"
#include "broker/engine/sending.hpp"
#include "broker/engine/stream_commands.hpp"
#include "broker/engine/stream_log.hpp"
#include "broker/engine/streams.hpp"
#include "broker/engine/subscription_commands.hpp"
#include "broker/engine/topic_commands.hpp"
#include "broker/engine/topics.hpp"
#include "broker/engine/transact.hpp"

namespace tern::engine {
namespace {

constexpr BytesView last_time_row = "last time";
/// The stored time may lag by this much: a broker that starts then is late by as much at most.
constexpr Milliseconds last_time_lag_max{1000};

template <class T>
Answer answer_of(Result<T> result, auto make_body) {
    if (!result.has_value()) return refuse(result.error());
    return {Errc::ok, {}, make_body(std::move(*result))};
}

}  // namespace

struct Engine::State {
    EngineLimits limits;
    EngineCounters counters;
    Queues queues;
    Streams streams;
    Groups groups;
    Topics topics;
    Membership membership;
    Receiving receiving;
    Counting counting;
    std::optional<Batch> batch;
    Bytes scratch;
    std::uint64_t batch_number = 0;
    std::vector<AppendedPartition> appended;
    std::vector<Published> published;
    std::vector<std::uint32_t> deleted_topics;
    std::vector<EndpointId> new_endpoints;
    std::optional<Timestamp> agenda_due;
    Timestamp last_time;

    /// The command's answer; nothing for a receive that was parked and for commands that nobody waits for.
    std::optional<Answer> execute(const Ticket& ticket, const Command& command, std::vector<Completion>& completions);
    /// Nobody waits any longer for queues that were taken away.
    void leave_removed_queues(std::vector<Completion>& completions);
    void end_batch();
    void end_streams();
};

std::optional<Answer> Engine::State::execute(const Ticket& ticket, const Command& command,
                                             std::vector<Completion>& completions) {
    using Maybe = std::optional<Answer>;
    auto& b = *batch;
    return std::visit(
        Overloaded{
            [&](const CreateQueue& c) -> Maybe { return create_queue(b, c); },
            [&](const SetQueue& c) -> Maybe { return set_queue(b, c); },
            [&](const TagQueue& c) -> Maybe { return tag_queue(b, c); },
            [&](const UntagQueue& c) -> Maybe { return untag_queue(b, c); },
            [&](const PurgeQueue& c) -> Maybe { return purge_queue(b, c); },
            [&](const DeleteQueue& c) -> Maybe { return delete_queue(b, c); },
            [&](const SendMessages& c) -> Maybe { return send_messages(b, c); },
            [&](const ReceiveMessages& c) -> Maybe { return receiving.receive(b, ticket, c, completions); },
            [&](const DeleteMessages& c) -> Maybe { return delete_messages(b, c); },
            [&](const ChangeVisibility& c) -> Maybe { return change_visibility(b, c); },
            [&](const GiveBackMessages& c) -> Maybe { return give_back_messages(b, c), std::nullopt; },
            [&](const StartMove& c) -> Maybe {
                return answer_of(moves::start(b, c), [](std::string task) { return MoveStarted{std::move(task)}; });
            },
            [&](const CancelMove& c) -> Maybe {
                return answer_of(moves::cancel(b, c.task), [](std::uint64_t moved) { return MoveCancelled{moved}; });
            },
            [&](const CancelWait& c) -> Maybe {
                const Ticket waiting{ticket.io_thread, ticket.session, c.request};
                receiving.cancel(waiting, completions);
                membership.cancel(waiting, completions);
                return std::nullopt;
            },
            [&](const EndSession&) -> Maybe {
                receiving.end_session(ticket);
                membership.end_session(ticket);
                return std::nullopt;
            },
            [&](const CreateStream& c) -> Maybe { return create_stream(b, c); },
            [&](const SetStream& c) -> Maybe { return set_stream(b, c); },
            [&](const DeleteStream& c) -> Maybe { return delete_stream(b, c); },
            [&](const TruncateStream& c) -> Maybe { return truncate_stream(b, c); },
            [&](const Append& c) -> Maybe { return append(b, c); },
            [&](const AllocateProducer&) -> Maybe { return allocate_producer(b); },
            [&](const JoinGroup& c) -> Maybe { return membership.join(b, ticket, c, completions); },
            [&](const Heartbeat& c) -> Maybe { return membership.heartbeat(b, ticket, c, completions); },
            [&](const LeaveGroup& c) -> Maybe { return membership.leave(b, c, completions); },
            [&](const CommitOffsets& c) -> Maybe { return group_offsets::commit(b, c); },
            [&](const DeleteGroup& c) -> Maybe { return membership.remove_group(b, c); },
            [&](const Transact& c) -> Maybe { return transact(b, c); },
            [&](const CreateTopic& c) -> Maybe { return create_topic(b, c); },
            [&](const SetTopic& c) -> Maybe { return set_topic(b, c); },
            [&](const DeleteTopic& c) -> Maybe { return delete_topic(b, c); },
            [&](const EnsureTopic& c) -> Maybe { return ensure_topic(b, c); },
            [&](const Publish& c) -> Maybe { return publish(b, c); },
            [&](const AddSubscription& c) -> Maybe { return add_subscription(b, c); },
            [&](const SetSubscription& c) -> Maybe { return set_subscription(b, c); },
            [&](const RemoveSubscription& c) -> Maybe { return remove_subscription(b, c); },
            [&](const OpenDurable& c) -> Maybe { return open_durable(b, c); },
            [&](const AddEndpoint& c) -> Maybe { return add_endpoint(b, c); },
            [&](const ConfirmEndpoint& c) -> Maybe { return confirm_endpoint(b, c); },
        },
        command);
}

void Engine::State::leave_removed_queues(std::vector<Completion>& completions) {
    for (const auto queue : batch->removed_queues) {
        receiving.refuse_all(queue, completions);
        counting.forget(queue);
    }
    batch->removed_queues.clear();
}

/// Puts what was appended into blocks, and tells where.
void Engine::State::end_streams() {
    auto& b = *batch;
    for (auto* partition : streams.touched()) {
        const auto* stream = streams.find(b.transaction, partition->id.stream);
        stream_log::flush(b, stream->settings(), *partition);
        const auto end = partition->row.end_offset;
        if (end != partition->end_before) appended.push_back({partition->id, partition->end_before, end});
    }
    streams.write_back(b.transaction);
}

void Engine::State::end_batch() {
    auto& b = *batch;
    receiving.end_batch(b, queues.touched());
    counting.end_batch(b, queues.touched());
    const bool changed =
        !queues.touched().empty() || !streams.touched().empty() || b.groups_changed || b.topics_changed;
    if (changed && b.now - last_time >= last_time_lag_max) {
        last_time = b.now;
        const auto ms = last_time.ms();
        b.transaction.put(store::Table::meta, last_time_row, {reinterpret_cast<const char*>(&ms), sizeof ms});
    }
    queues.write_back(b.transaction);
    topics.write_back(b.transaction);
    end_streams();
    const auto first = agenda::first(b.transaction);
    agenda_due = first ? std::optional(first->due) : std::nullopt;
    published = std::move(b.published);
    deleted_topics = std::move(b.deleted_topics);
    new_endpoints = std::move(b.new_endpoints);
    scratch = std::move(b.scratch);
    batch.reset();
}

/// Subscribers must be able to come back when space is low: EnsureTopic and OpenDurable make a few rows at most.
static bool topics_grow(const Command& command) {
    if (const auto* publish = std::get_if<Publish>(&command)) return !publish->ephemeral;
    return std::holds_alternative<CreateTopic>(command) || std::holds_alternative<SetTopic>(command) ||
           std::holds_alternative<AddSubscription>(command) || std::holds_alternative<SetSubscription>(command) ||
           std::holds_alternative<AddEndpoint>(command);
}

bool grows(const Command& command) {
    if (const auto* transaction = std::get_if<Transact>(&command))
        return !transaction->sends.empty() || !transaction->appends.empty() || !transaction->commits.empty();
    return std::holds_alternative<SendMessages>(command) || std::holds_alternative<CreateQueue>(command) ||
           std::holds_alternative<SetQueue>(command) || std::holds_alternative<TagQueue>(command) ||
           std::holds_alternative<StartMove>(command) || std::holds_alternative<CreateStream>(command) ||
           std::holds_alternative<SetStream>(command) || std::holds_alternative<Append>(command) ||
           std::holds_alternative<AllocateProducer>(command) || std::holds_alternative<JoinGroup>(command) ||
           std::holds_alternative<CommitOffsets>(command) || topics_grow(command);
}

Engine::Engine(EngineLimits limits) : state_(std::make_unique<State>()) {
    state_->limits = limits;
}

Engine::~Engine() = default;

void Engine::open(const store::ReadTransaction& transaction) {
    const auto stored = transaction.get(store::Table::meta, last_time_row);
    if (stored) state_->last_time = Timestamp(load_little<std::int64_t>(stored.bytes().data()));
    if (const auto first = agenda::first(transaction)) state_->agenda_due = first->due;
    state_->membership.open(transaction);
}

Timestamp Engine::last_time() const {
    return state_->last_time;
}

void Engine::begin_batch(store::WriteTransaction& transaction, Timestamp now, RandomSource& random) {
    TERN_CHECK(!state_->batch);
    auto& s = *state_;
    s.appended.clear();
    s.published.clear();
    s.deleted_topics.clear();
    s.new_endpoints.clear();
    s.batch.emplace(Batch{.transaction = transaction,
                          .now = now,
                          .random = random,
                          .limits = s.limits,
                          .counters = s.counters,
                          .queues = s.queues,
                          .streams = s.streams,
                          .groups = s.groups,
                          .topics = s.topics,
                          .number = ++s.batch_number,
                          .due_work_left = s.limits.due_work_per_batch,
                          .fed = {},
                          .changed_streams = {},
                          .new_endpoints = {},
                          .groups_changed = false,
                          .topics_changed = false,
                          .removed_queues = {},
                          .published = {},
                          .deleted_topics = {},
                          .scratch = std::move(s.scratch)});
}

void Engine::apply(const Ticket& ticket, const Command& command, std::vector<Completion>& completions) {
    TERN_CHECK(state_->batch);
    auto answer = state_->execute(ticket, command, completions);
    state_->leave_removed_queues(completions);
    if (answer) {
        if (answer->status != Errc::ok) ++state_->counters.refusals;
        completions.push_back({ticket, std::move(*answer)});
    }
    state_->receiving.serve_fed(*state_->batch, completions);
}

void Engine::advance(std::vector<Completion>& completions) {
    TERN_CHECK(state_->batch);
    auto& batch = *state_->batch;
    do_due_work(batch);
    state_->leave_removed_queues(completions);
    state_->counting.advance(batch);
    state_->receiving.advance(batch, completions);
    state_->membership.advance(batch, completions);
}

void Engine::end_batch() {
    TERN_CHECK(state_->batch);
    state_->end_batch();
}

const std::vector<AppendedPartition>& Engine::appended() const {
    return state_->appended;
}

std::vector<Published> Engine::take_published() {
    return std::exchange(state_->published, {});
}

std::vector<std::uint32_t> Engine::take_deleted_topics() {
    return std::exchange(state_->deleted_topics, {});
}

std::vector<EndpointId> Engine::take_new_endpoints() {
    return std::exchange(state_->new_endpoints, {});
}

std::vector<LostMember> Engine::take_lost_members() {
    return state_->groups.take_lost_members();
}

void Engine::end_overdue_waits(Timestamp now, std::vector<Completion>& completions) {
    TERN_CHECK(!state_->batch);
    state_->counters.receives_empty += state_->receiving.answer_overdue(now, completions);
    state_->membership.end_overdue_waits(now, state_->groups, completions);
}

std::optional<Timestamp> Engine::next_deadline() const {
    auto earliest = state_->agenda_due;
    for (const auto& other :
         {state_->receiving.next_deadline(), state_->counting.next_deadline(), state_->membership.next_deadline()})
        if (other && (!earliest || *other < *earliest)) earliest = other;
    return earliest;
}

std::size_t Engine::waiting_receives() const {
    return state_->receiving.waiting();
}

const EngineCounters& Engine::counters() const {
    return state_->counters;
}

}  // namespace tern::engine
