#include "broker/runtime/system_random.hpp"

#include <sys/random.h>

#include "broker/base/check.hpp"

namespace tern::runtime {

std::uint64_t SystemRandom::next() {
    if (used_ == block_.size()) {
        // Up to 256 bytes getrandom is neither interrupted nor short once the system has started (getrandom(2)).
        static_assert(sizeof block_ <= 256);
        TERN_CHECK(::getrandom(block_.data(), sizeof block_, 0) == static_cast<ssize_t>(sizeof block_));
        used_ = 0;
    }
    return block_[used_++];
}

}  // namespace tern::runtime
