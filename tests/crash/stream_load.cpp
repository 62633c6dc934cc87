#include "tests/crash/stream_load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "broker/base/random_source.hpp"
#include "tests/crash/hours.hpp"
#include "tests/crash/test_batches.hpp"
#include "tests/crash/wire_client.hpp"

namespace tern::crash {
namespace {

/// Nobody's session ends while the images are looked at.
constexpr std::chrono::milliseconds session_timeout = std::chrono::minutes(30);
const GroupName offsets_group{"readers"};
const GroupName team{"team"};

/// One connection's part.
class StreamWorker {
    using Read = std::function<void(const ReplyFrame&)>;

    /// Waits for everything, then for this.
    template <class Make>
    auto call(Make make) {
        await_all();
        return client_.execute(make);
    }
    template <class Make>
    void ask_and(Make make, Read read = nullptr) {
        expected_[client_.ask(make)] = std::move(read);
    }
    void await_all() {
        while (!expected_.empty()) {
            const auto reply = client_.await();
            const auto read = std::move(expected_.extract(reply->id()).mapped());
            if (read && reply->status() == 0) read(reply);
        }
    }

public:
    StreamWorker(const LoadOptions& options, std::uint32_t number)
        : options_(options),
          number_(number),
          own_{fmt::format("own-{}", number)},
          own_group_{fmt::format("progress-{}", number)},
          random_(options.seed * 1000 + 500 + number),
          client_(options.port) {}

    void run() {
        call([&](auto id) { return detail::create_stream(id, own_, {.partitions = 1}); });
        const auto allocated = call([](auto id) { return detail::allocate_producer(id); });
        producer_.id = allocated.value().id;
        producer_.epoch = allocated.value().epoch;
        for (std::uint32_t round = 0; round < options_.rounds; ++round) {
            const auto commands = 1 + random_.below(3);
            for (std::uint64_t i = 0; i < commands; ++i) ask();
            await_all();
        }
    }

private:
    /// A batch of this worker's producer, and where it went.
    struct Appended {
        StreamName stream;
        BatchToAppend batch;
    };
    void ask() {
        const auto dice = random_.below(100);
        if (dice < 30) return append(shared_stream, shared_partitions);
        if (dice < 42) return append(own_, 1);
        if (dice < 50) return repeat();
        if (dice < 54) return append_without_stamp();
        if (dice < 60) return truncate();
        if (dice < 68) return commit(offsets_group.name);
        if (dice < 80) return live_in_team();
        if (dice < 84) return come_and_go();
        if (dice < 92) return move_a_message();
        make_a_job();
    }

    std::vector<std::string> values() {
        std::vector<std::string> values(1 + random_.below(5));
        for (auto& value : values) {
            value = fmt::format("e{}-{}|", number_, records_++);
            const auto dice = random_.below(20);
            const auto size = dice < 15 ? random_.below(200) : dice < 19 ? random_.below(5'000) : random_.below(40'000);
            for (std::uint64_t i = 0; i < size; i += sizeof(std::uint64_t)) {
                const auto word = random_.next();
                value.append(reinterpret_cast<const char*>(&word), sizeof word);
            }
        }
        return values;
    }

    /// The producer's next batch for the partition.
    BatchToAppend stamped(const StreamName& stream, std::uint32_t partition) {
        const auto records = values();
        auto& sequence = sequences_[{stream.name, partition}];
        auto stamp = producer_;
        stamp.sequence = sequence;
        sequence += static_cast<std::int32_t>(records.size());
        const auto compression = random_.below(4) == 0 ? protocol::Compression::lz4 : protocol::Compression::none;
        return {partition, make_batch(records, stamp, compression)};
    }

    void append(const StreamName& stream, std::uint32_t partitions) {
        std::vector<BatchToAppend> batches;
        for (auto count = 1 + random_.below(3); count > 0; --count) {
            batches.push_back(stamped(stream, static_cast<std::uint32_t>(random_.below(partitions))));
            remember(stream, batches.back());
        }
        ask_and([&](auto id) { return detail::append(id, stream, batches); },
                [this, stream, batches](const ReplyFrame& reply) { note_end(stream, batches, reply); });
    }

    void remember(const StreamName& stream, const BatchToAppend& batch) {
        recent_.push_back({stream, batch});
        // Of each partition the broker knows the last five: these are among them, wherever they went.
        if (recent_.size() > 5) recent_.pop_front();
    }

    void note_end(const StreamName& stream, const std::vector<BatchToAppend>& batches, const ReplyFrame& reply) {
        const auto* results = reply->body_as_AppendResults()->results();
        for (flatbuffers::uoffset_t i = 0; i < results->size(); ++i)
            ends_[{stream.name, batches[i].partition}] = static_cast<std::uint64_t>(results->Get(i)->end_offset());
    }

    /// As whoever has lost an answer does.
    void repeat() {
        if (recent_.empty()) return;
        const auto& again = recent_[random_.below(recent_.size())];
        ask_and([&](auto id) { return detail::append(id, again.stream, {again.batch}); });
    }

    void append_without_stamp() {
        const auto partition = static_cast<std::uint32_t>(random_.below(shared_partitions));
        ask_and([&](auto id) { return detail::append(id, shared_stream, {{partition, make_batch(values(), {})}}); });
    }

    /// The last partition of the shared stream, or the own stream, up to somewhere below a known end.
    void truncate() {
        const bool own = random_.below(2) == 0;
        const auto stream = own ? own_ : StreamName{shared_stream};
        const auto partition = own ? 0 : shared_partitions - 1;
        const auto end = ends_[{stream.name, partition}];
        if (end == 0) return;
        const auto before = end - random_.below(std::min<std::uint64_t>(end, 20));
        ask_and([&](auto id) { return detail::truncate_stream(id, stream, partition, before); });
    }

    void commit(const GroupName& group) {
        const auto partition = static_cast<std::uint32_t>(random_.below(shared_partitions));
        const auto offset = random_.below(1'000'000);
        ask_and([&](auto id) {
            return detail::commit_offsets(id, group, {}, {{shared_stream, partition, offset, "by hand"}});
        });
    }

    /// Joins; then heartbeats, commits as a member, and at times leaves.
    void live_in_team() {
        if (member_.member.empty()) {
            JoinOptions how;
            how.streams = {shared_stream};
            how.session_timeout = session_timeout;
            const auto joined = call([&](auto id) { return detail::join_group(id, team, how); });
            if (joined.has_value()) member_ = joined.value();
            return;
        }
        const auto dice = random_.below(10);
        if (dice == 0) {
            call([&](auto id) { return detail::leave_group(id, team, member_.member); });
            member_ = {};
        } else if (dice < 6) {
            const HeartbeatOptions how{member_.member, member_.generation, member_.assigned};
            const auto answer = call([&](auto id) { return detail::heartbeat(id, team, how); });
            if (answer.has_value()) member_ = answer.value();
        } else if (!member_.assigned.empty()) {
            const auto& partitions = member_.assigned.front().partitions;
            const auto partition = partitions[random_.below(partitions.size())];
            const CommitIdentity who{member_.member, member_.generation};
            const auto offset = random_.below(1'000'000);
            ask_and([&](auto id) {
                return detail::commit_offsets(id, team, who, {{shared_stream, partition, offset}});
            });
        }
    }

    /// A stream that lives for a few commands.
    void come_and_go() {
        const StreamName passing{fmt::format("passing-{}-{}", number_, streams_++)};
        call([&](auto id) { return detail::create_stream(id, passing, {.partitions = 2}); });
        append(passing, 2);
        await_all();
        recent_.clear();
        if (random_.below(3) != 0) ask_and([&](auto id) { return detail::delete_stream(id, passing); });
    }

    OffsetsToCommit progress(const std::string& stream, std::uint64_t offset) const {
        const CommitIdentity nobody;
        OffsetsToCommit commit{own_group_, nobody, {}};
        commit.offsets.push_back({stream, 0, offset});
        return commit;
    }

    /// From a queue into a stream: the message goes, a record comes, and an offset tells how far it is.
    void move_a_message() {
        ReceiveOptions how;
        how.visibility_timeout = hour;
        const QueueName queue{"first"};
        const auto received = call([&](auto id) { return detail::receive(id, queue, how); });
        if (!received.has_value() || received.value().empty()) return;
        const auto partition = static_cast<std::uint32_t>(random_.below(shared_partitions));
        const auto sequence_before = sequences_[{shared_stream, partition}];
        TransactionSteps steps;
        steps.deletes.push_back({queue, {received.value().front().receipt_handle}});
        steps.appends.push_back({shared_stream, {stamped(shared_stream, partition)}});
        steps.commits.push_back(progress(shared_stream, ++moved_));
        const auto done = call([&](auto id) { return detail::transact(id, steps); });
        if (done.has_value()) return remember(shared_stream, steps.appends.front().batches.front());
        // Nothing of it was done: the next batch takes its place.
        sequences_[{shared_stream, partition}] = sequence_before;
    }

    /// From a stream into a queue: a job for the next batch of events, and the offset behind it.
    void make_a_job() {
        const auto fetched = call([&](auto id) {
            return detail::fetch(id, {{own_.name, 0, next_event_}}, {.records_max = 1});
        });
        const auto& events = fetched.value().front();
        if (!events.ok()) next_event_ = events.start_offset;
        if (!events.ok() || events.batches.empty()) return;
        const auto next = records_in(events.batches).back().offset + 1;
        TransactionSteps steps;
        steps.sends.push_back({"second", {{.body = fmt::format("j{}-{}|job", number_, jobs_++)}}});
        steps.commits.push_back(progress(own_.name, next));
        const auto done = call([&](auto id) { return detail::transact(id, steps); });
        if (done.has_value()) next_event_ = next;
    }

    const LoadOptions& options_;
    const std::uint32_t number_;
    const StreamName own_;
    const GroupName own_group_;
    SeededRandom random_;
    WireClient client_;
    protocol::ProducerStamp producer_;
    std::map<std::pair<std::string, std::uint32_t>, std::int32_t> sequences_;
    std::map<std::pair<std::string, std::uint32_t>, std::uint64_t> ends_;
    std::deque<Appended> recent_;
    GroupAssignment member_;
    std::uint64_t records_ = 0;
    std::uint64_t streams_ = 0;
    std::uint64_t moved_ = 0;
    std::uint64_t jobs_ = 0;
    std::uint64_t next_event_ = 0;
    /// Requests that are not answered yet, and what to do with their answers.
    std::map<std::uint64_t, Read> expected_;
};

}  // namespace

void make_shared_streams(std::uint16_t port) {
    WireClient client(port);
    client.execute([](std::uint64_t id) {
        return detail::create_stream(id, shared_stream, {.partitions = static_cast<std::int32_t>(shared_partitions)});
    });
}

void run_stream_worker(const LoadOptions& options, std::uint32_t number) {
    StreamWorker(options, number).run();
}

}  // namespace tern::crash
