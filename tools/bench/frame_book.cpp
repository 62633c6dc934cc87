#include "tools/bench/frame_book.hpp"

namespace tern::bench {

FrameBook::FrameBook(const Workload& workload) : workload_(workload), queues_(workload.queues.size()) {}

RequestFrame& FrameBook::send(std::size_t queue) {
    auto& frame = queues_[queue].send;
    if (!frame) frame.emplace(send_frame(workload_.queues[queue], {workload_.batch, workload_.body_bytes}));
    return *frame;
}

RequestFrame& FrameBook::receive(std::size_t queue, std::size_t messages) {
    auto& frames = queues_[queue].receive;
    if (frames.size() < messages) frames.resize(messages);
    auto& frame = frames[messages - 1];
    if (!frame) frame.emplace(receive_frame(workload_.queues[queue], static_cast<std::uint32_t>(messages)));
    return *frame;
}

DeleteFrame& FrameBook::remove(std::size_t queue, std::size_t entries, std::size_t handle_bytes) {
    auto& frames = queues_[queue].remove;
    if (frames.size() < entries) frames.resize(entries);
    auto& frame = frames[entries - 1];
    if (!frame || frame->handle_bytes() != handle_bytes) frame.emplace(workload_.queues[queue], entries, handle_bytes);
    return *frame;
}

}  // namespace tern::bench
