#include "tests/crash/kill9/stream_actors.hpp"

#include <fmt/format.h>

#include <chrono>

#include "protocol/status.hpp"
#include "tests/crash/broker_process.hpp"
#include "tests/crash/kill9/refusals.hpp"

namespace tern::crash {
namespace {

using namespace std::chrono_literals;

const GroupName consumers{"consumers"};
const GroupName workers{"workers"};
/// Of one producer on a partition the broker knows the last five.
constexpr std::size_t pending_max = 3;
constexpr auto fetch_wait = 50ms;

PartitionKey log_partition(std::uint32_t partition) {
    return {log_stream, partition};
}

}  // namespace

std::uint64_t committed_offset(WireClient& client, StreamLedger& ledger, const OffsetKey& key) {
    const auto least = ledger.least(key);
    const auto told = client.execute([&](std::uint64_t id) {
        return detail::fetch_offsets(id, key.group, {{key.partition.stream, {key.partition.partition}}});
    });
    // Nobody has committed yet.
    const bool no_group = !told.has_value() && told.error().status() == Status::group_does_not_exist;
    if (!no_group) require_ok(told, "a question for offsets");
    const auto offset = no_group ? 0 : told.value().front().offset.value_or(0);
    ledger.told(key, least, offset);
    return offset;
}

StreamProducer::StreamProducer(StreamLedger& ledger, ProducerTraits traits, std::uint64_t seed)
    : ledger_(ledger),
      traits_(std::move(traits)),
      random_(seed) {}

void StreamProducer::begin(WireClient& client) {
    if (stamp_.id < 0) {
        const auto allocated = client.execute([](std::uint64_t id) { return detail::allocate_producer(id); });
        require_ok(allocated, "a producer's id");
        stamp_.id = allocated.value().id;
        stamp_.epoch = allocated.value().epoch;
    }
    std::vector<std::uint64_t> requests;
    for (const auto& pending : pending_) {
        requests.push_back(send(client, pending));
        ledger_.sent_again(pending.values.size());
    }
    for (const auto request : requests) await(client, request);
}

void StreamProducer::work(WireClient& client) {
    std::vector<std::uint64_t> requests;
    for (auto count = 1 + random_.below(pending_max); count > 0; --count) {
        pending_.push_back(make());
        requests.push_back(send(client, pending_.back()));
    }
    for (const auto request : requests) await(client, request);
}

StreamProducer::Pending StreamProducer::make() {
    Pending pending;
    // Not two for one partition at once: what was sent again is compared with the last few of a partition.
    const auto first = static_cast<std::uint32_t>(random_.below(traits_.partitions));
    const auto last = random_.below(4) == 0 ? traits_.partitions - 1 : first;
    for (auto partition = first; partition <= last; ++partition) {
        std::vector<std::string> values(1 + random_.below(traits_.records_max));
        for (auto& value : values) {
            const auto filler = random_.below(50) == 0 ? random_.below(20'000) : random_.below(200);
            value = ledger_.new_record(fmt::format("{}-{}", traits_.name, partition), filler);
        }
        auto stamp = stamp_;
        stamp.sequence = sequences_[partition];
        sequences_[partition] += static_cast<std::int32_t>(values.size());
        pending.batches.push_back({partition, make_batch(values, stamp)});
        pending.values.insert(pending.values.end(), values.begin(), values.end());
    }
    return pending;
}

std::uint64_t StreamProducer::send(WireClient& client, const Pending& pending) {
    return client.ask([&](std::uint64_t id) { return detail::append(id, traits_.stream, pending.batches); });
}

/// What is done is answered in the order of asking. A stopping broker's refusal may come before the answers to what was
/// asked earlier: those wait for their commit.
void StreamProducer::await(WireClient& client, std::uint64_t request) {
    const auto reply = client.await();
    require_ok(reply->status(), "an append");
    if (reply->id() != request) throw TestFailure("appends were answered in another order");
    for (const auto* result : *reply->body_as_AppendResults()->results()) require_ok(result->status(), "a batch");
    for (const auto& value : pending_.front().values) ledger_.acknowledged(value);
    pending_.pop_front();
}

void StreamConsumer::begin(WireClient& client) {
    JoinOptions how;
    how.instance = instance_;
    how.streams = {log_stream};
    const auto joined = client.execute([&](std::uint64_t id) { return detail::join_group(id, consumers, how); });
    require_ok(joined, "a join");
    assignment_ = joined.value();
    // Under its new name it may commit what it took over under the old one only from where that came to.
    positions_.clear();
    take_over(client);
}

void StreamConsumer::work(WireClient& client) {
    heartbeat(client);
    std::vector<FetchPosition> positions;
    for (const auto& [partition, offset] : positions_) positions.push_back({log_stream, partition, offset});
    if (positions.empty()) return;
    FetchOptions how;
    how.records_max = 50;
    how.wait = fetch_wait;
    const auto fetched = client.execute([&](std::uint64_t id) { return detail::fetch(id, positions, how); });
    require_ok(fetched, "a fetch");
    for (std::size_t i = 0; i < positions.size(); ++i) {
        const auto& from = fetched.value()[i];
        require_ok(from.status, "a fetch of a partition");
        const auto records = records_in(from.batches);
        if (records.empty()) continue;
        ledger_.shown(log_partition(positions[i].partition), records);
        commit(client, positions[i].partition, records.back().offset + 1);
    }
}

void StreamConsumer::heartbeat(WireClient& client) {
    HeartbeatOptions how{assignment_.member, assignment_.generation};
    how.owned.push_back({log_stream, {}});
    for (const auto& [partition, offset] : positions_) how.owned.front().partitions.push_back(partition);
    if (positions_.empty()) {
        how.owned.clear();
        how.wait = fetch_wait;
    }
    const auto answer = client.execute([&](std::uint64_t id) { return detail::heartbeat(id, consumers, how); });
    // On a machine that is busy for longer than a session.
    if (!answer.has_value() && answer.error().status() == Status::group_member_unknown) return begin(client);
    require_ok(answer, "a heartbeat");
    assignment_ = answer.value();
    take_over(client);
}

/// Drops what is assigned no more, and begins with what is new where the one before has stopped.
void StreamConsumer::take_over(WireClient& client) {
    std::map<std::uint32_t, std::uint64_t> positions;
    for (const auto& set : assignment_.assigned) {
        for (const auto partition : set.partitions) {
            const auto had = positions_.find(partition);
            positions[partition] = had != positions_.end()
                                       ? had->second
                                       : committed_offset(client, ledger_, {consumers.name, log_partition(partition)});
        }
    }
    positions_ = std::move(positions);
}

void StreamConsumer::commit(WireClient& client, std::uint32_t partition, std::uint64_t offset) {
    const CommitIdentity who{assignment_.member, assignment_.generation};
    const auto answer = client.execute([&](std::uint64_t id) {
        return detail::commit_offsets(id, consumers, who, {{log_stream, partition, offset}});
    });
    if (!answer.has_value() && answer.error().status() == Status::group_member_unknown) return;
    require_ok(answer, "a commit");
    // The partition may have gone to somebody else meanwhile.
    const auto status = answer.value().empty() ? Status::ok : answer.value().front().status;
    if (status == Status::partition_not_assigned || status == Status::group_generation_stale) return;
    require_ok(status, "a commit of a partition");
    positions_[partition] = offset;
    ledger_.commit_acknowledged({consumers.name, log_partition(partition)}, offset);
}

void OrderWorker::begin(WireClient& client) {
    next_ = committed_offset(client, ledger_, {workers.name, {orders_stream, 0}});
}

bool OrderWorker::work(WireClient& client) {
    FetchOptions how;
    how.records_max = 10;
    how.wait = fetch_wait;
    const auto fetched = client.execute([&](std::uint64_t id) {
        return detail::fetch(id, {{orders_stream, 0, next_}}, how);
    });
    require_ok(fetched, "a fetch of orders");
    require_ok(fetched.value().front().status, "a fetch of orders");
    auto records = records_in(fetched.value().front().batches);
    ledger_.shown({orders_stream, 0}, records);
    // The first batch may begin earlier.
    std::erase_if(records, [this](const ReadRecord& record) { return record.offset < next_; });
    if (records.empty()) return false;

    TransactionSteps steps;
    steps.sends.push_back({made_queue, {}});
    for (const auto& record : records) {
        const auto name = record.value.substr(0, record.value.find('|'));
        steps.sends.front().messages.push_back({.body = name + "|job"});
    }
    const auto next = records.back().offset + 1;
    const CommitIdentity nobody;
    OffsetsToCommit commit{workers, nobody, {}};
    commit.offsets.push_back({orders_stream, 0, next});
    steps.commits.push_back(std::move(commit));
    const auto done = client.execute([&](std::uint64_t id) { return detail::transact(id, steps); });
    require_ok(done, "a transaction of jobs");
    next_ = next;
    ledger_.commit_acknowledged({workers.name, {orders_stream, 0}}, next);
    return true;
}

void Mover::send(WireClient& client) {
    const auto name = fmt::format("i{}", messages_++);
    perhaps_sent_.insert(name);
    const NewMessage message{.body = name + "|message"};
    const auto sent = client.execute([&](std::uint64_t id) { return detail::send(id, intake_queue, message); });
    require_ok(sent, "a send");
    sent_.insert(name);
}

bool Mover::move(WireClient& client, std::chrono::milliseconds wait) {
    ReceiveOptions how;
    how.messages_max = 5;
    how.wait = wait;
    const auto received = client.execute([&](std::uint64_t id) { return detail::receive(id, intake_queue, how); });
    require_ok(received, "a receive");
    if (received.value().empty()) return false;

    TransactionSteps steps;
    steps.deletes.push_back({intake_queue, {}});
    std::vector<std::string> values;
    for (const auto& message : received.value()) {
        steps.deletes.front().receipt_handles.push_back(message.receipt_handle);
        values.push_back(message.body);
    }
    steps.appends.push_back({moved_stream, {{0, make_batch(values, {})}}});
    const auto done = client.execute([&](std::uint64_t id) { return detail::transact(id, steps); });
    // They were out of sight for too short: somebody may have them.
    if (!done.has_value() && done.error().status() == Status::message_not_in_flight) return true;
    require_ok(done, "a transaction that moves");
    return true;
}

}  // namespace tern::crash
