#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "broker/engine/group_queries.hpp"
#include "tests/unit/engine/queue_fixture.hpp"

namespace tern::test {

using Partitions = std::vector<engine::PartitionSet>;

/// A process that consumes as a member of a group: what it knows, and what it works on.
struct Consumer {
    std::string member;
    std::uint32_t generation = 0;
    Partitions owned;
    bool settled = false;
};

/// Streams and consumer groups on the engine of QueueFixture; each command is a batch of its own.
class GroupFixture : public QueueFixture {
public:
    explicit GroupFixture(engine::EngineLimits limits = {}) : QueueFixture(limits) {}

    engine::GroupName group{"", "readers"};

    Errc create_stream(const std::string& name, std::int64_t partitions) {
        return call(engine::CreateStream{{"", name}, {.partitions = partitions}}).status;
    }
    Errc grow_stream(const std::string& name, std::int64_t partitions) {
        return call(engine::SetStream{{"", name}, {.partitions = partitions}}).status;
    }
    Errc delete_stream(const std::string& name) { return call(engine::DeleteStream{{"", name}}).status; }

    engine::JoinGroup joining(std::vector<std::string> streams, std::string instance = {}) const {
        engine::JoinGroup command;
        command.group = group;
        command.streams = std::move(streams);
        command.instance = std::move(instance);
        return command;
    }
    static Consumer consumer_of(const engine::Answer& answer) {
        REQUIRE_EQ(answer.status, Errc::ok);
        const auto& told = std::get<engine::GroupAssignment>(answer.body);
        return {told.member, told.generation, told.assigned, told.settled};
    }
    Consumer join(std::vector<std::string> streams, std::string instance = {}) {
        return consumer_of(call(joining(std::move(streams), std::move(instance))));
    }
    Errc join_refusal(const engine::JoinGroup& command) { return call(command).status; }

    engine::Heartbeat beating(const Consumer& consumer, Milliseconds wait = {}) const {
        return {group, consumer.member, consumer.generation, consumer.owned, wait};
    }
    /// Tells what the consumer works on and answers what it may work on from now on.
    Consumer hear(const Consumer& consumer) { return consumer_of(call(beating(consumer))); }
    /// The same as a well-behaved consumer does it: it stops at once what it may not go on with.
    void heartbeat(Consumer& consumer) { consumer = hear(consumer); }
    Errc heartbeat_refusal(const Consumer& consumer) { return call(beating(consumer)).status; }
    /// Heartbeats of all until nobody learns anything new.
    void settle(const std::vector<Consumer*>& consumers) {
        for (int round = 0; round < 20; ++round) {
            bool news = false;
            for (auto* consumer : consumers) {
                const auto before = consumer->owned;
                heartbeat(*consumer);
                news = news || consumer->owned != before || !consumer->settled;
            }
            if (!news) return;
        }
        FAIL("the group does not come to rest");
    }
    Errc leave(const Consumer& consumer) { return call(engine::LeaveGroup{group, consumer.member}).status; }

    /// The result of the one entry, or the refusal of the whole.
    Errc commit(const std::string& member, std::uint32_t generation, const engine::OffsetToCommit& offset) {
        const auto answer = call(engine::CommitOffsets{group, member, generation, {offset}});
        return answer.status == Errc::ok ? std::get<engine::EntryResults>(answer.body).results.at(0) : answer.status;
    }
    Errc commit(const Consumer& consumer, const std::string& stream, std::uint32_t partition, std::uint64_t offset) {
        return commit(consumer.member, consumer.generation, {stream, partition, offset, {}});
    }
    /// Nobody's.
    Errc commit(const std::string& stream, std::uint32_t partition, std::uint64_t offset) {
        return commit("", 0, {stream, partition, offset, {}});
    }
    std::vector<engine::CommittedOffset> offsets(const Partitions& partitions = {}) {
        auto fetched = engine::fetch_offsets(*store().begin_read(), group, partitions, {});
        REQUIRE(fetched.has_value());
        return *fetched;
    }

    engine::GroupDescription describe_group() {
        auto described = engine::describe_group(*store().begin_read(), group, {});
        REQUIRE(described.has_value());
        return *described;
    }
    engine::GroupState state() { return describe_group().summary.state; }
    std::size_t rows(store::Table table) { return store().begin_read()->rows(table); }
};

}  // namespace tern::test
