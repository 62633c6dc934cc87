#pragma once

#include <optional>
#include <string>

#include "tests/model_topics/script.hpp"

namespace tern::topic_model {

struct Mismatch {
    /// Everything up to and including the step that went wrong.
    Script script;
    std::string what;
};

/// Makes up `steps` steps from the seed and executes them on engine and model.
std::optional<Mismatch> run(std::uint64_t seed, std::size_t steps);
/// Executes a script as it stands, with the limits of the seed.
std::optional<Mismatch> run(std::uint64_t seed, const Script& script);
/// Drops from the script what the mismatch does not need: steps, actions, queries, entries, waits.
Mismatch shrink(std::uint64_t seed, Mismatch mismatch);

}  // namespace tern::topic_model
