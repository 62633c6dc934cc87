#include "tests/simulation/stream_clients.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "broker/base/overloaded.hpp"
#include "broker/engine/group_queries.hpp"

/// What clients of streams and groups do, how it is told to the engine, and what becomes of the answers.
namespace tern::simulation {
namespace {

engine::NewBatch new_batch(const Produced& batch) {
    const auto checked = protocol::check_batch(batch.bytes);
    engine::NewBatch made;
    made.partition = batch.place.partition;
    made.bytes = batch.bytes;
    made.header = checked.header;
    made.record_bytes_max = checked.record_bytes_max;
    made.expected_offset = batch.expected_offset;
    return made;
}

std::vector<engine::PartitionSet> sets_of(const std::set<LogPlace>& places) {
    std::vector<engine::PartitionSet> sets;
    for (const auto& [stream, partition] : places) {
        if (sets.empty() || sets.back().stream != stream) sets.push_back({stream, {}});
        sets.back().partitions.push_back(partition);
    }
    return sets;
}

const engine::AppendResult* result_of(const engine::Answer& answer) {
    const auto* results = std::get_if<engine::AppendResults>(&answer.body);
    return answer.status == Errc::ok && results != nullptr ? &results->results.at(0) : nullptr;
}

const engine::TransactionResults* executed(const engine::Answer& answer) {
    return answer.status == Errc::ok ? std::get_if<engine::TransactionResults>(&answer.body) : nullptr;
}

}  // namespace

const std::vector<LogPlace>& StreamClients::places() {
    static const std::vector<LogPlace> all = {{"events", 0}, {"events", 1}, {"log", 0}};
    return all;
}

StreamClients::StreamClients(Surroundings surroundings, StreamLedger& ledger, Ledger& messages)
    : around_(std::move(surroundings)),
      ledger_(ledger),
      messages_(messages) {
    for (const auto& place : places()) {
        consumers_.push_back({place, {}, false});
        consumers_.push_back({place, {}, true});
    }
    for (const auto* instance : {"one", "two", "three"}) {
        Worker worker;
        worker.group = "workers";
        worker.instance = instance;
        worker.makes_jobs = true;
        workers_.push_back(worker);
    }
    for (int i = 0; i < 2; ++i) {
        Worker reader;
        reader.group = "readers";
        workers_.push_back(reader);
    }
}

void StreamClients::set_producers(std::vector<std::int64_t> ids) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
        Producer producer;
        producer.id = ids[i];
        producer.place = places()[i % places().size()];
        producers_.push_back(std::move(producer));
    }
}

void StreamClients::act() {
    const auto dice = around_.random.below(100);
    if (dice < 25) return produce();
    if (dice < 50) return consume(consumers_[around_.random.below(consumers_.size())]);
    if (dice < 88) return act(around_.random.below(workers_.size()));
    if (dice < 94) return truncate();
    forward();
}

engine::Command StreamClients::command_of(const StreamRequest& request) const {
    const auto commit_of = [&](const OffsetRequest& r) {
        return engine::CommitOffsets{{"", workers_[r.worker].group},
                                     r.member,
                                     r.generation,
                                     {{r.place.stream, r.place.partition, r.offset, {}}}};
    };
    return std::visit(Overloaded{
                          [](const AppendRequest& r) -> engine::Command {
                              return engine::Append{{"", r.batch.place.stream}, {new_batch(r.batch)}};
                          },
                          [](const TruncateRequest& r) -> engine::Command {
                              return engine::TruncateStream{{"", r.place.stream}, r.place.partition, r.before};
                          },
                          [&](const JoinRequest& r) -> engine::Command {
                              const auto& worker = workers_[r.worker];
                              engine::JoinGroup join{{"", worker.group},     {},      worker.instance, {"events"}, {},
                                                     worker.session_timeout, "worker"};
                              if (!worker.makes_jobs) join.streams = {"events", "log"};
                              return join;
                          },
                          [&](const BeatRequest& r) -> engine::Command {
                              return engine::Heartbeat{
                                  {"", workers_[r.worker].group}, r.member, r.generation, sets_of(r.owned), r.wait};
                          },
                          [&](const LeaveRequest& r) -> engine::Command {
                              return engine::LeaveGroup{{"", workers_[r.worker].group}, r.member};
                          },
                          [&](const OffsetRequest& r) -> engine::Command { return commit_of(r); },
                          [&](const WorkRequest& r) -> engine::Command {
                              engine::NewMessage job;
                              job.body = r.job.body;
                              engine::Transact transact;
                              transact.sends.push_back({{"", r.job.queue}, {job}});
                              transact.commits.push_back(commit_of(r.taken));
                              return transact;
                          },
                          [](const ForwardRequest& r) -> engine::Command {
                              engine::Transact transact;
                              transact.deletes.push_back({{"", r.message.place.queue}, {r.message.handle}});
                              transact.appends.push_back({{"", r.record.place.stream}, {new_batch(r.record)}});
                              return transact;
                          },
                      },
                      request);
}

void StreamClients::answered(const StreamRequest& request, const engine::Answer& answer, Timestamp executed_at) {
    std::visit(Overloaded{
                   [&](const AppendRequest& r) { appended(r, result_of(answer)); },
                   [&](const TruncateRequest&) {},
                   [&](const JoinRequest& r) { joined(r.worker, answer, executed_at, r.sent_at); },
                   [&](const BeatRequest& r) {
                       if (workers_[r.worker].member == r.member) joined(r.worker, answer, executed_at, r.sent_at);
                   },
                   [&](const LeaveRequest& r) {
                       auto& worker = workers_[r.worker];
                       worker.asks_group = false;
                       forget_membership(worker);
                   },
                   [&](const OffsetRequest& r) {
                       const auto* results = std::get_if<engine::EntryResults>(&answer.body);
                       committed(r,
                                 answer.status == Errc::ok && results != nullptr && results->results.at(0) == Errc::ok);
                   },
                   [&](const WorkRequest& r) {
                       const auto* results = executed(answer);
                       if (results != nullptr)
                           messages_.acknowledge_send(r.job, results->sends.at(0).results.at(0), executed_at);
                       else
                           messages_.refuse_send(r.job);
                       committed(r.taken, results != nullptr);
                   },
                   [&](const ForwardRequest& r) {
                       const auto* results = executed(answer);
                       if (results == nullptr) return ledger_.refuse(r.record);
                       ledger_.acknowledge(r.record, results->appends.at(0).results.at(0).base_offset);
                       messages_.acknowledge_delete(r.message.body, r.message.place);
                       ++messages_.tally().messages_forwarded;
                   },
               },
               request);
}

void StreamClients::lost(const StreamRequest& request) {
    std::visit(Overloaded{
                   [&](const AppendRequest& r) {
                       ledger_.lose(r.batch);
                       if (r.producer == no_producer) return;
                       auto& producer = producers_[r.producer];
                       --producer.under_way;
                       producer.repeats = true;
                       ++messages_.tally().repetitions;
                   },
                   [&](const TruncateRequest&) {},
                   [&](const JoinRequest& r) { workers_[r.worker].asks_group = false; },
                   [&](const BeatRequest& r) { workers_[r.worker].asks_group = false; },
                   [&](const LeaveRequest& r) {
                       workers_[r.worker].asks_group = false;
                       forget_membership(workers_[r.worker]);
                   },
                   [&](const OffsetRequest& r) { committed(r, false); },
                   [&](const WorkRequest& r) {
                       messages_.lose_send(r.job);
                       committed(r.taken, false);
                       // It may still be executed: the worker joins anew, which fences what it has asked for before.
                       forget_membership(workers_[r.taken.worker]);
                   },
                   [&](const ForwardRequest& r) { ledger_.lose(r.record); },
               },
               request);
}

bool StreamClients::finish() {
    bool unfinished = false;
    for (std::size_t i = 0; i < producers_.size(); ++i) {
        if (producers_[i].batches.empty()) continue;
        unfinished = true;
        repeat(i);
    }
    for (std::size_t i = 0; i < workers_.size(); ++i) act(i);
    const auto snapshot = around_.snapshot();
    for (const auto& place : places()) {
        if (place.stream != "events") continue;
        const auto range =
            engine::find_offsets(*snapshot, {{"", place.stream}, {place.partition}, {}, {}}, around_.durable_end());
        const auto committed = engine::fetch_offsets(*snapshot, {"", "workers"}, {{place.stream, {place.partition}}},
                                                     around_.durable_end());
        auto taken = range->at(0).start_offset;
        if (committed.has_value() && !committed->empty()) taken = std::max(taken, committed->at(0).offset.value_or(0));
        unfinished |= taken < range->at(0).end_offset;
    }
    return unfinished;
}

void StreamClients::retire() {
    retired_ = true;
    for (std::size_t i = 0; i < workers_.size(); ++i)
        if (!workers_[i].member.empty()) around_.submit(LeaveRequest{i, workers_[i].member});
}

}  // namespace tern::simulation
