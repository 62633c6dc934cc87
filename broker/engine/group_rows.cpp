#include "broker/engine/group_rows.hpp"

#include "broker/engine/fields.hpp"

namespace tern::engine {
namespace {

Timestamp read_time(FieldReader& from) {
    std::int64_t ms = 0;
    from(ms);
    return Timestamp(ms);
}

std::uint32_t read_count(FieldReader& from) {
    std::uint32_t count = 0;
    from(count);
    return count;
}

/// Calls `one` as often as the row says, and never past its end: a damaged count may say anything.
void read_each(FieldReader& from, auto one) {
    for (auto left = read_count(from); left > 0 && !from.at_end(); --left) one();
}

void write_count(FieldWriter& to, std::size_t count) {
    to(static_cast<std::uint32_t>(count));
}

}  // namespace

Bytes encode(const GroupRow& row) {
    FieldWriter to;
    to(row.group.namespace_name)(row.group.name)(row.strategy)(row.generation)(row.members)(row.settled);
    to(row.created_at.ms())(row.used_at.ms())(row.forget_due.ms());
    return to.take();
}

std::optional<GroupRow> decode_group_row(BytesView bytes) {
    FieldReader from(bytes);
    GroupRow row;
    from(row.group.namespace_name)(row.group.name)(row.strategy)(row.generation)(row.members)(row.settled);
    row.created_at = read_time(from);
    row.used_at = read_time(from);
    row.forget_due = read_time(from);
    if (!from.sound() || row.group.name.empty()) return std::nullopt;
    return row;
}

Bytes encode(const MemberRow& row) {
    FieldWriter to;
    to(row.instance)(row.client);
    write_count(to, row.streams.size());
    for (const auto& stream : row.streams) to(stream);
    to(row.session_timeout.count())(row.joined_at.ms());
    write_count(to, row.assigned.size());
    for (const auto& [partition, generation] : row.assigned) to(partition.stream)(partition.partition)(generation);
    write_count(to, row.target.size());
    for (const auto& partition : row.target) to(partition.stream)(partition.partition);
    to(row.changed_at);
    write_count(to, row.predecessors.size());
    for (const auto member : row.predecessors) to(member);
    return to.take();
}

std::optional<MemberRow> decode_member_row(BytesView bytes) {
    FieldReader from(bytes);
    MemberRow row;
    from(row.instance)(row.client);
    read_each(from, [&] { from(row.streams.emplace_back()); });
    std::int64_t session_timeout = 0;
    from(session_timeout);
    row.session_timeout = Milliseconds(session_timeout);
    row.joined_at = read_time(from);
    read_each(from, [&] {
        auto& assigned = row.assigned.emplace_back();
        from(assigned.partition.stream)(assigned.partition.partition)(assigned.generation);
    });
    read_each(from, [&] {
        auto& partition = row.target.emplace_back();
        from(partition.stream)(partition.partition);
    });
    from(row.changed_at);
    read_each(from, [&] { from(row.predecessors.emplace_back()); });
    if (!from.sound()) return std::nullopt;
    return row;
}

Bytes encode(const OffsetRow& row) {
    FieldWriter to;
    to(row.offset)(row.committed_at.ms())(row.metadata);
    return to.take();
}

std::optional<OffsetRow> decode_offset_row(BytesView bytes) {
    FieldReader from(bytes);
    OffsetRow row;
    from(row.offset);
    row.committed_at = read_time(from);
    from(row.metadata);
    if (!from.sound()) return std::nullopt;
    return row;
}

}  // namespace tern::engine
