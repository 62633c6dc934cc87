#pragma once

#include <atomic>
#include <cstddef>

namespace tern::admin {

/// How many bytes of bodies all connections together may hold before their requests are whole: each alone is bounded,
/// but there may be many. From any thread.
class BodyBudget {
public:
    explicit BodyBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    /// False, and nothing taken, when there are not as many bytes left.
    bool take(std::size_t bytes) {
        if (bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= bytes_max_) return true;
        give_back(bytes);
        return false;
    }
    void give_back(std::size_t bytes) { bytes_.fetch_sub(bytes, std::memory_order_relaxed); }
    std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

private:
    const std::size_t bytes_max_;
    std::atomic<std::size_t> bytes_{0};
};

}  // namespace tern::admin
