#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/model_streams/generator.hpp"
#include "tests/model_streams/group_model.hpp"
#include "tests/model_streams/stream_model.hpp"
#include "tests/model_streams/subject.hpp"

namespace tern::stream_model {

/// One engine and one model, driven in step.
class Pair {
public:
    Pair(std::uint64_t seed, const Profile& profile);

    /// What went wrong in the step; empty when nothing did.
    Complaint execute(const Step& step);
    const StreamModel& streams() const { return streams_; }
    const GroupModel& groups() const { return groups_; }

private:
    using Actions = std::vector<Action>;

    Complaint execute_checked(const Step& step);
    Complaint move_time(Timestamp to);
    Complaint execute_batch(const Actions& actions);
    Complaint settle(const Settle& settle, std::uint64_t label);
    engine::Command command_of(const Action& action);
    engine::Append command_of(const Append& append, std::uint64_t label);
    Complaint judge(const Action& action, const engine::Answer& given);
    Complaint judge(std::uint64_t label, const Transaction& transaction, const engine::Answer& given);
    Complaint observe();

    StreamModel streams_;
    GroupModel groups_;
    Subject subject_;
    /// What the commands of a batch point into.
    std::deque<Bytes> bytes_;
};

}  // namespace tern::stream_model
