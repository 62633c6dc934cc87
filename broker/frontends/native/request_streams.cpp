#include <algorithm>
#include <utility>

#include "broker/frontends/native/request_demands.hpp"
#include "protocol/limits.hpp"
#include "protocol/record_batch.hpp"

namespace tern::native {

namespace {

// A consumer that catches up asks for as much as it may. Its I/O thread takes care of producers, too: long answers,
// made and written one behind the other, leave their requests lying while the commit thread has nothing to do. Answers
// of this size also stay in the processor's caches. A longest batch comes whole even so.
constexpr std::uint64_t fetch_answer_bytes_max = 512u << 10;

/// -1 stands for "not given".
std::optional<std::int64_t> number(std::int64_t value) {
    return value == -1 ? std::nullopt : std::optional(value);
}

MaybeRefusal read_settings(const wire::StreamSettings* settings, engine::StreamSettingsChange& to) {
    if (!settings) return std::nullopt;
    to.partitions = number(settings->partitions());
    to.retention = duration(settings->retention_ms());
    to.retention_bytes = number(settings->retention_bytes());
    to.record_bytes_max = number(settings->record_bytes_max());
    const auto type = settings->timestamp_type();
    return type.has_value() ? read_enum(*type, "timestamp_type", to.timestamp_type.emplace()) : std::nullopt;
}

Errc status_of(protocol::BatchFault fault) {
    switch (fault) {
        case protocol::BatchFault::none: return Errc::ok;
        case protocol::BatchFault::too_long: return Errc::record_batch_too_large;
        case protocol::BatchFault::wrong_checksum: return Errc::record_batch_damaged;
        default: return Errc::record_batch_invalid;
    }
}

engine::NewBatch new_batch(const wire::AppendEntry& entry) {
    engine::NewBatch batch;
    batch.partition = entry.partition();
    batch.bytes = view_of(entry.batch());
    const auto checked = protocol::check_batch(batch.bytes);
    batch.header = checked.header;
    batch.record_bytes_max = checked.record_bytes_max;
    if (checked.fault != protocol::BatchFault::none) {
        batch.fault = status_of(checked.fault);
        batch.fault_detail = protocol::text_of(checked.fault);
    }
    if (entry.expected_offset() >= 0) batch.expected_offset = static_cast<std::uint64_t>(entry.expected_offset());
    return batch;
}

/// -1 stands for "wherever the partition ends"; what is below it is no offset.
bool expects_nonsense(const wire::AppendEntry& entry) {
    return entry.expected_offset() < -1;
}

}  // namespace

Demand demand_of(const wire::CreateStream& body) {
    engine::CreateStream command;
    if (auto refusal = read_stream(body.namespace_name(), body.name(), "name", command.stream)) return *refusal;
    if (auto refusal = read_settings(body.settings(), command.settings)) return *refusal;
    return engine::Command(std::move(command));
}

Demand demand_of(const wire::SetStream& body) {
    engine::SetStream command;
    if (auto refusal = read_stream(body.namespace_name(), body.name(), "name", command.stream)) return *refusal;
    if (!body.settings()) return missing("settings");
    if (auto refusal = read_settings(body.settings(), command.settings)) return *refusal;
    return engine::Command(std::move(command));
}

Demand demand_of(const wire::DeleteStream& body) {
    engine::DeleteStream command;
    if (auto refusal = read_stream(body.namespace_name(), body.name(), "name", command.stream)) return *refusal;
    return engine::Command(std::move(command));
}

Demand demand_of(const wire::ListStreams& body) {
    ListStreams query;
    const auto refusal = read_list(body, protocol::stream_name_bytes_max, Errc::stream_name_invalid, query);
    return refusal ? Demand(*refusal) : Demand(Query(std::move(query)));
}

Demand demand_of(const wire::DescribeStream& body) {
    DescribeStream query;
    if (auto refusal = read_stream(body.namespace_name(), body.name(), "name", query.stream)) return *refusal;
    return Query(std::move(query));
}

Demand demand_of(const wire::TruncateStream& body) {
    engine::TruncateStream command;
    if (auto refusal = read_stream(body.namespace_name(), body.name(), "name", command.stream)) return *refusal;
    command.partition = body.partition();
    command.before = body.before();
    return engine::Command(std::move(command));
}

MaybeRefusal read_append(const wire::Append& body, engine::Append& to) {
    if (auto refusal = read_stream(body.namespace_name(), body.stream(), "stream", to.stream)) return refusal;
    if (auto refusal = check_batch(body.entries(), "entries")) return refusal;
    if (std::ranges::any_of(*body.entries(), [](const auto* entry) { return expects_nonsense(*entry); })) {
        return Refusal{Errc::unknown_value, "expected_offset"};
    }
    to.batches.reserve(body.entries()->size());
    for (const auto* entry : *body.entries()) to.batches.push_back(new_batch(*entry));
    return std::nullopt;
}

Demand demand_of(const wire::Append& body) {
    engine::Append command;
    if (auto refusal = read_append(body, command)) return *refusal;
    return engine::Command(std::move(command));
}

Demand demand_of(const wire::Fetch& body) {
    if (!body.entries()) return missing("entries");
    if (body.entries()->size() == 0) return Refusal{Errc::fetch_invalid, "entries"};
    if (body.entries()->size() > protocol::fetch_entries_max) return Refusal{Errc::fetch_invalid, "entries"};
    if (body.wait_ms() > protocol::wait_ms_max) return Refusal{Errc::fetch_invalid, "wait_ms"};
    if (body.bytes_max() == 0) return Refusal{Errc::fetch_invalid, "bytes_max"};

    Fetch fetch;
    fetch.limits.bytes_max = std::min<std::uint64_t>(body.bytes_max(), fetch_answer_bytes_max);
    fetch.limits.records_max = body.records_max();
    fetch.bytes_min = std::min<std::uint64_t>(body.bytes_min(), fetch.limits.bytes_max);
    fetch.wait = Milliseconds(body.wait_ms());
    fetch.positions.reserve(body.entries()->size());
    for (const auto* entry : *body.entries()) {
        engine::FetchPosition position;
        const auto refusal = read_stream(body.namespace_name(), entry->stream(), "stream", position.stream);
        if (refusal) return *refusal;
        if (entry->bytes_max() == 0) return Refusal{Errc::fetch_invalid, "entries.bytes_max"};
        position.partition = entry->partition();
        position.offset = entry->offset();
        position.bytes_max = entry->bytes_max();
        fetch.positions.push_back(std::move(position));
    }
    return fetch;
}

Demand demand_of(const wire::FindOffsets& body) {
    engine::FindOffsets query;
    if (auto refusal = read_stream(body.namespace_name(), body.stream(), "stream", query.stream)) return *refusal;
    if (body.position() < wire::Position::MIN || body.position() > wire::Position::MAX) {
        return Refusal{Errc::position_unknown, "position"};
    }
    query.position = static_cast<engine::Position>(body.position());
    query.time = Timestamp(body.time());
    if (const auto* partitions = body.partitions()) {
        if (partitions->size() > protocol::partitions_max) {
            return Refusal{Errc::partition_does_not_exist, "partitions"};
        }
        query.partitions.assign(partitions->begin(), partitions->end());
    }
    return Query(std::move(query));
}

}  // namespace tern::native
