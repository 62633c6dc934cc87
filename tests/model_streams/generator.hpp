#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "broker/engine/engine.hpp"
#include "tests/model/dice.hpp"
#include "tests/model_streams/group_model.hpp"
#include "tests/model_streams/script.hpp"
#include "tests/model_streams/stream_model.hpp"

namespace tern::stream_model {

/// What kind of run a seed is.
struct Profile {
    /// With a small due_work_per_batch everything is spread over many batches.
    engine::EngineLimits limits;
    std::size_t actions_per_step_max = 4;
    std::uint64_t reopen_percent = 0;
    std::uint64_t invalid_percent = 3;
    /// How much of what happens is about groups.
    std::uint64_t groups_percent = 50;
    /// Long batches: partitions of many blocks, with rows that tell where times are.
    bool bulky = false;

    static Profile of(std::uint64_t seed);
};

/// Makes up what happens next: few streams, producers and groups, so that they meet; moments at and beside deadlines.
/// Looks at the models to see which offsets, sequences, members and deadlines there are.
class Generator : test::Dice {
public:
    Generator(std::uint64_t seed, Profile profile)
        : Dice(seed, profile.invalid_percent),
          profile_(std::move(profile)) {}

    Step next(const StreamModel& streams, const GroupModel& groups);
    /// What a run begins with.
    Step first();

private:
    Milliseconds wait(const StreamModel& streams, const GroupModel& groups);
    std::string stream() { return invalid() ? "missing" : one_of<std::string>({"a", "b", "c"}); }
    std::string group() { return invalid() ? "nobodys" : one_of<std::string>({"g", "h"}); }

    // Streams.
    Body stream_body(const StreamModel& streams);
    engine::StreamSettingsChange settings(bool created);
    Append append(const StreamModel& streams);
    Batch batch(const StreamModel& streams, const std::string& stream);
    Stamp stamp(const StreamModel& streams, const std::string& stream, const Batch& batch);
    Body truncate(const StreamModel& streams);
    std::uint32_t partition(const StreamModel& streams, const std::string& stream);
    std::uint64_t offset(const StreamModel& streams, const std::string& stream, std::uint32_t partition);
    Query query(const StreamModel& streams);

    // Groups.
    Body group_body(const StreamModel& streams, const GroupModel& groups);
    Body join(const GroupModel& groups);
    MemberReference member(const GroupModel& groups, const std::string& group);
    Commit commit(const StreamModel& streams, const GroupModel& groups);

    Profile profile_;
    std::uint64_t next_label_ = 1;
    /// What this step's appends will have done when they are executed: the next sequence of a producer.
    std::map<std::tuple<std::string, std::uint32_t, std::uint64_t>, std::pair<std::int16_t, std::int64_t>> planned_;
};

}  // namespace tern::stream_model
