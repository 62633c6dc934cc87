#include "broker/engine/queries.hpp"

#include <algorithm>

#include "broker/base/base64url.hpp"
#include "broker/engine/catalog_page.hpp"
#include "broker/engine/fifo_delay.hpp"
#include "broker/engine/fifo_groups.hpp"
#include "broker/engine/message_record.hpp"
#include "broker/engine/moves.hpp"
#include "broker/engine/queues.hpp"
#include "broker/engine/row_keys.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

using store::Table;

constexpr std::size_t uncounted_max = 1000;
constexpr std::int64_t moves_max = 10;

std::optional<Timestamp> oldest_sent_at(const store::ReadTransaction& snapshot, const Queue& queue) {
    const auto prefix = keys::storage(queue.storage());
    const auto cursor = snapshot.cursor(Table::queue_messages);
    for (bool more = cursor->seek(prefix.view()); more; more = cursor->next()) {
        if (!cursor->key().starts_with(prefix.view())) break;
        const auto value = cursor->value();
        if (const auto record = value ? decode_message(value.bytes()) : std::nullopt) return record->sent_at;
    }
    return std::nullopt;
}

/// Counts over what has fallen due since the counters were last brought up to date.
class Recount {
public:
    Recount(const store::ReadTransaction& snapshot, Timestamp now, const Queue& queue)
        : snapshot_(snapshot),
          now_(now),
          queue_(queue) {
        counts_.visible = queue.counters.visible;
        counts_.in_flight = queue.counters.in_flight;
        counts_.delayed = queue.counters.delayed;
    }

    QueueCounts run() {
        if (counts_.in_flight + counts_.delayed > 0) count_schedule();
        if (queue_.settings().fifo && counts_.delayed > 0) count_delayed();
        return counts_;
    }

private:
    void count_schedule() {
        const auto prefix = keys::storage(queue_.storage());
        const auto end = SchedulePosition::end_of(now_);
        const auto cursor = snapshot_.cursor(Table::queue_schedule);
        std::size_t looked_at = 0;
        for (bool more = cursor->seek(keys::schedule(queue_.storage(), queue_.counters.crossed).view());
             more && looked_at < uncounted_max; more = cursor->next()) {
            if (!cursor->key().starts_with(prefix.view())) break;
            const auto at = keys::position_of(cursor->key());
            if (at > end) break;
            if (at <= queue_.counters.crossed) continue;
            ++looked_at;
            if (queue_.settings().fifo) {
                count_group(cursor->value().bytes(), at.available_at);
            } else {
                count_over(decode_schedule_entry(cursor->value().bytes()).in_flight ? counts_.in_flight
                                                                                    : counts_.delayed);
            }
        }
    }

    /// A group may have another entry, from which its first message can be received.
    void count_group(BytesView name, Timestamp at) {
        const auto group = fifo::find_group(snapshot_, queue_.storage(), name);
        if (!group || fifo::next_landing(group->row) != at) return;
        // Messages in flight are among the first ten: as many as one receive hands out.
        const auto first = fifo::first_messages(snapshot_, queue_.storage(), name, protocol::receive_messages_max);
        for (const auto& message : first)
            if (message.entry.in_flight && message.entry.deadline <= now_) count_over(counts_.in_flight);
    }

    void count_delayed() {
        for (auto waited = fifo::count_released(snapshot_, queue_, now_, uncounted_max); waited > 0; --waited)
            count_over(counts_.delayed);
    }

    void count_over(std::uint64_t& from) {
        if (from == 0) return;
        --from;
        ++counts_.visible;
    }

    const store::ReadTransaction& snapshot_;
    Timestamp now_;
    const Queue& queue_;
    QueueCounts counts_;
};

QueueDescription describe(const store::ReadTransaction& snapshot, Timestamp now, const Queue& queue) {
    QueueDescription description;
    description.queue = queue.row.queue;
    description.settings = queue.row.settings;
    description.tags = queue.row.tags;
    description.counts = Recount(snapshot, now, queue).run();
    description.counts.oldest_sent_at = oldest_sent_at(snapshot, queue);
    const auto& counters = queue.counters;
    description.totals = {counters.sent, counters.received, counters.deleted, counters.damaged};
    description.created_at = queue.row.created_at;
    description.modified_at = queue.row.modified_at;
    return description;
}

}  // namespace

Result<QueueDescription> describe_queue(const store::ReadTransaction& snapshot, Timestamp now, const QueueName& name) {
    const auto queue = read_queue(snapshot, name);
    if (!queue.has_value()) return queue.error();
    return describe(snapshot, now, *queue);
}

Result<QueuePage> list_queues(const store::ReadTransaction& snapshot, Timestamp now, const std::string& namespace_name,
                              const std::string& prefix, const Page& page) {
    auto named = catalog_page(snapshot, keys::CatalogKind::queue, {namespace_name, prefix}, page,
                              protocol::queue_name_bytes_max);
    if (!named.has_value()) return named.error();
    QueuePage listed;
    listed.next_token = std::move(named->next_token);
    for (const auto& entry : named->entries) {
        const auto queue = read_queue(snapshot, entry.id);
        if (queue.has_value()) listed.queues.push_back(describe(snapshot, now, *queue));
    }
    return listed;
}

Result<NamePage> list_dead_letter_sources(const store::ReadTransaction& snapshot, const QueueName& queue,
                                          const Page& page) {
    if (const auto errc = check_page(page); errc != Errc::ok) return errc;
    const auto found = read_queue(snapshot, queue);
    if (!found.has_value()) return found.error();
    const auto last_listed = decode_base64url(page.token);
    if (!last_listed || (!last_listed->empty() && last_listed->size() != sizeof(std::uint32_t)))
        return Errc::page_token_invalid;

    NamePage listed;
    const auto prefix = store::Key().text(queue.namespace_name).text(queue.name);
    const auto start = store::Key(prefix).raw(*last_listed);
    const auto cursor = snapshot.cursor(Table::dead_letter_sources);
    Bytes last;
    for (bool more = cursor->seek(start.view()); more; more = cursor->next()) {
        if (!cursor->key().starts_with(prefix.view())) break;
        const auto id = cursor->key().substr(prefix.size());
        if (id == *last_listed) continue;
        if (listed.names.size() == static_cast<std::size_t>(page.entries_max)) {
            listed.next_token = encode_base64url(last);
            break;
        }
        last = Bytes(id);
        const auto source = read_queue(snapshot, store::KeyReader(id).u32());
        const bool listable = source.has_value() && !hidden_names::is_hidden(source->row.queue);
        if (listable) listed.names.push_back(source->row.queue.name);
    }
    return listed;
}

Result<std::vector<MoveTaskDescription>> list_moves(const store::ReadTransaction& snapshot, const QueueName& source,
                                                    std::int64_t entries_max) {
    if (entries_max < 1 || entries_max > moves_max) return Errc::page_size_invalid;
    const auto queue = read_queue(snapshot, source);
    if (!queue.has_value()) return Errc::move_source_does_not_exist;
    std::vector<MoveTaskDescription> tasks;
    const auto prefix = keys::queue(queue->id);
    const auto cursor = snapshot.cursor(Table::move_tasks);
    for (bool more = cursor->seek(prefix.view()); more; more = cursor->next()) {
        if (!cursor->key().starts_with(prefix.view())) break;
        const auto value = cursor->value();
        const auto task = value ? moves::decode_task(value.bytes()) : std::nullopt;
        if (!task) continue;
        auto& listed = tasks.emplace_back();
        listed.task = moves::handle_of(*task);
        listed.source = source;
        if (!task->destination.empty()) listed.destination = QueueName{source.namespace_name, task->destination};
        listed.status = task->status;
        listed.started_at = task->started_at;
        if (task->messages_per_second_max > 0) listed.messages_per_second_max = task->messages_per_second_max;
        listed.moved = task->moved;
        listed.to_move = task->to_move;
        listed.failure = task->failure;
    }
    std::reverse(tasks.begin(), tasks.end());
    if (tasks.size() > static_cast<std::size_t>(entries_max)) tasks.resize(static_cast<std::size_t>(entries_max));
    return tasks;
}

std::uint64_t count_queues(const store::ReadTransaction& snapshot) {
    return snapshot.rows(Table::queues) - hidden_counts::read(snapshot, hidden_counts::queues_row);
}

}  // namespace tern::engine
