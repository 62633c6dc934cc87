#include "tools/tern/stream_json.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <optional>

#include "tools/tern/queue_json.hpp"
#include "tools/tern/text/quantities.hpp"

namespace tern::cli {

namespace json = boost::json;

namespace {

json::value moment_if_any(const std::optional<TimePoint>& at) {
    return at ? json::value(moment(*at)) : json::value();
}

json::value age(const std::optional<TimePoint>& at) {
    return at ? json::value(age_of(*at).count()) : json::value();
}

json::value number(const std::optional<std::uint64_t>& value) {
    return value ? json::value(*value) : json::value();
}

json::object partition_json(const PartitionDescription& partition) {
    return {{"partition", partition.partition},
            {"start_offset", partition.start_offset},
            {"end_offset", partition.end_offset},
            {"records", records_of(partition)},
            {"bytes", partition.bytes},
            {"oldest_at", moment_if_any(partition.oldest_at)},
            {"oldest_age_ms", age(partition.oldest_at)},
            {"newest_at", moment_if_any(partition.newest_at)},
            {"newest_age_ms", age(partition.newest_at)}};
}

json::object member_json(const GroupMember& member) {
    json::array assigned;
    for (const auto& [stream, partitions] : member.assigned) {
        const json::array numbers(partitions.begin(), partitions.end());
        assigned.push_back(json::object{{"stream", stream}, {"partitions", numbers}});
    }
    return {{"member", member.member},
            {"instance", member.instance.empty() ? json::value() : json::value(member.instance)},
            {"client", member.client},
            {"streams", json::array(member.streams.begin(), member.streams.end())},
            {"assigned", std::move(assigned)},
            {"joined_at", moment_if_any(member.joined_at)},
            {"age_ms", age(member.joined_at)},
            {"session_timeout_ms", member.session_timeout.count()}};
}

}  // namespace

std::string age_text(const std::optional<TimePoint>& at) {
    return at ? rough_duration(age_of(*at)) : "-";
}

std::uint64_t records_of(const PartitionDescription& partition) {
    return partition.end_offset - std::min(partition.start_offset, partition.end_offset);
}

std::uint64_t records_of(const StreamDescription& stream) {
    std::uint64_t records = 0;
    for (const auto& partition : stream.partitions) records += records_of(partition);
    return records;
}

std::uint64_t bytes_of(const StreamDescription& stream) {
    std::uint64_t bytes = 0;
    for (const auto& partition : stream.partitions) bytes += partition.bytes;
    return bytes;
}

std::optional<std::uint64_t> lag_of(const CommittedOffset& offset) {
    if (!offset.offset || !offset.end_offset) return std::nullopt;
    const auto next = std::max(*offset.offset, offset.start_offset.value_or(0));
    return *offset.end_offset - std::min(next, *offset.end_offset);
}

std::uint64_t lag_of(const std::vector<CommittedOffset>& offsets) {
    std::uint64_t lag = 0;
    for (const auto& offset : offsets) lag += lag_of(offset).value_or(0);
    return lag;
}

std::vector<GroupLag> lags_of(const std::string& group, const std::vector<CommittedOffset>& offsets) {
    std::vector<GroupLag> lags;
    for (const auto& offset : offsets) {
        if (!offset.offset) continue;
        auto lag = std::ranges::find(lags, offset.stream, &GroupLag::stream);
        if (lag == lags.end()) lag = lags.insert(lags.end(), {group, offset.stream, 0, 0, std::nullopt});
        ++lag->partitions;
        lag->lag += lag_of(offset).value_or(0);
        lag->committed_at = std::max(lag->committed_at, offset.committed_at);
    }
    return lags;
}

std::string_view text_of(TimestampType type) {
    return type == TimestampType::append ? "append" : "create";
}

std::string_view text_of(GroupState state) {
    switch (state) {
        case GroupState::stable: return "stable";
        case GroupState::rebalancing: return "rebalancing";
        case GroupState::empty: break;
    }
    return "empty";
}

std::string_view text_of(AssignmentStrategy strategy) {
    return strategy == AssignmentStrategy::range ? "range" : "cooperative-sticky";
}

json::object json_of(const StreamSummary& stream) {
    return {{"name", stream.name},
            {"partitions", stream.partitions},
            {"records", stream.records},
            {"bytes", stream.bytes},
            {"newest_at", moment_if_any(stream.newest_at)},
            {"newest_age_ms", age(stream.newest_at)}};
}

json::object json_of(const StreamSettings& settings) {
    return {{"partitions", settings.partitions.value_or(0)},
            {"retention_ms", settings.retention.value_or(milliseconds(0)).count()},
            {"retention_bytes", settings.retention_bytes.value_or(0)},
            {"record_bytes_max", settings.record_bytes_max.value_or(0)},
            {"timestamps", text_of(settings.timestamp_type.value_or(TimestampType::create))}};
}

json::object json_of(const StreamDescription& stream, const std::vector<GroupLag>& groups) {
    json::array partitions;
    for (const auto& partition : stream.partitions) partitions.push_back(partition_json(partition));
    json::array shown_groups;
    for (const auto& group : groups) shown_groups.push_back(json_of(group));
    return {{"name", stream.name},
            {"records", records_of(stream)},
            {"bytes", bytes_of(stream)},
            {"settings", json_of(stream.settings)},
            {"partitions", std::move(partitions)},
            {"groups", std::move(shown_groups)},
            {"created_at", moment_if_any(stream.created_at)},
            {"modified_at", moment_if_any(stream.modified_at)}};
}

json::object json_of(const GroupLag& lag) {
    return {{"group", lag.group},
            {"stream", lag.stream},
            {"partitions", lag.partitions},
            {"lag", lag.lag},
            {"committed_at", moment_if_any(lag.committed_at)}};
}

json::object json_of(const GroupSummary& group) {
    return {{"name", group.name},
            {"state", text_of(group.state)},
            {"members", group.members},
            {"generation", group.generation},
            {"strategy", text_of(group.strategy)}};
}

json::object json_of(const GroupDescription& group) {
    auto object = json_of(group.summary);
    json::array members;
    for (const auto& member : group.members) members.push_back(member_json(member));
    object["members"] = std::move(members);
    json::array offsets;
    for (const auto& offset : group.offsets) offsets.push_back(json_of(offset));
    object["offsets"] = std::move(offsets);
    object["lag"] = lag_of(group.offsets);
    return object;
}

json::object json_of(const CommittedOffset& offset) {
    return {{"stream", offset.stream},
            {"partition", offset.partition},
            {"offset", number(offset.offset)},
            {"start_offset", number(offset.start_offset)},
            {"end_offset", number(offset.end_offset)},
            {"lag", number(lag_of(offset))},
            {"committed_at", moment_if_any(offset.committed_at)},
            {"metadata", offset.metadata}};
}

}  // namespace tern::cli
