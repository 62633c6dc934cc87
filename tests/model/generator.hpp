#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/model/dice.hpp"
#include "tests/model/model.hpp"
#include "tests/model/script.hpp"

namespace tern::model {

/// What kind of run a seed is.
struct Profile {
    Limits limits;
    /// How much due work the engine may do in a batch; small values make it spread everything over many batches.
    std::uint32_t due_work_per_batch = 256;
    std::size_t actions_per_step_max = 4;
    std::uint64_t reopen_percent = 0;
    std::uint64_t invalid_percent = 3;

    static Profile of(std::uint64_t seed);
};

/// Makes up what happens next: few names, groups and ids, so that they collide; moments at and beside deadlines. Looks
/// at the model to see which handles, deadlines and tasks there are.
class Generator : test::Dice {
public:
    Generator(std::uint64_t seed, Profile profile) : Dice(seed, profile.invalid_percent), profile_(profile) {}

    Step next(const Model& model);
    /// The queues that a run begins with.
    Step first();

private:
    Milliseconds wait(const Model& model);
    std::string queue();
    Action action(const Model& model);
    Body body(const Model& model);
    engine::QueueSettingsChange settings(const std::string& queue, bool created);
    std::vector<engine::QueueTag> tags();
    Entry entry(const std::string& queue);
    Body send();
    Body receive(const Model& model);
    bool awaited(const Model& model, const std::string& attempt);
    Body remove(const Model& model);
    Body change(const Model& model);
    Body move();
    HandleReference handle(const Model& model, std::string& queue);
    Milliseconds visibility();

    Profile profile_;
    std::uint64_t next_label_ = 1;
    std::set<std::string> attempts_of_step_;
    std::set<std::pair<std::uint64_t, std::size_t>> given_back_;
};

}  // namespace tern::model
