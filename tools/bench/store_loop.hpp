#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "tools/bench/workload.hpp"

namespace tern::bench {

struct StoreLoopShape {
    Mix mix = Mix::cycle;
    /// Messages that share a queue in a commit, as those of one request do.
    std::size_t batch = 10;
    std::size_t body_bytes = 200;
    std::size_t queues = 1;
    /// Messages that lie in the queues all the time.
    std::uint64_t backlog = 0;
};

struct StoreLoopResult {
    double seconds = 0;
    std::uint64_t messages = 0;
    std::uint64_t commits = 0;
};

/// What LMDB gives without a broker: the rows that the broker writes for standard queues (docs/architecture.md), put
/// and erased by one plain loop, with one flush a commit (MDB_NOMETASYNC).
/// * send: a row in queue_messages (body and a header of 64 bytes), an empty one in queue_schedule;
/// * receive: the queue's first schedule row moved to a later time with a value of 28 bytes, the message read;
/// * delete: both rows erased; what is deleted was received in the commit before;
/// * each queue touched in a commit has one counter row rewritten.
/// Left out is all that makes a broker: protocol, sockets, threads, checks, ids, checksums.
/// Errors: every function throws BenchError when LMDB fails.
class StoreLoop {
public:
    StoreLoop(const std::filesystem::path& folder, const StoreLoopShape& shape);
    ~StoreLoop();
    StoreLoop(const StoreLoop&) = delete;
    StoreLoop& operator=(const StoreLoop&) = delete;

    /// Runs for so long with about `messages_per_commit` sends, receives and deletes (those of the mix) in each commit.
    /// A backlog that is only worked off (Mix::receive_delete) is filled up first, and ends the run when it is used up.
    StoreLoopResult run(double seconds, double messages_per_commit);

    struct Rows {
        std::uint64_t messages = 0;
        std::uint64_t schedule = 0;
        std::uint64_t counters = 0;
        /// Schedule rows of messages that were received and not yet deleted.
        std::uint64_t received = 0;
    };
    Rows rows() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tern::bench
