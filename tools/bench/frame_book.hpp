#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/bench/request_frame.hpp"
#include "tools/bench/workload.hpp"

namespace tern::bench {

/// The frames of a workload, each built when it is first needed and then used again by all connections.
class FrameBook {
public:
    explicit FrameBook(const Workload& workload);

    RequestFrame& send(std::size_t queue);
    RequestFrame& receive(std::size_t queue, std::size_t messages);
    DeleteFrame& remove(std::size_t queue, std::size_t entries, std::size_t handle_bytes);

private:
    struct QueueFrames {
        std::optional<RequestFrame> send;
        /// This and the next by the number of entries, less one.
        std::vector<std::optional<RequestFrame>> receive;
        std::vector<std::optional<DeleteFrame>> remove;
    };

    const Workload& workload_;
    std::vector<QueueFrames> queues_;
};

}  // namespace tern::bench
