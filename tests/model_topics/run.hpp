#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "tests/model/script_run.hpp"
#include "tests/model_topics/script.hpp"

namespace tern::topic_model {

using Mismatch = script_run::Mismatch<Script>;

/// Makes up `steps` steps from the seed and executes them on engine and model.
std::optional<Mismatch> run(std::uint64_t seed, std::size_t steps);
/// Executes a script as it stands, with the limits of the seed.
std::optional<Mismatch> run(std::uint64_t seed, const Script& script);
/// Drops from the script what the mismatch does not need: steps, actions, queries, entries, waits.
Mismatch shrink(std::uint64_t seed, Mismatch mismatch);

}  // namespace tern::topic_model
