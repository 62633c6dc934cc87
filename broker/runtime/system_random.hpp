#pragma once

#include <array>
#include <cstddef>

#include "broker/base/random_source.hpp"

namespace tern::runtime {

/// The system's random generator, fetched in blocks. On one thread.
class SystemRandom final : public RandomSource {
public:
    std::uint64_t next() override;

private:
    std::array<std::uint64_t, 32> block_{};
    std::size_t used_ = block_.size();
};

}  // namespace tern::runtime
