#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "broker/base/bytes.hpp"
#include "broker/base/time.hpp"
#include "tests/simulation/ledger.hpp"

/// What clients of streams and groups ask for.
namespace tern::simulation {

struct LogPlace {
    std::string stream;
    std::uint32_t partition = 0;

    auto operator<=>(const LogPlace&) const = default;
};

/// A record batch, and what its records are. Values are unique, but for the repetition of a batch.
struct Produced {
    LogPlace place;
    Bytes bytes;
    std::vector<std::string> values;
    std::optional<std::uint64_t> expected_offset{};
};

inline constexpr std::size_t no_producer = ~std::size_t{0};

struct AppendRequest {
    Produced batch;
    /// The stamping producer that repeats it until it is acknowledged.
    std::size_t producer = no_producer;
};
struct TruncateRequest {
    LogPlace place;
    std::uint64_t before = 0;
};
struct JoinRequest {
    std::size_t worker = 0;
    /// A member counts its session from here, as it cannot know when it is heard.
    Timestamp sent_at;
};
struct BeatRequest {
    std::size_t worker = 0;
    std::string member;
    std::uint32_t generation = 0;
    std::set<LogPlace> owned;
    Milliseconds wait{};
    Timestamp sent_at;
};
struct LeaveRequest {
    std::size_t worker = 0;
    std::string member;
};
/// A commit of how far a worker has read.
struct OffsetRequest {
    std::size_t worker = 0;
    std::string member;
    std::uint32_t generation = 0;
    LogPlace place;
    std::uint64_t offset = 0;
};
/// One transaction: an event is taken (its offset is committed), and becomes a job (a message is sent).
struct WorkRequest {
    OffsetRequest taken;
    Send job;
};
/// One transaction: a message is deleted, and becomes a record.
struct ForwardRequest {
    Held message;
    Produced record;
};

using StreamRequest = std::variant<AppendRequest, TruncateRequest, JoinRequest, BeatRequest, LeaveRequest,
                                   OffsetRequest, WorkRequest, ForwardRequest>;

}  // namespace tern::simulation
