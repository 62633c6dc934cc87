#include "broker/frontends/native/reply_parts.hpp"

namespace tern::native {

namespace {

template <class Table>
using VectorOffset = flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<Table>>>;

VectorOffset<wire::PartitionSet> partitions_of(Builder& builder, const std::vector<engine::PartitionSet>& sets) {
    Offsets<wire::PartitionSet> offsets;
    offsets.reserve(sets.size());
    for (const auto& set : sets) {
        const auto stream = text_always(builder, set.stream);
        offsets.push_back(wire::CreatePartitionSet(builder, stream, builder.CreateVector(set.partitions)));
    }
    return builder.CreateVector(offsets);
}

VectorOffset<wire::CommittedOffset> offsets_of(Builder& builder, const std::vector<engine::CommittedOffset>& offsets) {
    Offsets<wire::CommittedOffset> tables;
    tables.reserve(offsets.size());
    for (const auto& offset : offsets) {
        const auto stream = text_always(builder, offset.stream);
        const auto metadata = text(builder, offset.metadata);
        wire::CommittedOffsetBuilder to(builder);
        to.add_stream(stream);
        to.add_partition(offset.partition);
        to.add_offset(number_or_none(offset.offset));
        to.add_metadata(metadata);
        if (offset.offset) to.add_committed_at(offset.committed_at.ms());
        to.add_start_offset(number_or_none(offset.start_offset));
        to.add_end_offset(number_or_none(offset.end_offset));
        tables.push_back(to.Finish());
    }
    return builder.CreateVector(tables);
}

flatbuffers::Offset<wire::GroupSummary> summary_of(Builder& builder, const engine::GroupSummary& group) {
    const auto name = text_always(builder, group.name);
    return wire::CreateGroupSummary(builder, name, static_cast<wire::GroupState>(group.state), group.members,
                                    group.generation, static_cast<wire::AssignmentStrategy>(group.strategy));
}

flatbuffers::Offset<wire::GroupMember> member_of(Builder& builder, const engine::GroupMemberDescription& member) {
    const auto name = text_always(builder, member.member);
    const auto instance = text(builder, member.instance);
    const auto client = text(builder, member.client);
    const auto streams = builder.CreateVectorOfStrings(member.streams);
    const auto assigned = partitions_of(builder, member.assigned);
    wire::GroupMemberBuilder to(builder);
    to.add_member(name);
    to.add_instance(instance);
    to.add_client(client);
    to.add_streams(streams);
    to.add_assigned(assigned);
    to.add_joined_at(member.joined_at.ms());
    to.add_session_timeout_ms(static_cast<std::uint32_t>(member.session_timeout.count()));
    return to.Finish();
}

}  // namespace

Body body_of(Builder& builder, const engine::GroupAssignment& assignment) {
    const auto member = text_always(builder, assignment.member);
    const auto assigned = partitions_of(builder, assignment.assigned);
    const auto timeout = static_cast<std::uint32_t>(assignment.session_timeout.count());
    const auto body =
        wire::CreateGroupAssignment(builder, member, assignment.generation, assigned, timeout, assignment.settled);
    return {wire::ReplyBody::GroupAssignment, body.Union()};
}

Body body_of(Builder& builder, const engine::OffsetPage& page) {
    const auto offsets = offsets_of(builder, page.offsets);
    const auto token = text(builder, page.next_token);
    const auto body = wire::CreateCommittedOffsets(builder, offsets, token);
    return {wire::ReplyBody::CommittedOffsets, body.Union()};
}

Body body_of(Builder& builder, const engine::GroupPage& page) {
    Offsets<wire::GroupSummary> groups;
    groups.reserve(page.groups.size());
    for (const auto& group : page.groups) groups.push_back(summary_of(builder, group));
    const auto vector = builder.CreateVector(groups);
    const auto token = text_always(builder, page.next_token);
    return {wire::ReplyBody::GroupList, wire::CreateGroupList(builder, vector, token).Union()};
}

Body body_of(Builder& builder, const engine::GroupDescription& group) {
    const auto summary = summary_of(builder, group.summary);
    Offsets<wire::GroupMember> members;
    members.reserve(group.members.size());
    for (const auto& member : group.members) members.push_back(member_of(builder, member));
    const auto members_vector = builder.CreateVector(members);
    const auto offsets = offsets_of(builder, group.offsets);
    const auto token = text(builder, group.next_token);
    const auto body = wire::CreateGroupDescription(builder, summary, members_vector, offsets, token);
    return {wire::ReplyBody::GroupDescription, body.Union()};
}

}  // namespace tern::native
