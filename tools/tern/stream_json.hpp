#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tern/group.hpp"
#include "tern/stream.hpp"

/// Streams and consumer groups as `--json` shows them. Durations are milliseconds, moments RFC 3339 in UTC
/// (docs/cli.md).
namespace tern::cli {

std::uint64_t records_of(const PartitionDescription& partition);
std::uint64_t records_of(const StreamDescription& stream);
std::uint64_t bytes_of(const StreamDescription& stream);

/// How many records a group has before it; those that are gone do not count. Nothing when it has committed no offset
/// here, or the partition is gone.
std::optional<std::uint64_t> lag_of(const CommittedOffset& offset);
/// Of all partitions in which something was committed.
std::uint64_t lag_of(const std::vector<CommittedOffset>& offsets);

/// How far a group is with a stream.
struct GroupLag {
    std::string group;
    std::string stream;
    std::uint64_t partitions = 0;
    std::uint64_t lag = 0;
    std::optional<TimePoint> committed_at;
};
/// One row a stream, in the order of the offsets.
std::vector<GroupLag> lags_of(const std::string& group, const std::vector<CommittedOffset>& offsets);

/// How long ago that was, for people; "-" when it never was.
std::string age_text(const std::optional<TimePoint>& at);

std::string_view text_of(TimestampType type);
std::string_view text_of(GroupState state);
std::string_view text_of(AssignmentStrategy strategy);

boost::json::object json_of(const StreamSummary& stream);
boost::json::object json_of(const StreamSettings& settings);
boost::json::object json_of(const StreamDescription& stream, const std::vector<GroupLag>& groups);
boost::json::object json_of(const GroupLag& lag);
boost::json::object json_of(const GroupSummary& group);
boost::json::object json_of(const GroupDescription& group);
boost::json::object json_of(const CommittedOffset& offset);

}  // namespace tern::cli
