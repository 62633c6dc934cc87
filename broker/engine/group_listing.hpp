#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "broker/engine/group_page.hpp"
#include "broker/engine/group_queries.hpp"
#include "broker/engine/group_rows.hpp"
#include "broker/engine/row_keys.hpp"
#include "broker/engine/streams.hpp"
#include "broker/store/store.hpp"

/// How what is stored of a group becomes what is told of it.
namespace tern::engine {

/// The streams that an answer speaks of, each read once.
class KnownStreams {
public:
    KnownStreams(const store::ReadTransaction& snapshot, std::string namespace_name)
        : snapshot_(snapshot),
          namespace_name_(std::move(namespace_name)) {}

    /// Null when there is none.
    const Stream* find(std::uint32_t id);
    const Stream* find(const std::string& name);

private:
    const store::ReadTransaction& snapshot_;
    std::string namespace_name_;
    std::map<std::uint32_t, Result<Stream>> by_id_;
    std::map<std::string, Result<Stream>> by_name_;
};

/// Adds what was committed, nothing for an absent value, and where the partition begins and ends now.
/// Errors: storage_damaged.
Errc read_offset(const store::ReadTransaction& snapshot, const Stream& stream, const store::Value& value,
                 const DurableEnd& durable_end, CommittedOffset& offset);

/// A group's rows from a place on, as far as there is room. Both functions move the place on, and answer whether the
/// part's last row was reached.
class GroupListing {
public:
    GroupListing(const store::ReadTransaction& snapshot, std::uint32_t group, KnownStreams& streams, AnswerRoom room)
        : snapshot_(snapshot),
          prefix_(keys::consumer_group(group)),
          streams_(streams),
          room_(room) {}

    bool add_members(GroupPlace& place, std::vector<GroupMemberDescription>& members);
    /// Errors: storage_damaged.
    Result<bool> add_offsets(GroupPlace& place, const DurableEnd& durable_end, std::vector<CommittedOffset>& offsets);

private:
    bool walk(store::Table table, GroupPlace& place, auto row);
    void add_member(std::uint64_t id, const store::Value& value, std::vector<GroupMemberDescription>& members);
    Errc add_offset(BytesView key, const store::Value& value, const DurableEnd& durable_end,
                    std::vector<CommittedOffset>& offsets);
    std::vector<PartitionSet> assigned_of(const std::vector<AssignedPartition>& assigned);

    const store::ReadTransaction& snapshot_;
    store::Key prefix_;
    KnownStreams& streams_;
    AnswerRoom room_;
};

}  // namespace tern::engine
