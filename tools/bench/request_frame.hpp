#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

/// Requests of the native protocol, built once and patched before each use, so that a request under load costs the
/// driver two small copies.
namespace tern::bench {

/// A whole frame, length first.
class RequestFrame {
public:
    /// `envelope` is a finished FlatBuffer that holds a Request whose id is not 0.
    explicit RequestFrame(std::string_view envelope);

    void set_id(std::uint64_t id) { std::memcpy(&bytes_[id_offset_], &id, sizeof id); }
    std::string_view bytes() const { return bytes_; }

private:
    std::string bytes_;
    std::size_t id_offset_;
};

/// A delete whose receipt handles are filled in. All of them have one length.
class DeleteFrame {
public:
    DeleteFrame(const std::string& queue, std::size_t entries, std::size_t handle_bytes);

    void set_id(std::uint64_t id) { std::memcpy(&bytes_[id_offset_], &id, sizeof id); }
    /// `handle` must be as long as this frame was made for.
    void set_handle(std::size_t entry, std::string_view handle) {
        std::memcpy(&bytes_[handle_offsets_[entry]], handle.data(), handle.size());
    }
    std::size_t handle_bytes() const { return handle_bytes_; }
    std::string_view bytes() const { return bytes_; }

private:
    std::size_t handle_bytes_;
    std::string bytes_;
    std::size_t id_offset_ = 0;
    std::vector<std::size_t> handle_offsets_;
};

struct SendShape {
    std::size_t messages = 1;
    std::size_t body_bytes = 200;
};

RequestFrame hello_frame();
RequestFrame create_queue_frame(const std::string& queue, std::size_t message_bytes_max);
RequestFrame delete_queue_frame(const std::string& queue);
RequestFrame describe_queue_frame(const std::string& queue);
RequestFrame broker_status_frame();
/// A send of equal messages; bodies are of printable characters.
RequestFrame send_frame(const std::string& queue, SendShape shape);
RequestFrame receive_frame(const std::string& queue, std::uint32_t messages_max);

}  // namespace tern::bench
