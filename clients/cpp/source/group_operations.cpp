#include <utility>

#include "clients/cpp/source/decode.hpp"
#include "clients/cpp/source/encode.hpp"
#include "clients/cpp/source/steps.hpp"
#include "tern/detail/operations.hpp"

/// Operations on consumer groups.
namespace tern::detail {

namespace {

using WirePartitions = flatbuffers::Vector<flatbuffers::Offset<wire::PartitionSet>>;

flatbuffers::Offset<WirePartitions> encode(Builder& builder, const std::vector<PartitionSet>& sets) {
    if (sets.empty()) return 0;
    std::vector<flatbuffers::Offset<wire::PartitionSet>> offsets;
    for (const auto& set : sets) {
        const auto stream = text(builder, set.stream);
        offsets.push_back(wire::CreatePartitionSet(builder, stream, builder.CreateVector(set.partitions)));
    }
    return builder.CreateVector(offsets);
}

std::vector<PartitionSet> decode(const WirePartitions* from) {
    std::vector<PartitionSet> sets;
    if (!from) return sets;
    for (const auto* set : *from) {
        sets.push_back({text_of(set->stream()), {}});
        if (set->partitions()) sets.back().partitions.assign(set->partitions()->begin(), set->partitions()->end());
    }
    return sets;
}

std::vector<CommittedOffset> decode(const flatbuffers::Vector<flatbuffers::Offset<wire::CommittedOffset>>* from) {
    std::vector<CommittedOffset> offsets;
    if (!from) return offsets;
    for (const auto* entry : *from) {
        offsets.push_back({text_of(entry->stream()), entry->partition(), offset_if_any(entry->offset()),
                           text_of(entry->metadata()), time_if_any(entry->committed_at()),
                           offset_if_any(entry->start_offset()), offset_if_any(entry->end_offset())});
    }
    return offsets;
}

GroupSummary decode(const wire::GroupSummary* from) {
    if (!from) return {};
    return {text_of(from->name()), static_cast<GroupState>(from->state()), from->members(), from->generation(),
            static_cast<AssignmentStrategy>(from->strategy())};
}

Outcome<GroupAssignment> read_assignment(std::string_view reply) {
    const auto body = body_of<wire::GroupAssignment>(reply);
    if (!body.has_value()) return body.error();
    const auto& from = **body;
    return GroupAssignment{text_of(from.member()), from.generation(), decode(from.assigned()),
                           std::chrono::milliseconds(from.session_timeout_ms()), from.settled()};
}

Outcome<OffsetPage> read_offset_page(std::string_view reply) {
    const auto body = body_of<wire::CommittedOffsets>(reply);
    if (!body.has_value()) return body.error();
    return OffsetPage{decode((*body)->offsets()), text_of((*body)->page_token())};
}

Outcome<std::vector<CommittedOffset>> read_committed(std::string_view reply) {
    auto page = read_offset_page(reply);
    if (!page.has_value()) return page.error();
    return std::move(page->offsets);
}

Outcome<GroupPage> read_group_page(std::string_view reply) {
    const auto body = body_of<wire::GroupList>(reply);
    if (!body.has_value()) return body.error();
    GroupPage page;
    page.next_page_token = text_of((*body)->page_token());
    if (!(*body)->groups()) return page;
    for (const auto* group : *(*body)->groups()) page.groups.push_back(decode(group));
    return page;
}

GroupMember decode(const wire::GroupMember& from) {
    GroupMember member;
    member.member = text_of(from.member());
    member.instance = text_of(from.instance());
    member.client = text_of(from.client());
    member.streams = texts_of(from.streams());
    member.assigned = decode(from.assigned());
    member.joined_at = time_of(from.joined_at());
    member.session_timeout = std::chrono::milliseconds(from.session_timeout_ms());
    return member;
}

Outcome<DescriptionPage> read_group_part(std::string_view reply) {
    const auto body = body_of<wire::GroupDescription>(reply);
    if (!body.has_value()) return body.error();
    DescriptionPage page;
    page.next_page_token = text_of((*body)->page_token());
    auto& group = page.part;
    group.summary = decode((*body)->summary());
    if ((*body)->members()) {
        for (const auto* member : *(*body)->members()) group.members.push_back(decode(*member));
    }
    group.offsets = decode((*body)->offsets());
    return page;
}

Outcome<GroupDescription> read_group(std::string_view reply) {
    auto page = read_group_part(reply);
    if (!page.has_value()) return page.error();
    return std::move(page->part);
}

/// Of these partitions; with a page, of all.
std::string fetch_offsets_frame(Id id, const GroupName& group, const std::vector<PartitionSet>& partitions,
                                const PageOptions& page) {
    Builder builder(512);
    const auto namespace_name = text(builder, group.namespace_name);
    const auto name = text(builder, group.name);
    const auto sets = encode(builder, partitions);
    const auto token = text(builder, page.page_token);
    return frame_of(builder, id,
                    wire::CreateFetchOffsets(builder, namespace_name, name, sets, page.entries_max, token));
}

std::string describe_group_frame(Id id, const GroupName& group, const PageOptions& page) {
    Builder builder(256);
    const auto namespace_name = text(builder, group.namespace_name);
    const auto name = text(builder, group.name);
    const auto token = text(builder, page.page_token);
    return frame_of(builder, id, wire::CreateDescribeGroup(builder, namespace_name, name, page.entries_max, token));
}

/// What asks for no pages: all in one answer.
PageOptions no_pages() {
    return {.entries_max = 0};
}

}  // namespace

flatbuffers::Offset<wire::CommitOffsets> encode_commit(Builder& builder, const GroupName& group,
                                                       const CommitIdentity& identity,
                                                       const std::vector<OffsetToCommit>& offsets) {
    std::vector<flatbuffers::Offset<wire::CommitEntry>> entries;
    for (const auto& entry : offsets) {
        const auto stream = text(builder, entry.stream);
        const auto metadata = text(builder, entry.metadata);
        entries.push_back(wire::CreateCommitEntry(builder, stream, entry.partition, entry.offset, metadata));
    }
    const auto vector = builder.CreateVector(entries);
    const auto namespace_name = text(builder, group.namespace_name);
    const auto name = text(builder, group.name);
    const auto member = text(builder, identity.member);
    return wire::CreateCommitOffsets(builder, namespace_name, name, member, identity.generation, vector);
}

Operation<GroupAssignment> join_group(Id id, const GroupName& group, const JoinOptions& options) {
    Builder builder(512);
    const auto namespace_name = text(builder, group.namespace_name);
    const auto name = text(builder, group.name);
    const auto member = text(builder, options.member);
    const auto instance = text(builder, options.instance);
    const auto streams = builder.CreateVectorOfStrings(options.streams);
    const auto client = text(builder, options.client);
    const auto body = wire::CreateJoinGroup(builder, namespace_name, name, member, instance, streams,
                                            static_cast<wire::AssignmentStrategy>(options.strategy),
                                            static_cast<std::uint32_t>(options.session_timeout.count()), client);
    // Joined twice without a name is one member too many, until its session ends.
    const bool idempotent = !options.member.empty() || !options.instance.empty();
    return {id, frame_of(builder, id, body), read_assignment, idempotent};
}

Operation<GroupAssignment> heartbeat(Id id, const GroupName& group, const HeartbeatOptions& options) {
    Builder builder(512);
    const auto namespace_name = text(builder, group.namespace_name);
    const auto name = text(builder, group.name);
    const auto member = text(builder, options.member);
    const auto owned = encode(builder, options.owned);
    const auto wait_ms = static_cast<std::uint32_t>(options.wait.count());
    const auto body = wire::CreateHeartbeat(builder, namespace_name, name, member, options.generation, owned, wait_ms);
    return {id, frame_of(builder, id, body), read_assignment, true, options.wait};
}

Operation<void> leave_group(Id id, const GroupName& group, const std::string& member) {
    Builder builder(256);
    const auto namespace_name = text(builder, group.namespace_name);
    const auto name = text(builder, group.name);
    const auto body = wire::CreateLeaveGroup(builder, namespace_name, name, text(builder, member));
    return {id, frame_of(builder, id, body), read_done, true};
}

Operation<std::vector<EntryResult>> commit_offsets(Id id, const GroupName& group, const CommitIdentity& identity,
                                                   const std::vector<OffsetToCommit>& offsets) {
    Builder builder(512);
    return {id, frame_of(builder, id, encode_commit(builder, group, identity, offsets)), read_entry_results, true};
}

Operation<std::vector<CommittedOffset>> fetch_offsets(Id id, const GroupName& group,
                                                      const std::vector<PartitionSet>& partitions) {
    return {id, fetch_offsets_frame(id, group, partitions, no_pages()), read_committed, true};
}

Operation<OffsetPage> fetch_offsets_page(Id id, const GroupName& group, const PageOptions& page) {
    return {id, fetch_offsets_frame(id, group, {}, page), read_offset_page, true};
}

Operation<OffsetPage> fetch_named_offsets(Id id, const GroupName& group, const std::vector<PartitionSet>& partitions) {
    return {id, fetch_offsets_frame(id, group, partitions, no_pages()), read_offset_page, true};
}

Operation<void> delete_group(Id id, const GroupName& group) {
    return {id, encode_named<wire::DeleteGroup>(id, group, wire::CreateDeleteGroup), read_done, true};
}

Operation<GroupPage> list_groups(Id id, const ListOptions& options) {
    return {id, encode_list<wire::ListGroups>(id, options, wire::CreateListGroups), read_group_page, true};
}

Operation<GroupDescription> describe_group(Id id, const GroupName& group) {
    return {id, describe_group_frame(id, group, no_pages()), read_group, true};
}

Operation<DescriptionPage> describe_group_page(Id id, const GroupName& group, const PageOptions& page) {
    return {id, describe_group_frame(id, group, page), read_group_part, true};
}

}  // namespace tern::detail
