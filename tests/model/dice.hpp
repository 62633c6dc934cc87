#pragma once

#include <cstdint>
#include <vector>

#include "broker/base/random_source.hpp"

namespace tern::test {

/// What a generator of random steps decides by.
class Dice {
protected:
    Dice(std::uint64_t seed, std::uint64_t invalid_percent) : random_(seed), invalid_percent_(invalid_percent) {}

    bool chance(std::uint64_t percent) { return random_.below(100) < percent; }
    /// Whether something is to be wrong.
    bool invalid() { return chance(invalid_percent_); }
    template <class T>
    T one_of(const std::vector<T>& choices) {
        return choices[random_.below(choices.size())];
    }

    SeededRandom random_;

private:
    const std::uint64_t invalid_percent_;
};

}  // namespace tern::test
