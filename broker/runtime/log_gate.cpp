#include "broker/runtime/log_gate.hpp"

#include <utility>

namespace tern::runtime {

std::optional<std::uint64_t> LogGate::pass(std::chrono::steady_clock::time_point now) {
    const std::lock_guard lock(mutex_);
    if (now - second_began_ >= std::chrono::seconds(1)) {
        second_began_ = now;
        lines_ = 0;
    }
    if (lines_ >= lines_per_second_max) {
        ++held_back_;
        return std::nullopt;
    }
    ++lines_;
    return std::exchange(held_back_, 0);
}

}  // namespace tern::runtime
