#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

namespace tern::runtime {

/// Lets a few log lines a second through, so that hostile peers cannot fill the log. From any thread.
class LogGate {
public:
    /// The number of lines held back since the last one, when a line may be written now.
    std::optional<std::uint64_t> pass(std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now());

private:
    static constexpr std::uint32_t lines_per_second_max = 10;

    std::mutex mutex_;
    std::chrono::steady_clock::time_point second_began_;
    std::uint32_t lines_ = 0;
    std::uint64_t held_back_ = 0;
};

}  // namespace tern::runtime
