#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/model_streams/subject.hpp"
#include "tests/model_topics/generator.hpp"
#include "tests/model_topics/topic_model.hpp"

namespace tern::topic_model {

/// One engine and one model, driven in step.
class Pair {
public:
    Pair(std::uint64_t seed, const Profile& profile);

    /// What went wrong in the step; empty when nothing did.
    Complaint execute(const Step& step);
    const TopicModel& model() const { return model_; }

private:
    using Actions = std::vector<Action>;

    Complaint execute_checked(const Step& step);
    Complaint execute_batch(const Actions& actions);
    engine::Command command_of(const Action& action);
    engine::Command command_of(const Finish& finish);
    Complaint judge(const Action& action, std::vector<engine::Completion>& completions);

    TopicModel model_;
    stream_model::Subject subject_;
    /// The receipt handles that each pull was given.
    std::map<std::uint64_t, std::vector<std::string>> handles_;
};

}  // namespace tern::topic_model
