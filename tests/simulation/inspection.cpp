#include <fmt/format.h>

#include "broker/engine/audit.hpp"
#include "broker/engine/group_queries.hpp"
#include "broker/engine/message_record.hpp"
#include "broker/engine/queries.hpp"
#include "tests/simulation/world.hpp"

/// What the store holds after each commit, and how a run ends.
namespace tern::simulation {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// Queues keep nothing longer.
constexpr Milliseconds topic_messages_kept = std::chrono::hours(24 * 14);

engine::DurableEnd everything() {
    return [](engine::StreamPartition) { return std::optional<std::uint64_t>(); };
}

/// The records that a fetch gave: offset and key.
std::vector<std::pair<std::uint64_t, std::string>> records_of(BytesView batches) {
    std::vector<std::pair<std::uint64_t, std::string>> records;
    while (!batches.empty()) {
        const auto header = protocol::read_batch_header(batches);
        if (!header) throw Violation("inconsistent", "half a batch is stored");
        protocol::BatchReader reader(batches.substr(0, header->bytes));
        while (const auto* record = reader.next())
            records.emplace_back(static_cast<std::uint64_t>(record->offset), std::string(*record->key));
        if (reader.fault() != protocol::BatchFault::none) throw Violation("inconsistent", "a stored batch is damaged");
        batches.remove_prefix(header->bytes);
    }
    return records;
}

}  // namespace

StoredStreams World::stored_streams(const std::vector<Stored>& messages) const {
    auto& store = const_cast<store::MemoryStore&>(memory_);
    const auto snapshot = store.begin_read();
    StoredStreams all{{}, {}, &messages};
    for (const auto& place : StreamClients::places()) {
        const auto range =
            engine::find_offsets(*snapshot, {{"", place.stream}, {place.partition}, {}, {}}, everything());
        if (!range.has_value()) throw Violation("inconsistent", place.stream + ": a partition is not found");
        StoredLog log{range->at(0).start_offset, range->at(0).end_offset, {}};
        const auto bytes_max = std::uint64_t{1} << 40;
        const auto fetched = engine::fetch(*snapshot, {{{"", place.stream}, place.partition, log.start, bytes_max}},
                                           {bytes_max, 0}, everything());
        if (fetched.partitions.at(0).status != Errc::ok)
            throw Violation("inconsistent", place.stream + ": a partition cannot be read");
        log.records = records_of(fetched.partitions[0].batches);
        all.logs[place] = std::move(log);
    }
    for (const std::string group : group_names) {
        const auto described = engine::describe_group(*snapshot, {"", group}, everything());
        if (!described.has_value()) continue;
        for (const auto& offset : described->offsets)
            if (offset.offset) all.committed[{group, {offset.stream, offset.partition}}] = *offset.offset;
    }
    return all;
}

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
    const auto messages = stored();
    ledger_.inspect(messages, now_);
    stream_ledger_.inspect(stored_streams(messages), now_);
    topic_ledger_.inspect(topic_clients_.stored(now_ - beginning >= topic_messages_kept));
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
    for (const auto table : {Table::queue_messages,   Table::queue_schedule,
                             Table::queue_positions,  Table::fifo_groups,
                             Table::fifo_order,       Table::fifo_delayed,
                             Table::deduplication,    Table::receive_attempts,
                             Table::streams,          Table::stream_partitions,
                             Table::stream_log,       Table::stream_times,
                             Table::stream_producers, Table::stream_groups,
                             Table::groups,           Table::group_members,
                             Table::group_offsets,    Table::topics,
                             Table::subscriptions,    Table::subscription_counters,
                             Table::retained,         Table::retained_subjects})
        if (const auto rows = snapshot->rows(table); rows != 0)
            throw Violation("leaked", fmt::format("{} rows in {} after everything was deleted", rows,
                                                  store::traits_of(table).name));
}

void World::drain_queues() {
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
}

/// Streams, groups and the topic go as they came: outside of what clients do.
void World::remove_all() {
    std::vector<engine::Completion> completions;
    {
        const auto transaction = memory_.begin_write();
        engine_->begin_batch(*transaction, now_, engine_random_);
        for (const std::string group : group_names)
            engine_->apply({0, 0, 0}, engine::DeleteGroup{{"", group}}, completions);
        for (const std::string stream : stream_names)
            engine_->apply({0, 0, 0}, engine::DeleteStream{{"", stream}}, completions);
        for (const auto& command : TopicClients::last_commands()) engine_->apply({0, 0, 0}, command, completions);
        engine_->end_batch();
        transaction->commit();
        memory_.flush();
    }
    std::vector<engine::Completion> none;
    for (int batches = 0; engine_->next_deadline() && *engine_->next_deadline() <= now_; ++batches) {
        if (batches > 10'000) throw Violation("restless", "what is deleted cannot be removed");
        const auto transaction = memory_.begin_write();
        engine_->begin_batch(*transaction, now_, engine_random_);
        engine_->advance(none);
        engine_->end_batch();
        transaction->commit();
    }
}

void World::drain() {
    faults_ = false;
    space_ = store::SpaceState::plenty;
    store_.heal();
    rest();
    for (int round = 0; stream_clients_.finish(); ++round) {
        if (round > 2'000) throw Violation("restless", "events are left that no worker takes");
        now_ = now_ + seconds(1);
        rest();
    }
    for (int round = 0; topic_clients_.finish(); ++round) {
        if (round > 2'000) throw Violation("restless", "publications are left that nobody is pushed");
        now_ = now_ + seconds(1);
        rest();
    }
    drain_queues();
    stream_clients_.retire();
    rest();
    now_ = now_ + minutes(20);
    rest();
    now_ = now_ + minutes(20);
    rest();
    remove_all();
    check_empty();
}

}  // namespace tern::simulation
