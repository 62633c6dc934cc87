#pragma once

#include <string>
#include <vector>

#include "tools/bench/connection.hpp"
#include "tools/bench/push_round.hpp"

namespace tern::bench {

/// Whether what may go at once is one write.
enum class Joining : bool { no, yes };

/// What a broker's fan-out is compared with: a loop that writes each publication to each socket, and does nothing else.
/// The bytes are those that the broker sent, frame by frame. Errors: functions throw BenchError.
class WriteLoop final : public PushSource {
public:
    /// `frame` is a frame with one publication in it, as the broker sent it.
    WriteLoop(std::string frame, Joining joining);
    ~WriteLoop() override;
    WriteLoop(const WriteLoop&) = delete;
    WriteLoop& operator=(const WriteLoop&) = delete;

    const Endpoint& endpoint() const { return endpoint_; }
    /// Accepts so many sockets.
    void accept(std::size_t count);

    void push(Instant moment) override;
    bool has_room() const override { return true; }
    void serve() override;
    void add_descriptors(std::vector<pollfd>&) const override {}

private:
    void write_to(int one) const;

    std::string frame_;
    const Joining joining_;
    /// What the next write carries.
    std::string joined_;
    std::size_t moment_offset_ = 0;
    int listener_;
    Endpoint endpoint_;
    std::vector<int> sockets_;
};

}  // namespace tern::bench
