#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "protocol/limits.hpp"

/// Cutting a byte stream into frames, without any I/O: bytes in, frames out.
namespace tern::protocol {

/// The length of a frame, as the four bytes in front of it tell it.
inline std::uint32_t frame_length(const char* header) {
    const auto byte = [header](int i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(header[i])); };
    return byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
}

inline void store_frame_length(char* header, std::uint32_t length) {
    for (int i = 0; i < 4; ++i) header[i] = static_cast<char>((length >> (8 * i)) & 0xff);
}

/// The bytes of one frame, without its length. Moving it keeps them where they are.
struct FrameBytes {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0;

    std::string_view view() const { return {bytes.get(), size}; }
};

/// Gathers frames from bytes that arrive in pieces of any size. A length beyond the limit is noticed before anything is
/// allocated for it, and ends the reading for good: what follows cannot be told apart any more.
///
/// Use: write into space(), tell by arrived() how much that was, then call next() until it gives nothing.
class FrameReader {
public:
    explicit FrameReader(std::size_t frame_bytes_max) : frame_bytes_max_(frame_bytes_max) {}

    /// The limit for frames that were not begun yet.
    void set_frame_bytes_max(std::size_t bytes) { frame_bytes_max_ = bytes; }

    struct Space {
        char* bytes;
        std::size_t size;
    };
    /// Where the next bytes go; never empty. A long frame is read right into its own memory. Valid until the next call.
    Space space() {
        if (long_frame_.bytes) return {long_frame_.bytes.get() + long_filled_, long_frame_.size - long_filled_};
        if (!chunk_) chunk_ = std::make_unique_for_overwrite<char[]>(chunk_bytes);
        if (begin_ == end_) begin_ = end_ = 0;
        if (chunk_bytes - end_ < chunk_bytes / 4 && begin_ > 0) {
            std::memmove(chunk_.get(), chunk_.get() + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
        }
        return {chunk_.get() + end_, chunk_bytes - end_};
    }
    void arrived(std::size_t bytes) { (long_frame_.bytes ? long_filled_ : end_) += bytes; }

    /// The next whole frame; nothing while it is not complete, or once too_large() holds.
    std::optional<FrameBytes> next() {
        if (long_frame_.bytes) return finish_long_frame();
        if (too_large_ || end_ - begin_ < frame_header_bytes) return std::nullopt;

        const std::size_t length = frame_length(chunk_.get() + begin_);
        if (length > frame_bytes_max_) {
            too_large_ = true;
            return std::nullopt;
        }
        const auto available = end_ - begin_ - frame_header_bytes;
        if (available < length && length + frame_header_bytes <= chunk_bytes) return std::nullopt;

        FrameBytes frame{std::make_unique_for_overwrite<char[]>(length), length};
        const auto here = std::min(available, length);
        if (here > 0) std::memcpy(frame.bytes.get(), chunk_.get() + begin_ + frame_header_bytes, here);
        begin_ += frame_header_bytes + here;
        if (here == length) return frame;
        long_frame_ = std::move(frame);
        long_filled_ = here;
        return std::nullopt;
    }

    /// Lets memory go that nothing is in.
    void release_idle() {
        if (between_frames()) chunk_.reset();
    }
    /// Bytes of a long frame that is not whole yet.
    std::size_t held_bytes() const { return long_frame_.bytes ? long_filled_ : 0; }
    /// A frame was announced that is longer than the limit.
    bool too_large() const { return too_large_; }
    /// Nothing of a next frame has arrived yet: the stream may end here.
    bool between_frames() const { return !long_frame_.bytes && begin_ == end_; }

private:
    // Many small requests in one read; frames longer than this are read into their own memory.
    static constexpr std::size_t chunk_bytes = 32u << 10;

    std::optional<FrameBytes> finish_long_frame() {
        if (long_filled_ < long_frame_.size) return std::nullopt;
        return std::exchange(long_frame_, {});
    }

    std::size_t frame_bytes_max_;
    std::unique_ptr<char[]> chunk_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    FrameBytes long_frame_;
    std::size_t long_filled_ = 0;
    bool too_large_ = false;
};

}  // namespace tern::protocol
