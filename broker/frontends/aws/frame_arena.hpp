#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "broker/base/check.hpp"
#include "broker/runtime/broker.hpp"

namespace tern::aws {

/// Copies of what a command's views point into, in one piece of memory that travels with the command. Its size is known
/// beforehand, so that nothing moves.
class FrameArena {
public:
    explicit FrameArena(std::size_t bytes_max)
        : frame_(std::make_unique_for_overwrite<char[]>(bytes_max)),
          bytes_max_(bytes_max) {}

    /// A copy that lives as long as the frame.
    std::string_view keep(std::string_view bytes) {
        TERN_CHECK(bytes.size() <= bytes_max_ - used_);
        char* const at = frame_.get() + used_;
        if (!bytes.empty()) std::memcpy(at, bytes.data(), bytes.size());
        used_ += bytes.size();
        return {at, bytes.size()};
    }
    std::size_t bytes() const { return used_; }
    runtime::Frame take() { return std::move(frame_); }

private:
    runtime::Frame frame_;
    std::size_t bytes_max_;
    std::size_t used_ = 0;
};

}  // namespace tern::aws
