#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace tern::protocol {

/// Bytes that grow at their end and whose memory is kept for the next use. Unlike a string's they are not filled before
/// they are written, and do not move when their owner does.
class ByteRoom {
public:
    std::size_t size() const { return size_; }
    std::size_t capacity() const { return capacity_; }
    std::size_t free() const { return capacity_ - size_; }
    char* data() { return bytes_.get(); }
    char* end() { return bytes_.get() + size_; }
    std::string_view view() const { return {bytes_.get(), size_}; }

    void clear() { size_ = 0; }
    /// So many of the bytes behind the end were written.
    void written(std::size_t bytes) { size_ += bytes; }

    /// Room for `bytes` behind the end, where they may be written.
    char* reserve(std::size_t bytes) {
        if (free() < bytes) grow(std::max(size_ + bytes, 2 * capacity_));
        return end();
    }
    /// Exactly `capacity`, if that is more than now.
    void grow(std::size_t capacity) {
        if (capacity <= capacity_) return;
        auto larger = std::make_unique_for_overwrite<char[]>(capacity);
        if (size_ > 0) std::memcpy(larger.get(), bytes_.get(), size_);
        bytes_ = std::move(larger);
        capacity_ = capacity;
    }

private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace tern::protocol
