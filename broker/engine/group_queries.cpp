#include "broker/engine/group_queries.hpp"

#include <algorithm>
#include <utility>

#include "broker/engine/catalog_page.hpp"
#include "broker/engine/group_listing.hpp"
#include "broker/engine/group_page.hpp"
#include "broker/engine/groups.hpp"
#include "broker/engine/row_keys.hpp"
#include "broker/engine/streams.hpp"
#include "protocol/limits.hpp"

namespace tern::engine {
namespace {

using store::Table;

void sort_by_stream(std::vector<CommittedOffset>& offsets) {
    std::stable_sort(offsets.begin(), offsets.end(), [](const auto& a, const auto& b) { return a.stream < b.stream; });
}

GroupSummary summary_of(const GroupRow& row) {
    GroupSummary summary;
    summary.name = row.group.name;
    summary.members = row.members;
    summary.generation = row.generation;
    summary.strategy = row.strategy;
    if (row.members > 0) summary.state = row.settled ? GroupState::stable : GroupState::rebalancing;
    return summary;
}

/// From that place on, as far as there is room.
Result<OffsetPage> offsets_from(const store::ReadTransaction& snapshot, const GroupName& group, GroupPlace place,
                                AnswerRoom room, const DurableEnd& durable_end) {
    const auto id = group_id_of(snapshot, group);
    if (!id) return Errc::group_does_not_exist;
    KnownStreams streams(snapshot, group.namespace_name);
    OffsetPage page;
    const auto all = GroupListing(snapshot, *id, streams, room).add_offsets(place, durable_end, page.offsets);
    if (!all.has_value()) return all.error();
    if (!*all) page.next_token = token_of(place);
    return page;
}

/// The same of all that a group is.
Result<GroupDescription> describe_from(const store::ReadTransaction& snapshot, const GroupName& name, GroupPlace place,
                                       AnswerRoom room, const DurableEnd& durable_end) {
    const auto id = group_id_of(snapshot, name);
    if (!id) return Errc::group_does_not_exist;
    const auto row = read_group_row(snapshot, *id);
    if (!row.has_value()) return row.error();
    GroupDescription description;
    description.summary = summary_of(*row);
    KnownStreams streams(snapshot, name.namespace_name);
    GroupListing rows(snapshot, *id, streams, room);
    if (place.part == GroupPlace::Part::members) {
        if (!rows.add_members(place, description.members)) {
            description.next_token = token_of(place);
            return description;
        }
        place = {GroupPlace::Part::offsets};
    }
    const auto all = rows.add_offsets(place, durable_end, description.offsets);
    if (!all.has_value()) return all.error();
    if (!*all) description.next_token = token_of(place);
    return description;
}

}  // namespace

Result<std::vector<CommittedOffset>> fetch_offsets(const store::ReadTransaction& snapshot, const GroupName& group,
                                                   const std::vector<PartitionSet>& partitions,
                                                   const DurableEnd& durable_end) {
    if (partitions.empty()) {
        const GroupPlace start{GroupPlace::Part::offsets};
        auto all = offsets_from(snapshot, group, start, AnswerRoom::of_frame(), durable_end);
        if (!all.has_value()) return all.error();
        if (!all->next_token.empty()) return Errc::answer_too_large;
        sort_by_stream(all->offsets);
        return std::move(all->offsets);
    }

    const auto id = group_id_of(snapshot, group);
    if (!id) return Errc::group_does_not_exist;
    KnownStreams streams(snapshot, group.namespace_name);
    std::vector<CommittedOffset> offsets;
    for (const auto& [name, numbers] : partitions) {
        const auto* stream = streams.find(name);
        for (const auto number : numbers) {
            auto& offset = offsets.emplace_back();
            offset.stream = name;
            offset.partition = number;
            if (stream == nullptr) continue;
            const auto value = snapshot.get(Table::group_offsets, keys::group_offset(*id, stream->id, number).view());
            if (const auto errc = read_offset(snapshot, *stream, value, durable_end, offset); errc != Errc::ok)
                return errc;
        }
    }
    return offsets;
}

Result<OffsetPage> fetch_offsets_page(const store::ReadTransaction& snapshot, const GroupName& group, const Page& page,
                                      const DurableEnd& durable_end) {
    if (const auto errc = check_page(page); errc != Errc::ok) return errc;
    const auto place = group_place_of(page.token, GroupPlace::Part::offsets);
    if (!place.has_value()) return place.error();
    return offsets_from(snapshot, group, *place, AnswerRoom::of_page(page), durable_end);
}

Result<GroupPage> list_groups(const store::ReadTransaction& snapshot, const std::string& namespace_name,
                              const std::string& prefix, const Page& page) {
    auto listed = catalog_page(snapshot, keys::CatalogKind::group, {namespace_name, prefix}, page,
                               protocol::group_name_bytes_max);
    if (!listed.has_value()) return listed.error();
    GroupPage groups;
    groups.next_token = std::move(listed->next_token);
    for (const auto& [name, id] : listed->entries) {
        const auto row = read_group_row(snapshot, id);
        if (row.has_value()) groups.groups.push_back(summary_of(*row));
    }
    return groups;
}

Result<GroupDescription> describe_group(const store::ReadTransaction& snapshot, const GroupName& name,
                                        const DurableEnd& durable_end) {
    auto all = describe_from(snapshot, name, {}, AnswerRoom::of_frame(), durable_end);
    if (!all.has_value()) return all.error();
    if (!all->next_token.empty()) return Errc::answer_too_large;
    sort_by_stream(all->offsets);
    return all;
}

Result<GroupDescription> describe_group_page(const store::ReadTransaction& snapshot, const GroupName& name,
                                             const Page& page, const DurableEnd& durable_end) {
    if (const auto errc = check_page(page); errc != Errc::ok) return errc;
    const auto place = group_place_of(page.token, GroupPlace::Part::members);
    if (!place.has_value()) return place.error();
    return describe_from(snapshot, name, *place, AnswerRoom::of_page(page), durable_end);
}

std::uint64_t count_groups(const store::ReadTransaction& snapshot) {
    return snapshot.rows(Table::groups);
}

}  // namespace tern::engine
