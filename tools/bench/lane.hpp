#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tern_generated.h"
#include "tools/bench/frame_book.hpp"
#include "tools/bench/requester.hpp"
#include "tools/bench/workload.hpp"

namespace tern::bench {

enum class RequestKind : std::uint8_t { send, receive, remove };
constexpr const char* request_kind_names[request_kind_count] = {"send", "receive", "delete"};

/// Which queues a lane uses: first `first`, then every `step`-th, around and around.
struct QueueWalk {
    std::size_t first = 0;
    std::size_t step = 0;
};

/// A requester of a queue workload.
class Lane final : public Requester {
public:
    Lane(const Workload& workload, FrameBook& frames, QueueWalk walk);

    /// Valid until the next call on any lane of the same book. Empty when there is nothing more to do: when `stopping`,
    /// which lets a cycle come to its end first, or when a backlog is used up.
    std::string_view next_request(std::uint64_t id, bool stopping) override;
    std::size_t kind() const override { return static_cast<std::size_t>(kind_); }

    /// Errors: throws BenchError also when the broker goes on handing out nothing although messages were sent.
    Done take(const protocol::wire::Reply& reply) override;

private:
    enum class Step : std::uint8_t { begin, receive, remove, done };

    std::string_view send(std::uint64_t id);
    std::string_view receive(std::uint64_t id);
    std::string_view remove(std::uint64_t id);
    std::size_t take_sent(const protocol::wire::SendResults& answer);
    void take_received(const protocol::wire::Messages& answer);
    std::size_t take_removed(const protocol::wire::EntryResults& answer);
    void finish_cycle();

    const Workload& workload_;
    FrameBook& frames_;
    std::size_t queue_;
    std::size_t queue_step_;
    Step step_ = Step::begin;
    RequestKind kind_ = RequestKind::send;
    std::uint64_t expected_id_ = 0;
    /// Messages that were sent in this cycle and not yet received. A lane receives as many as it sent, be they its own
    /// or others' that share the queue, so that there are always enough for all.
    std::size_t to_receive_ = 0;
    std::size_t asked_for_ = 0;
    std::size_t received_ = 0;
    std::size_t handle_bytes_ = 0;
    /// The handles of what was received, one behind the other.
    std::string handles_;
    std::size_t empty_receives_ = 0;
};

}  // namespace tern::bench
