#include "tests/crash/restart.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "broker/engine/audit.hpp"
#include "broker/engine/engine.hpp"
#include "broker/engine/message_record.hpp"
#include "broker/engine/publication.hpp"
#include "broker/engine/queries.hpp"
#include "broker/store/check.hpp"
#include "broker/store/data_folder.hpp"
#include "broker/store/lmdb_store.hpp"
#include "protocol/limits.hpp"
#include "tests/crash/hours.hpp"
#include "tests/crash/restart_streams.hpp"
#include "tests/crash/restart_topics.hpp"
#include "tests/crash/test_batches.hpp"

namespace tern::crash {
namespace {

constexpr Milliseconds day = std::chrono::hours(24);

/// Small, since a thousand of these are made one after the other.
store::LmdbOptions small_options() {
    store::LmdbOptions options;
    options.map_bytes = 256u << 20;
    options.reserve_bytes = 1u << 20;
    return options;
}

class Restart {
public:
    Restart(store::LmdbStore& store, const History& history, Found& found)
        : store_(store),
          history_(history),
          found_(found) {
        engine_.open(*store_.begin_read());
        const auto wall = std::chrono::system_clock::now().time_since_epoch();
        now_ = std::max(engine_.last_time(), Timestamp(std::chrono::duration_cast<Milliseconds>(wall).count()));
    }

    void show() {
        const auto snapshot = store_.begin_read();
        for (const auto& [name, queue] : history_.queues) show(*snapshot, name);
        show_streams(*snapshot, history_, found_);
        show_topics(*snapshot, now_, history_, found_);
    }

    /// Receives everything and deletes it, truncates streams and removes groups, in one commit.
    void drain() {
        now_ = now_ + day;
        const auto transaction = store_.begin_write();
        engine_.begin_batch(*transaction, now_, random_);
        for (auto& [name, queue] : found_.queues) drain(name, queue);
        for (const auto& [name, partitions] : found_.streams) use_up(name, partitions);
        for (const auto& [name, group] : found_.groups) remove(name, group);
        for (const auto& [name, topic] : found_.topics) use_up(name, topic);
        std::vector<engine::Completion> completions;
        engine_.advance(completions);
        engine_.end_batch();
        transaction->commit();
    }

private:
    void show(const store::ReadTransaction& snapshot, const std::string& name) {
        const auto described = engine::describe_queue(snapshot, now_, {{}, name});
        if (!described.has_value()) return;
        auto& queue = found_.queues[name];
        queue.visibility_hours = described->settings.visibility_timeout / hour;
        const engine::PeekFilter everything{static_cast<std::int64_t>(protocol::peek_messages_max), true, true, true};
        const auto peeked = engine::peek(snapshot, now_, {{}, name}, everything);
        for (const auto& message : peeked->messages) {
            const auto record = engine::decode_message(message.record);
            if (!record) {
                found_.faults.push_back("queue " + name + " has a message that is no message");
                continue;
            }
            const auto out_of_sight = message.available_at - record->sent_at;
            queue.messages.push_back({Bytes(record->body), Bytes(record->group_id), message.sequence,
                                      message.receive_count, (out_of_sight + hour / 2) / hour});
        }
        if (peeked->messages.size() == protocol::peek_messages_max)
            found_.faults.push_back("queue " + name + " holds more than a peek shows: the load is too large");
    }

    engine::Answer apply(const engine::Command& command) {
        std::vector<engine::Completion> completions;
        engine_.apply({}, command, completions);
        return completions.empty() ? engine::Answer{} : std::move(completions.back().answer);
    }

    void drain(const std::string& name, FoundQueue& queue) {
        for (;;) {
            const auto answer = apply(engine::ReceiveMessages{{{}, name}, 10, hour, Milliseconds(0), {}});
            const auto* messages = std::get_if<engine::Messages>(&answer.body);
            if (!messages || messages->messages.empty()) return;
            engine::DeleteMessages remove{{{}, name}, {}};
            for (const auto& message : messages->messages) {
                const auto record = engine::decode_message(message.record);
                if (record) queue.received.push_back(name_in(record->body));
                remove.receipt_handles.push_back(message.receipt_handle);
            }
            apply(remove);
        }
    }

    void require(bool holds, const std::string& what) {
        if (!holds) found_.faults.push_back("after the restart: " + what);
    }

    /// A stream must go on where it ended.
    void use_up(const std::string& name, const std::vector<FoundPartition>& partitions) {
        const auto bytes = make_batch({"after the restart"}, {});
        for (std::uint32_t i = 0; i < partitions.size(); ++i) {
            const auto end = partitions[i].end_offset;
            engine::NewBatch batch{.partition = i, .bytes = bytes, .header = *protocol::read_batch_header(bytes)};
            batch.expected_offset = end;
            const auto appended = apply(engine::Append{{{}, name}, {batch}});
            const auto* results = std::get_if<engine::AppendResults>(&appended.body);
            require(
                results && results->results.front().status == Errc::ok && results->results.front().base_offset == end,
                "an append to " + name + " does not go on at its end");
            require(apply(engine::TruncateStream{{{}, name}, i, end + 1}).status == Errc::ok,
                    name + " cannot be truncated");
        }
    }

    /// A topic must go on where it ended; then it goes.
    void use_up(const std::string& name, const FoundTopic& topic) {
        auto batch = std::make_shared<engine::PublicationBatch>(1);
        batch->front().subject = name;
        batch->front().data = "after the restart";
        const auto published = apply(engine::Publish{{{}, name}, std::move(batch)});
        const auto* results = std::get_if<engine::PublishResults>(&published.body);
        require(results && results->results.front().offset == topic.end_offset,
                "what is published to " + name + " does not go on at its end");
        require(apply(engine::DeleteTopic{{{}, name}}).status == Errc::ok, name + " cannot be deleted");
    }

    void remove(const std::string& name, const FoundGroup& group) {
        for (const auto& member : group.members)
            require(apply(engine::LeaveGroup{{{}, name}, member}).status == Errc::ok, member + " cannot leave " + name);
        require(apply(engine::DeleteGroup{{{}, name}}).status == Errc::ok, "group " + name + " cannot be deleted");
    }

    store::LmdbStore& store_;
    const History& history_;
    Found& found_;
    engine::Engine engine_;
    SeededRandom random_{1};
    Timestamp now_;
};

void check_rows(const std::string& folder, Found& found) {
    const auto report = store::check_folder(folder);
    for (const auto& row : report.damaged)
        found.faults.push_back(std::string(row.table) + ": " + row.key + " " + row.fault);
}

}  // namespace

Found restart_on(const std::string& folder, const History& history) {
    Found found;
    try {
        // A folder whose data file never got its name is one of a broker that never began.
        if (store::has_data_file(folder)) check_rows(folder, found);
        const auto store = store::LmdbStore::open(folder, small_options());
        std::ranges::move(engine::audit(*store->begin_read()), std::back_inserter(found.faults));
        Restart restart(*store, history, found);
        restart.show();
        restart.drain();
        for (auto& sentence : engine::audit(*store->begin_read()))
            found.faults.push_back("after everything was received, deleted and truncated: " + sentence);
    } catch (const store::StoreFailure& failure) {
        found.faults.push_back(failure.what());
    }
    return found;
}

}  // namespace tern::crash
