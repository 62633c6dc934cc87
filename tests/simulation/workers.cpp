#include <fmt/format.h>

#include <algorithm>

#include "broker/engine/group_queries.hpp"
#include "tests/simulation/stream_clients.hpp"

/// Those who read: consumers on their own, and the members of groups.
namespace tern::simulation {
namespace {

using std::chrono::seconds;

std::set<LogPlace> places_of(const std::vector<engine::PartitionSet>& sets) {
    std::set<LogPlace> places;
    for (const auto& set : sets)
        for (const auto partition : set.partitions) places.insert({set.stream, partition});
    return places;
}

}  // namespace

std::vector<std::pair<std::uint64_t, std::string>> StreamClients::fetch(const LogPlace& place,
                                                                        std::uint64_t& position) {
    const auto snapshot = around_.snapshot();
    const auto bytes_max = 1 + around_.random.below(2'000);
    const auto fetched = engine::fetch(*snapshot, {{{"", place.stream}, place.partition, position, bytes_max}}, {},
                                       around_.durable_end());
    const auto& partition = fetched.partitions.at(0);
    if (partition.status == Errc::offset_out_of_range && position < partition.start_offset) {
        position = partition.start_offset;
        return {};
    }
    if (partition.status == Errc::offset_out_of_range)
        throw Violation("offset back", fmt::format("{}/{} was read up to {}, and now ends at {}", place.stream,
                                                   place.partition, position, partition.end_offset));
    if (partition.status != Errc::ok)
        throw Violation("inconsistent",
                        fmt::format("a fetch is answered with {}", protocol::name_of(partition.status)));
    std::vector<std::pair<std::uint64_t, std::string>> records;
    for (BytesView rest = partition.batches; !rest.empty();) {
        const auto header = protocol::read_batch_header(rest);
        if (!header) throw Violation("gap", "a fetch gives half a batch");
        protocol::BatchReader reader(rest.substr(0, header->bytes));
        while (const auto* record = reader.next()) {
            const auto offset = static_cast<std::uint64_t>(record->offset);
            if (offset < position) continue;
            if (offset != position + records.size())
                throw Violation("gap", fmt::format("{} follows {}", offset, position + records.size()));
            records.emplace_back(offset, std::string(*record->key));
        }
        if (reader.fault() != protocol::BatchFault::none) throw Violation("inconsistent", "a batch cannot be read");
        rest.remove_prefix(header->bytes);
    }
    for (const auto& [offset, value] : records) ledger_.read(place, offset, value);
    return records;
}

void StreamClients::consume(Consumer& consumer) {
    if (!consumer.position) {
        const auto snapshot = around_.snapshot();
        const auto where = consumer.tails ? engine::Position::latest : engine::Position::earliest;
        const auto found = engine::find_offsets(
            *snapshot, {{"", consumer.place.stream}, {consumer.place.partition}, where, {}}, around_.durable_end());
        if (!found.has_value()) throw Violation("inconsistent", "a partition's ends are not found");
        consumer.position = found->at(0).offset;
    }
    auto position = *consumer.position;
    const auto records = fetch(consumer.place, position);
    consumer.position = position + records.size();
    // Some begin anew.
    if (chance(3)) consumer.position.reset();
}

void StreamClients::act(std::size_t number) {
    auto& worker = workers_[number];
    if (worker.member.empty()) {
        if (!worker.asks_group && !retired_) join(number);
        return;
    }
    if (!worker.asks_group && chance(40)) return beat(number);
    if (!worker.asks_group && !worker.commits && chance(1)) {
        around_.note(fmt::format("worker {} leaves", number));
        worker.asks_group = true;
        around_.submit(LeaveRequest{number, worker.member});
        return;
    }
    if (!worker.commits) work(number);
}

void StreamClients::join(std::size_t number) {
    auto& worker = workers_[number];
    worker.asks_group = true;
    worker.session_timeout = seconds(10 + around_.random.below(30));
    around_.note(fmt::format("worker {} joins {}", number, worker.group));
    around_.submit(JoinRequest{number, around_.now()});
}

void StreamClients::beat(std::size_t number) {
    auto& worker = workers_[number];
    // Sometimes it has not finished with what it should give up.
    if (chance(80)) {
        for (const auto& place : worker.works_on) {
            if (worker.told.contains(place)) continue;
            ledger_.gave_up(worker.group, worker.member, place);
            worker.positions.erase(place);
        }
        worker.works_on = worker.told;
    } else {
        worker.works_on.insert(worker.told.begin(), worker.told.end());
    }
    worker.asks_group = true;
    const auto wait = chance(50) ? Milliseconds(0) : Milliseconds(seconds(1 + around_.random.below(10)));
    around_.submit(BeatRequest{number, worker.member, worker.generation, worker.works_on, wait, around_.now()});
}

/// Where the group has come to. A snapshot may show a commit that can still be undone, but none of others': what they
/// committed came before the assignment that this worker was told, which was durable by then. And whoever is not told
/// what became of its own transaction joins anew.
void StreamClients::find_position(Worker& worker, const LogPlace& place) {
    if (worker.positions.contains(place)) return;
    const auto snapshot = around_.snapshot();
    const auto committed = engine::fetch_offsets(*snapshot, {"", worker.group}, {{place.stream, {place.partition}}},
                                                 around_.durable_end());
    const auto found = engine::find_offsets(
        *snapshot, {{"", place.stream}, {place.partition}, engine::Position::earliest, {}}, around_.durable_end());
    if (!found.has_value()) throw Violation("inconsistent", "a partition's ends are not found");
    worker.positions[place] = found->at(0).offset;
    if (committed.has_value() && !committed->empty() && committed->at(0).offset)
        worker.positions[place] = *committed->at(0).offset;
}

void StreamClients::work(std::size_t number) {
    auto& worker = workers_[number];
    if (worker.works_on.empty()) return;
    const auto chosen = around_.random.below(worker.works_on.size());
    const auto place = *std::next(worker.works_on.begin(), static_cast<std::ptrdiff_t>(chosen));
    find_position(worker, place);
    const auto records = fetch(place, worker.positions[place]);
    if (records.empty()) return;
    worker.commits = true;
    OffsetRequest commit{number, worker.member, worker.generation, place, records.back().first + 1};
    if (!worker.makes_jobs) {
        around_.note(
            fmt::format("worker {} commits {} of {}/{}", number, commit.offset, place.stream, place.partition));
        around_.submit(commit);
        return;
    }
    commit.offset = records.front().first + 1;
    const auto body = fmt::format("j{}", next_job_++);
    WorkRequest request{commit, {body, "jobs", {}, {}}};
    around_.note(fmt::format("worker {} makes {} of {} at {} of {}/{}", number, body, records.front().second,
                             records.front().first, place.stream, place.partition));
    messages_.attempt_send(request.job);
    ledger_.attempt_job(request);
    around_.submit(std::move(request));
}

void StreamClients::joined(std::size_t number, const engine::Answer& answer, Timestamp executed_at, Timestamp sent_at) {
    auto& worker = workers_[number];
    worker.asks_group = false;
    const auto* assignment = std::get_if<engine::GroupAssignment>(&answer.body);
    if (answer.status != Errc::ok || assignment == nullptr) {
        if (answer.status != Errc::storage_full) forget_membership(worker);
        return;
    }
    worker.member = assignment->member;
    worker.generation = assignment->generation;
    worker.told = places_of(assignment->assigned);
    std::string places;
    for (const auto& [stream, partition] : worker.told) places += fmt::format(" {}/{}", stream, partition);
    around_.note(
        fmt::format("worker {} is {} in generation {} and has{}", number, worker.member, worker.generation, places));
    ledger_.told(worker.group, worker.member, worker.told, executed_at, sent_at + worker.session_timeout);
}

void StreamClients::forget_membership(Worker& worker) {
    ledger_.gone(worker.group, worker.member);
    worker.member.clear();
    worker.generation = 0;
    worker.told.clear();
    worker.works_on.clear();
    worker.positions.clear();
}

void StreamClients::committed(const OffsetRequest& request, bool accepted) {
    auto& worker = workers_[request.worker];
    worker.commits = false;
    if (accepted) ledger_.acknowledge_commit(request, worker.group);
    if (worker.member != request.member) return;
    if (accepted && worker.works_on.contains(request.place))
        worker.positions[request.place] = request.offset;
    else
        worker.positions.erase(request.place);
}

}  // namespace tern::simulation
