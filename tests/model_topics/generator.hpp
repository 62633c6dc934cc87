#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/engine/engine.hpp"
#include "tests/model/dice.hpp"
#include "tests/model_topics/script.hpp"
#include "tests/model_topics/topic_model.hpp"

namespace tern::topic_model {

/// What kind of run a seed is.
struct Profile {
    /// With a small due_work_per_batch everything is spread over many batches.
    engine::EngineLimits limits;
    std::size_t actions_per_step_max = 4;
    std::uint64_t reopen_percent = 0;
    std::uint64_t invalid_percent = 3;
    /// How much of what happens is publishing.
    std::uint64_t publish_percent = 45;
    /// Long publications: histories of many blocks.
    bool bulky = false;

    static Profile of(std::uint64_t seed);
};

/// Makes up what happens next: few topics, subjects, queues and ids, so that they meet; moments at and beside
/// deadlines. Looks at the model to see which offsets, subscriptions, messages and deadlines there are.
class Generator : test::Dice {
public:
    Generator(std::uint64_t seed, Profile profile)
        : Dice(seed, profile.invalid_percent),
          profile_(std::move(profile)) {}

    Step next(const TopicModel& model);
    /// What a run begins with.
    Step first();

private:
    Milliseconds wait(const TopicModel& model);
    std::string topic();
    std::string queue(const std::string& topic);
    std::string subject(const std::string& topic);
    std::string pattern(const std::string& topic);
    std::string durable() { return invalid() ? "no name!" : one_of<std::string>({"d", "e"}); }

    Body body(const TopicModel& model);
    engine::TopicSettingsChange settings(bool created, const std::string& topic);
    Publish publish(const std::string& topic);
    Entry entry(const std::string& topic);
    Wishes wishes(const std::string& topic, bool durable);
    OpenDurable open(const std::string& topic);
    Body pull(const TopicModel& model);
    Body finish(const TopicModel& model);
    Reference reference(const TopicModel& model, const std::string& topic);
    Query query(const TopicModel& model);

    Profile profile_;
    std::uint64_t next_label_ = 1;
    std::uint64_t next_data_ = 1;
    /// How far time has jumped; queues keep messages for 14 days only.
    Milliseconds jumped_{0};
    /// What was given back or released: nobody does that twice.
    std::set<std::pair<std::uint64_t, std::size_t>> finished_;
};

}  // namespace tern::topic_model
