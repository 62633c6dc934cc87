#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "broker/base/time.hpp"
#include "broker/engine/commands_of_groups.hpp"
#include "broker/engine/stream_queries.hpp"
#include "broker/engine/stream_settings.hpp"
#include "protocol/record_batch.hpp"

/// A script is what a run did, as plain data: it can be executed again, shortened and printed. Actions refer to one
/// another by label, so that one stays meaningful when others are dropped.
namespace tern::stream_model {

struct Create {
    std::string stream;
    engine::StreamSettingsChange settings;
};
struct Set {
    std::string stream;
    engine::StreamSettingsChange settings;
};
struct Drop {
    std::string stream;
};
struct Truncate {
    std::string stream;
    std::uint32_t partition = 0;
    std::uint64_t before = 0;
};

/// Who stamps a batch. `allocation` is the label of the action that asked for the producer's id; 0: no producer,
/// `unknown_producer`: an id that was never given out.
struct Stamp {
    std::uint64_t allocation = 0;
    std::int16_t epoch = 0;
    std::int32_t sequence = 0;
};
inline constexpr std::uint64_t unknown_producer = ~std::uint64_t{0};

struct Batch {
    std::uint32_t partition = 0;
    /// One a record.
    std::vector<std::int64_t> timestamps;
    std::size_t value_bytes = 0;
    protocol::Compression compression = protocol::Compression::none;
    Stamp stamp{};
    std::optional<std::uint64_t> expected_offset{};
    /// What the front end would have found wrong.
    Errc fault = Errc::ok;
};
struct Append {
    std::string stream;
    std::vector<Batch> batches;
};
struct Allocate {};

/// A member that a join with this label became; 0: none.
using MemberReference = std::uint64_t;
/// Any label that no join has.
inline constexpr MemberReference unknown_member = ~MemberReference{0};

struct Join {
    std::string group;
    MemberReference member = 0;
    std::string instance;
    std::vector<std::string> streams;
    engine::AssignmentStrategy strategy{};
    Milliseconds session_timeout{};
};
/// What a member does with the last assignment that it was told.
enum class Reaction : std::uint8_t {
    follow,   // works on what it may, has given up the rest
    hold_on,  // works on what it may, and goes on with what it should give up
    unaware,  // says what it said before, as if the last answer had been lost
};
struct Beat {
    std::string group;
    MemberReference member = 0;
    Reaction reaction = Reaction::follow;
    Milliseconds wait{0};
};
/// All members follow until nothing changes any more.
struct Settle {
    std::string group;
};
struct Leave {
    std::string group;
    MemberReference member = 0;
};
struct OffsetEntry {
    std::string stream;
    std::uint32_t partition = 0;
    std::uint64_t offset = 0;
    std::size_t metadata_bytes = 0;
};
struct Commit {
    std::string group;
    MemberReference member = 0;
    /// How many generations behind what it was told the member says it is.
    std::uint32_t generations_behind = 0;
    std::vector<OffsetEntry> offsets;
};
struct DropGroup {
    std::string group;
};
/// All or nothing.
struct Transaction {
    std::vector<Append> appends;
    std::vector<Commit> commits;
};

using Body = std::variant<Create, Set, Drop, Truncate, Append, Allocate, Join, Beat, Settle, Leave, Commit, DropGroup,
                          Transaction>;

struct Action {
    /// Unique in the script; the number of the request, too.
    std::uint64_t label = 0;
    Body body;
};

struct Position {
    std::string stream;
    std::uint32_t partition = 0;
    std::uint64_t offset = 0;
    std::uint64_t bytes_max = 1u << 20;
};
struct Fetch {
    std::vector<Position> positions;
    engine::FetchLimits limits;
    /// So many batches at the end of each partition are not durable yet.
    std::size_t batches_not_durable = 0;
};
struct Find {
    std::string stream;
    engine::Position position{};
    std::int64_t time_ms = 0;
    std::size_t batches_not_durable = 0;
};
using Query = std::variant<Fetch, Find>;

/// Time moves, actions are executed, questions asked.
struct Step {
    Milliseconds wait{0};
    /// A new engine is opened on the same store before the actions: what is stored is all that it may remember.
    bool reopen = false;
    std::vector<Action> actions;
    std::vector<Query> queries;
};

using Script = std::vector<Step>;

std::string to_string(const Action& action);
/// For people: one line an action, with the moment it happens.
std::string to_string(const Script& script);

}  // namespace tern::stream_model
