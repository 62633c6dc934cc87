#pragma once

#include <atomic>
#include <cstddef>

namespace tern::runtime {

/// How many bytes all connections together may hold of requests that are not whole yet, or wait for their turn: each
/// alone is bounded, but there may be many. From any thread.
class BytesBudget {
public:
    explicit BytesBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}

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

/// What one connection holds of a budget; it goes back with it. On the connection's thread.
class HeldBytes {
public:
    /// The budget outlives this one; null: there is no common limit.
    explicit HeldBytes(BytesBudget* budget) : budget_(budget) {}
    ~HeldBytes() { hold(0); }
    HeldBytes(const HeldBytes&) = delete;
    HeldBytes& operator=(const HeldBytes&) = delete;

    /// So many from now on. False, and as many as before, when that is more and the budget has not as much left.
    bool hold(std::size_t bytes) {
        if (budget_ && bytes > held_ && !budget_->take(bytes - held_)) return false;
        if (budget_ && bytes < held_) budget_->give_back(held_ - bytes);
        held_ = bytes;
        return true;
    }

private:
    BytesBudget* const budget_;
    std::size_t held_ = 0;
};

}  // namespace tern::runtime
