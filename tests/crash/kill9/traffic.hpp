#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "tests/crash/kill9/ledger.hpp"

namespace tern::crash {

/// How long a received message is out of sight: short, so that messages whose receiver died come back in the same run.
inline constexpr std::chrono::milliseconds visibility{2000};

void make_queues(std::uint16_t port);

/// Several clients at work on standard and FIFO queues: single sends and batches, long polls, deletes one by one and
/// many at once. They work until their connections end.
class Traffic {
public:
    Traffic(std::uint16_t port, std::uint64_t seed, Ledger& ledger);
    /// Waits for the clients, whose connections must have ended or be about to.
    ~Traffic();
    Traffic(const Traffic&) = delete;
    Traffic& operator=(const Traffic&) = delete;

    /// Returns when so many commands of this traffic have been answered.
    void wait_for_answers(std::uint64_t count) const;

private:
    class Client;
    void start(auto work);

    std::uint16_t port_;
    std::uint64_t seed_;
    Ledger& ledger_;
    std::atomic<std::uint64_t> answers_{0};
    std::vector<std::jthread> clients_;
};

/// Receives and deletes all that is in the queues, until nothing comes for longer than a message can be out of sight.
void drain_queues(std::uint16_t port, Ledger& ledger);

}  // namespace tern::crash
