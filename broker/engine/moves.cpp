#include "broker/engine/moves.hpp"

#include <algorithm>
#include <vector>

#include "broker/base/base64url.hpp"
#include "broker/engine/agenda.hpp"
#include "broker/engine/dead_letters.hpp"
#include "broker/engine/fields.hpp"
#include "broker/engine/hidden_names.hpp"
#include "broker/engine/queue_kind.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine::moves {
namespace {

using store::Table;

constexpr std::int64_t messages_per_second_max = 500;
/// How many ended tasks a queue remembers.
constexpr std::size_t tasks_kept = 10;
/// A step with a rate moves what has become allowed in this time, so that a low rate costs few commits.
constexpr Milliseconds step_interval_min{100};

Bytes encode(const Task& task) {
    return FieldWriter()(task.source_id)(task.number)(task.secret)(task.destination)(task.status)(task.started_at.ms())(
               task.messages_per_second_max)(task.moved)(task.to_move)(task.failure)
        .take();
}

void save(Batch& batch, const Task& task) {
    batch.transaction.put(Table::move_tasks, keys::move_task(task.source_id, task.number).view(), encode(task));
}

std::optional<Task> find(const store::ReadTransaction& transaction, std::uint32_t source_id, std::uint32_t number) {
    const auto stored = transaction.get(Table::move_tasks, keys::move_task(source_id, number).view());
    return stored ? decode_task(stored.bytes()) : std::nullopt;
}

std::vector<Task> tasks_of(const store::ReadTransaction& transaction, std::uint32_t source_id) {
    std::vector<Task> tasks;
    const auto prefix = keys::queue(source_id);
    const auto cursor = transaction.cursor(Table::move_tasks);
    for (bool more = cursor->seek(prefix.view()); more; more = cursor->next()) {
        if (!cursor->key().starts_with(prefix.view())) break;
        const auto value = cursor->value();
        if (auto task = value ? decode_task(value.bytes()) : std::nullopt) tasks.push_back(std::move(*task));
    }
    return tasks;
}

void go_on_at(Batch& batch, const Task& task, Timestamp at) {
    agenda::add(batch.transaction, at, agenda::Kind::move_messages,
                keys::move_task(task.source_id, task.number).view());
}

void end(Batch& batch, Task& task, MoveStatus status, std::string failure = {}) {
    task.status = status;
    task.failure = std::move(failure);
    save(batch, task);
}

/// How many more messages the rate allows by now; the first at once.
std::uint64_t allowed(const Task& task, Timestamp now) {
    const auto left = task.to_move > task.moved ? task.to_move - task.moved : 0;
    if (task.messages_per_second_max == 0) return left;
    const auto elapsed_ms = static_cast<std::uint64_t>((now - task.started_at).count());
    const auto by_now = elapsed_ms * task.messages_per_second_max / 1000 + 1;
    return std::min(left, by_now > task.moved ? by_now - task.moved : 0);
}

/// Where a message goes: the task's destination, or where it came from.
Queue* destination_of(Batch& batch, const Queue& source, const Task& task, const MessageRecord& record) {
    const auto name = task.destination.empty() ? std::string(record.dead_letter_source) : task.destination;
    if (name.empty()) return nullptr;
    const auto found =
        batch.queues.find(batch.transaction, hidden_names::dead_letter_source(source.row.queue.namespace_name, name));
    const bool fits = found.has_value() && (*found)->settings().fifo == source.settings().fifo && *found != &source;
    return fits ? *found : nullptr;
}

/// A moved message is a new one, with a new id, age and receive count (SQS developer guide, "dead-letter queue
/// redrive").
void put_into(Batch& batch, Queue& destination, BytesView record_bytes) {
    auto record = decode_message(record_bytes);
    if (!record) return;
    record->id = {batch.random.next(), batch.random.next()};
    record->secret = batch.random.next();
    record->sent_at = batch.now;
    record->first_available_at = batch.now;
    record->dead_letter_source = {};
    kind::enqueue(batch, destination, *record);
    ++batch.counters.messages_moved;
}

enum class Outcome : std::uint8_t { moved, nothing_left, no_destination, source_unknown };

Outcome move_one(Batch& batch, Queue& source, const Task& task) {
    Queue* destination = nullptr;
    auto outcome = Outcome::nothing_left;
    const auto taken = kind::take_first(batch, source, [&](const MessageRecord& record) {
        destination = destination_of(batch, source, task, record);
        if (destination != nullptr) return true;
        const bool unknown = task.destination.empty() && record.dead_letter_source.empty();
        outcome = unknown ? Outcome::source_unknown : Outcome::no_destination;
        return false;
    });
    if (!taken) return outcome;
    put_into(batch, *destination, taken->record);
    return Outcome::moved;
}

}  // namespace

std::optional<Task> decode_task(BytesView row) {
    Task task;
    std::int64_t started_at = 0;
    FieldReader from(row);
    from(task.source_id)(task.number)(task.secret)(task.destination)(task.status)(
        started_at)(task.messages_per_second_max)(task.moved)(task.to_move)(task.failure);
    task.started_at = Timestamp(started_at);
    if (!from.sound()) return std::nullopt;
    return task;
}

std::string handle_of(const Task& task) {
    return encode_base64url(FieldWriter()(task.source_id)(task.number)(task.secret).take());
}

Result<std::string> start(Batch& batch, const StartMove& wanted) {
    const auto rate = wanted.messages_per_second_max.value_or(0);
    if (wanted.messages_per_second_max && (rate < 1 || rate > messages_per_second_max)) return Errc::move_rate_invalid;
    const auto source = batch.queues.find(batch.transaction, wanted.source);
    if (!source.has_value()) return Errc::move_source_does_not_exist;
    if (!dead_letters::has_sources(batch.transaction, wanted.source)) return Errc::move_source_not_dead_letter;
    if (wanted.destination) {
        const auto destination = batch.queues.find(batch.transaction, *wanted.destination);
        if (!destination.has_value()) return Errc::move_destination_does_not_exist;
        const bool same_type = (*destination)->settings().fifo == (*source)->settings().fifo;
        const bool same_namespace = wanted.destination->namespace_name == wanted.source.namespace_name;
        if (*destination == *source || !same_type || !same_namespace) return Errc::move_destination_invalid;
    }
    const auto earlier = tasks_of(batch.transaction, (*source)->id);
    const auto running = [](const Task& task) { return task.status == MoveStatus::running; };
    if (std::any_of(earlier.begin(), earlier.end(), running)) return Errc::move_already_running;

    kind::freshen(batch, **source);
    Task task{.source_id = (*source)->id,
              .number = earlier.empty() ? 1 : earlier.back().number + 1,
              .secret = batch.random.next(),
              .destination = wanted.destination ? wanted.destination->name : std::string(),
              .status = MoveStatus::running,
              .started_at = batch.now,
              .messages_per_second_max = static_cast<std::uint32_t>(rate),
              .moved = 0,
              .to_move = (*source)->counters.visible,
              .failure = {}};
    for (std::size_t i = 0; i + tasks_kept <= earlier.size(); ++i)
        batch.transaction.erase(Table::move_tasks, keys::move_task(task.source_id, earlier[i].number).view());
    save(batch, task);
    go_on_at(batch, task, batch.now);
    return handle_of(task);
}

Result<std::uint64_t> cancel(Batch& batch, const std::string& handle) {
    const auto bytes = decode_base64url(handle);
    Task named;
    if (!bytes || bytes->size() != sizeof named.source_id + sizeof named.number + sizeof named.secret)
        return Errc::move_task_invalid;
    FieldReader from(*bytes);
    from(named.source_id)(named.number)(named.secret);
    auto task = find(batch.transaction, named.source_id, named.number);
    if (!task || task->secret != named.secret || task->status != MoveStatus::running)
        return Errc::move_task_not_running;
    end(batch, *task, MoveStatus::cancelled);
    return task->moved;
}

void step(Batch& batch, std::uint32_t source_id, std::uint32_t number) {
    auto task = find(batch.transaction, source_id, number);
    if (!task || task->status != MoveStatus::running) return;
    auto* source = batch.queues.find(batch.transaction, source_id);
    if (source == nullptr) return;

    for (auto count = allowed(*task, batch.now); count > 0; --count) {
        const auto outcome = move_one(batch, *source, *task);
        if (outcome == Outcome::moved) {
            ++task->moved;
            continue;
        }
        if (outcome == Outcome::no_destination)
            return end(batch, *task, MoveStatus::failed, "AWS.SimpleQueueService.NonExistentQueue");
        if (outcome == Outcome::source_unknown)
            return end(batch, *task, MoveStatus::failed, "CouldNotDetermineMessageSource");
        if (batch.due_work_left > 0) return end(batch, *task, MoveStatus::completed);
        save(batch, *task);
        return go_on_at(batch, *task, batch.now);
    }
    if (task->moved >= task->to_move) return end(batch, *task, MoveStatus::completed);
    save(batch, *task);
    const auto interval = std::max(step_interval_min, Milliseconds(1000 / std::max(1u, task->messages_per_second_max)));
    go_on_at(batch, *task, batch.now + interval);
}

void forget(Batch& batch, std::uint32_t source_id) {
    for (const auto& task : tasks_of(batch.transaction, source_id))
        batch.transaction.erase(Table::move_tasks, keys::move_task(source_id, task.number).view());
}

}  // namespace tern::engine::moves
