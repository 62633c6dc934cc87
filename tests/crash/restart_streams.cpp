#include "tests/crash/restart_streams.hpp"

#include <optional>
#include <utility>

#include "broker/engine/group_queries.hpp"
#include "broker/engine/stream_queries.hpp"

namespace tern::crash {
namespace {

/// After a restart everything that is there is durable.
std::optional<std::uint64_t> durable_end(engine::StreamPartition) {
    return std::nullopt;
}

/// Adds the batches to the partition, and says where the next one begins.
std::uint64_t add_batches(std::string_view batches, FoundPartition& partition, Found& found) {
    while (!batches.empty()) {
        const auto header = protocol::read_batch_header(batches);
        if (!header) {
            found.faults.push_back("a fetch gives a batch that is cut off");
            return partition.end_offset;
        }
        partition.batches.push_back({static_cast<std::uint64_t>(header->base_offset),
                                     static_cast<std::uint64_t>(header->next_offset()), header->producer,
                                     std::string(content_of(batches.substr(0, header->bytes)))});
        batches.remove_prefix(header->bytes);
    }
    return partition.batches.back().next_offset;
}

void show_batches(const store::ReadTransaction& snapshot, const std::string& stream, std::uint32_t number,
                  FoundPartition& partition, Found& found) {
    for (auto offset = partition.start_offset; offset < partition.end_offset;) {
        const auto fetched = engine::fetch(snapshot, {{{{}, stream}, number, offset}}, {}, durable_end);
        const auto& answer = fetched.partitions.front();
        if (answer.status != Errc::ok || answer.batches.empty()) {
            found.faults.push_back("stream " + stream + " cannot be read at offset " + std::to_string(offset));
            return;
        }
        offset = add_batches(answer.batches, partition, found);
    }
}

void show_stream(const store::ReadTransaction& snapshot, const std::string& name, Found& found) {
    const auto described = engine::describe_stream(snapshot, {{}, name}, durable_end);
    if (!described.has_value()) return;
    auto& partitions = found.streams[name];
    for (const auto& one : described->partitions) {
        partitions.push_back({one.start_offset, one.end_offset, {}});
        show_batches(snapshot, name, one.partition, partitions.back(), found);
    }
}

void show_group(const store::ReadTransaction& snapshot, const std::string& name, Found& found) {
    const auto described = engine::describe_group(snapshot, {{}, name}, durable_end);
    if (!described.has_value()) return;
    auto& group = found.groups[name];
    group.generation = described->summary.generation;
    for (const auto& member : described->members) group.members.insert(member.member);
    for (const auto& one : described->offsets) {
        if (one.offset) found.offsets[{name, {one.stream, one.partition}}] = static_cast<std::int64_t>(*one.offset);
    }
}

}  // namespace

void show_streams(const store::ReadTransaction& snapshot, const History& history, Found& found) {
    for (const auto& [name, stream] : history.streams) show_stream(snapshot, name, found);
    for (const auto& [name, group] : history.groups) show_group(snapshot, name, found);
}

}  // namespace tern::crash
