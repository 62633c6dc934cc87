#include "broker/runtime/command_weight.hpp"

#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <variant>

#include "broker/engine/publication.hpp"

namespace tern::runtime {
namespace {

// LMDB copies a page for each row that is touched, at worst; blocks of a stream take one page for so many bytes.
constexpr std::size_t bytes_per_page = 4'000;

std::size_t pages_in(const engine::Append& command) {
    std::size_t pages = 0;
    for (const auto& batch : command.batches) pages += 1 + batch.bytes.size() / bytes_per_page;
    return pages;
}

/// A publication costs rows in its history or among the retained values; what it costs in subscribed queues only the
/// engine knows.
std::size_t pages_in(const engine::Publish& command) {
    std::size_t pages = 0;
    for (const auto& publication : *command.batch) pages += 1 + publication.data.size() / bytes_per_page;
    return pages;
}

std::size_t partitions_in(const std::vector<engine::PartitionSet>& sets) {
    std::size_t partitions = 0;
    for (const auto& set : sets) partitions += set.partitions.size();
    return partitions;
}

struct Entries {
    std::size_t operator()(const engine::SendMessages& send) const { return send.messages.size(); }
    std::size_t operator()(const engine::DeleteMessages& remove) const { return remove.receipt_handles.size(); }
    std::size_t operator()(const engine::ChangeVisibility& change) const { return change.changes.size(); }
    std::size_t operator()(const engine::GiveBackMessages& back) const { return back.receipt_handles.size(); }
    std::size_t operator()(const engine::ReceiveMessages& receive) const {
        return static_cast<std::size_t>(std::clamp<std::int64_t>(receive.messages_max, 1, 10));
    }
    std::size_t operator()(const engine::Append& append) const { return pages_in(append); }
    std::size_t operator()(const engine::Publish& publish) const { return publish.batch ? pages_in(publish) : 1; }
    std::size_t operator()(const engine::Heartbeat& heartbeat) const { return 1 + partitions_in(heartbeat.owned); }
    std::size_t operator()(const engine::CommitOffsets& commit) const { return commit.offsets.size(); }
    std::size_t operator()(const engine::Transact& transact) const {
        std::size_t entries = 0;
        const auto add = [&](const auto& steps) {
            for (const auto& step : steps) entries += (*this)(step);
        };
        add(transact.deletes);
        add(transact.sends);
        add(transact.appends);
        add(transact.commits);
        return entries;
    }
    template <class Other>
    std::size_t operator()(const Other&) const {
        return 1;
    }
};

}  // namespace

std::size_t entries_in(const engine::Command& command) {
    return std::visit(Entries{}, command);
}

std::size_t bytes_in(const engine::Completion& completion) {
    std::size_t bytes = 0;
    if (const auto* received = std::get_if<engine::Messages>(&completion.answer.body)) {
        for (const auto& message : received->messages) bytes += message.record.size();
    }
    if (const auto* assignment = std::get_if<engine::GroupAssignment>(&completion.answer.body)) {
        bytes += partitions_in(assignment->assigned) * sizeof(std::uint32_t);
    }
    return bytes;
}

std::uint64_t fan_out_bytes(const engine::EngineCounters& counters) {
    // A message, its place in the schedule and the counters of its queue.
    constexpr std::uint64_t pages_per_delivery = 3;
    return counters.deliveries * pages_per_delivery * bytes_per_page + counters.delivered_bytes;
}

const engine::StreamName* stream_cut_by(const engine::Command& command) {
    if (const auto* remove = std::get_if<engine::DeleteStream>(&command)) return &remove->stream;
    if (const auto* truncate = std::get_if<engine::TruncateStream>(&command)) return &truncate->stream;
    return nullptr;
}

}  // namespace tern::runtime
