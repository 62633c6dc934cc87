#include "broker/engine/queue_commands.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "broker/engine/agenda.hpp"
#include "broker/engine/dead_letters.hpp"
#include "broker/engine/hidden_names.hpp"
#include "broker/engine/moves.hpp"
#include "broker/engine/queue_kind.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/removal.hpp"
#include "broker/engine/retention.hpp"
#include "broker/engine/row_keys.hpp"

namespace tern::engine {
namespace {

using store::Table;

/// docs/aws.md sqs-3 and sqs-11, in the strict modes.
constexpr Milliseconds strict_delay = std::chrono::seconds(60);

std::string redrive_target(const QueueSettings& settings) {
    return settings.redrive_policy ? settings.redrive_policy->dead_letter_queue : std::string();
}

/// Notes when a queue was deleted, for the strict mode.
void remember_deletion(Batch& batch, const QueueName& name) {
    if (!batch.limits.delay_after_delete) return;
    const auto key = keys::catalog(keys::CatalogKind::deleted_queue, name);
    const auto at = batch.now.ms();
    batch.transaction.put(Table::catalog, key.view(), {reinterpret_cast<const char*>(&at), sizeof at});
    agenda::add(batch.transaction, agenda::rounded_up(batch.now + strict_delay), agenda::Kind::forget_deleted_queue,
                key.view());
}

bool deleted_recently(const Batch& batch, const QueueName& name) {
    if (!batch.limits.delay_after_delete) return false;
    const auto stored =
        batch.transaction.get(Table::catalog, keys::catalog(keys::CatalogKind::deleted_queue, name).view());
    return stored && batch.now < Timestamp(load_little<std::int64_t>(stored.bytes().data())) + strict_delay;
}

/// Under a longer delay, messages of a FIFO queue that were already receivable must not wait again.
void release_before_longer_delay(Batch& batch, Queue& queue, const QueueSettings& settings) {
    if (!settings.fifo || settings.delay <= queue.settings().delay) return;
    const auto share = std::exchange(batch.due_work_left, std::numeric_limits<std::uint32_t>::max());
    kind::freshen(batch, queue);
    batch.due_work_left = share;
}

/// Gives the queue a new, empty storage; the old one is erased in steps.
void empty(Batch& batch, Queue& queue) {
    removal::abandon(batch, queue.storage());
    auto& counters = queue.counters;
    counters.storage = batch.queues.new_storage(batch.transaction);
    counters.visible = counters.in_flight = counters.delayed = 0;
    counters.crossed = SchedulePosition::end_of(batch.now);
    counters.swept_to = 0;
    batch.queues.touch(queue);
}

Answer create_new(Batch& batch, const CreateQueue& command, QueueSettings settings) {
    if (deleted_recently(batch, command.queue)) return refuse(Errc::queue_deleted_recently);
    if (batch.queues.count(batch.transaction) >= batch.limits.queues_max) return refuse(Errc::too_many_queues);
    if (const auto errc = dead_letters::check(batch, command.queue, settings); errc != Errc::ok)
        return refuse(errc, "RedrivePolicy");

    QueueRow row{command.queue, std::move(settings), {}, batch.now, batch.now};
    set_tags(row.tags, command.tags);
    const auto& queue = batch.queues.add(batch.transaction, std::move(row), batch.now);
    dead_letters::note_change(batch, queue, {}, redrive_target(queue.settings()));
    return {Errc::ok, {}, QueueCreated{true}};
}

}  // namespace

Answer create_queue(Batch& batch, const CreateQueue& command) {
    QueueSettings settings;
    settings.fifo = command.settings.fifo.value_or(false);
    if (!valid_namespace(command.queue.namespace_name)) return refuse(Errc::namespace_invalid);
    if (!valid_queue_name(command.queue.name, settings.fifo)) return refuse(Errc::queue_name_invalid);
    if (const auto refusal = change(settings, command.settings); refusal.errc != Errc::ok)
        return refuse(refusal.errc, std::string(refusal.attribute));
    if (!valid_tags(command.tags)) return refuse(Errc::tags_invalid);

    const auto existing = batch.queues.find(batch.transaction, command.queue);
    if (!existing.has_value() && existing.error() != Errc::queue_does_not_exist) return refuse(existing.error());
    if (!existing.has_value()) return create_new(batch, command, std::move(settings));

    const auto difference = first_difference((*existing)->settings(), command.settings);
    if (!difference.empty()) return refuse(Errc::queue_exists, std::string(difference));
    return {Errc::ok, {}, QueueCreated{false}};
}

Answer set_queue(Batch& batch, const SetQueue& command) {
    const auto found = find_users_queue(batch, command.queue);
    if (!found.has_value()) return refuse(found.error());
    auto& queue = **found;
    auto settings = queue.settings();
    if (const auto refusal = change(settings, command.settings); refusal.errc != Errc::ok)
        return refuse(refusal.errc, std::string(refusal.attribute));
    if (command.settings.redrive_policy) {
        if (const auto errc = dead_letters::check(batch, command.queue, settings); errc != Errc::ok)
            return refuse(errc, "RedrivePolicy");
    }

    release_before_longer_delay(batch, queue, settings);
    dead_letters::note_change(batch, queue, redrive_target(queue.settings()), redrive_target(settings));
    const bool other_retention = settings.retention != queue.settings().retention;
    queue.row.settings = std::move(settings);
    queue.row.modified_at = batch.now;
    batch.queues.save_row(batch.transaction, queue);
    if (other_retention) retention::reconsider(batch, queue);
    // A shorter delay may have released messages of a FIFO queue.
    batch.queues.touch(queue);
    queue.crossed_in_batch = 0;
    kind::freshen(batch, queue);
    return done();
}

Answer tag_queue(Batch& batch, const TagQueue& command) {
    const auto found = find_users_queue(batch, command.queue);
    if (!found.has_value()) return refuse(found.error());
    if (command.tags.empty() || !valid_tags(command.tags)) return refuse(Errc::tags_invalid);
    auto tags = (*found)->row.tags;
    set_tags(tags, command.tags);
    if (!valid_tags(tags)) return refuse(Errc::tags_invalid);
    (*found)->row.tags = std::move(tags);
    batch.queues.save_row(batch.transaction, **found);
    return done();
}

Answer untag_queue(Batch& batch, const UntagQueue& command) {
    const auto found = find_users_queue(batch, command.queue);
    if (!found.has_value()) return refuse(found.error());
    if (command.keys.size() > tags_max) return refuse(Errc::tags_invalid);
    std::erase_if((*found)->row.tags, [&](const QueueTag& tag) {
        return std::find(command.keys.begin(), command.keys.end(), tag.key) != command.keys.end();
    });
    batch.queues.save_row(batch.transaction, **found);
    return done();
}

Answer purge_queue(Batch& batch, const PurgeQueue& command) {
    const auto found = find_users_queue(batch, command.queue);
    if (!found.has_value()) return refuse(found.error());
    auto& counters = (*found)->counters;
    if (batch.limits.delay_after_purge && counters.purged_at != Timestamp() &&
        batch.now < counters.purged_at + strict_delay)
        return refuse(Errc::purge_in_progress);
    empty(batch, **found);
    counters.purged_at = batch.now;
    return done();
}

Answer delete_queue(Batch& batch, const DeleteQueue& command) {
    const auto found = find_users_queue(batch, command.queue);
    if (!found.has_value()) return refuse(found.error());
    remember_deletion(batch, command.queue);
    remove_queue(batch, **found);
    return done();
}

void remove_queue(Batch& batch, Queue& queue) {
    removal::abandon(batch, queue.storage());
    moves::forget(batch, queue.id);
    dead_letters::note_change(batch, queue, redrive_target(queue.settings()), {});
    std::erase(batch.fed, &queue);
    batch.removed_queues.push_back(queue.id);
    batch.queues.remove(batch.transaction, queue);
}

Result<Queue*> find_users_queue(Batch& batch, const QueueName& name) {
    if (hidden_names::is_hidden(name)) return Errc::queue_does_not_exist;
    return batch.queues.find(batch.transaction, name);
}

}  // namespace tern::engine
