#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "broker/store/lmdb_cursors.hpp"

namespace tern::store::lmdb {

/// The read transactions of one environment: a pool, and a gate that keeps them out while the map is moved.
/// Thread-safe.
class Snapshots {
public:
    Snapshots(MDB_env* environment, const TableHandles& handles) : environment_(environment), handles_(handles) {}
    /// All snapshots must have ended.
    ~Snapshots();
    Snapshots(const Snapshots&) = delete;
    Snapshots& operator=(const Snapshots&) = delete;

    std::unique_ptr<ReadTransaction> begin();

    /// Runs `work` while no snapshot is open and none can begin. Waits for open ones as long as `patience` at most;
    /// false when they did not end by then, and nothing was done.
    bool run_alone(std::chrono::milliseconds patience, const std::function<void()>& work);
    /// Runs `work`, which reads on its own, as if it were a snapshot of the transaction `id`.
    void run_as_snapshot(std::uint64_t id, const std::function<void()>& work);
    /// The transaction that the oldest open snapshot sees; `newest` when none is open.
    std::uint64_t oldest(std::uint64_t newest) const;

private:
    struct Slot {
        explicit Slot(const TableHandles& handles) : cursors(handles) {}
        Transaction transaction;
        Cursors cursors;
        std::uint64_t id = 0;
    };
    class Read;

    std::unique_ptr<Slot> take();
    void give_back(std::unique_ptr<Slot> slot);

    MDB_env* environment_;
    const TableHandles& handles_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool alone_ = false;
    std::vector<std::unique_ptr<Slot>> resting_;
    /// What each open snapshot sees.
    std::vector<std::uint64_t> open_;
};

}  // namespace tern::store::lmdb
