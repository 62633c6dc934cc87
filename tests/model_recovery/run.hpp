#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "tests/model_recovery/truth.hpp"

namespace tern::recovery_model {

/// The last that happened, for people.
struct Diary {
    std::deque<std::string> lines;
};
std::string to_string(const Diary& diary);

struct Mismatch {
    Diary script;
    std::string what;
};

/// One run; what went wrong, if something did.
std::optional<Mismatch> run(std::uint64_t seed, std::size_t steps, Tally& tally);

}  // namespace tern::recovery_model
