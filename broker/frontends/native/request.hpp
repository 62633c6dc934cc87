#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/engine/commands.hpp"
#include "broker/engine/group_queries.hpp"
#include "broker/engine/queries.hpp"
#include "broker/engine/stream_queries.hpp"
#include "broker/frontends/native/request_topics.hpp"

namespace tern::protocol::wire {
struct Request;
}

/// What a frame of the native protocol asks for, in the engine's terms.
namespace tern::native {

struct DescribeQueue {
    engine::QueueName queue;
};
struct ListQueues {
    std::string namespace_name;
    std::string prefix;
    engine::Page page;
};
struct ListDeadLetterSources {
    engine::QueueName queue;
    engine::Page page;
};
struct Peek {
    engine::QueueName queue;
    engine::PeekFilter filter;
};
struct ListMoves {
    engine::QueueName source;
    std::int64_t entries_max = 10;
};
struct ReportStatus {};
struct DescribeStream {
    engine::StreamName stream;
};
struct ListStreams {
    std::string namespace_name;
    std::string prefix;
    engine::Page page;
};
struct FetchOffsets {
    engine::GroupName group;
    std::vector<engine::PartitionSet> partitions;
    /// Nothing: all in one answer.
    std::optional<engine::Page> page;
};
struct ListGroups {
    std::string namespace_name;
    std::string prefix;
    engine::Page page;
};
struct DescribeGroup {
    engine::GroupName group;
    /// Nothing: all in one answer.
    std::optional<engine::Page> page;
};

/// Answered on the I/O thread, from a snapshot.
using Query = std::variant<DescribeQueue, ListQueues, ListDeadLetterSources, Peek, ListMoves, ReportStatus,
                           DescribeStream, ListStreams, engine::FindOffsets, FetchOffsets, ListGroups, DescribeGroup,
                           DescribeTopic, ListTopics, ListSubscriptions, DescribePresence, ReadHistory>;

/// Answered on the I/O thread, too: at once, or when there is enough to answer with.
struct Fetch {
    std::vector<engine::FetchPosition> positions;
    engine::FetchLimits limits;
    std::uint64_t bytes_min = 1;
    Milliseconds wait{0};
};

/// Written by a thread of its own.
struct Backup {
    std::string path;
};

struct Hello {
    std::uint16_t version_min = 0;
    std::uint16_t version_max = 0;
    std::string client;
};

/// Why a request goes no further than this front end.
struct Refusal {
    Errc status = Errc::malformed_frame;
    /// The field or the limit.
    std::string detail;
};

using Demand = std::variant<engine::Command, Query, Fetch, Backup, Hello, Refusal, Subscribe, Unsubscribe, Acknowledge,
                            Reject, SetPresence, Ping>;

/// The request in a frame, or nothing when the frame is not a valid message of the protocol. Everything that the result
/// gives access to lies within the frame.
const protocol::wire::Request* verified_request(std::string_view frame);
std::uint64_t id_of(const protocol::wire::Request& request);

/// What the request asks for. Views in it point into the frame. Lists are bounded before they are copied; what needs
/// knowledge of the queue is left to the engine.
Demand demand_of(const protocol::wire::Request& request);

}  // namespace tern::native
