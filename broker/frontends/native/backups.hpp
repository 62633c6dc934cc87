#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "broker/base/result.hpp"
#include "broker/store/store.hpp"

namespace tern::native {

/// How a backup ended: its size, or backup_failed with a sentence.
struct BackupEnd {
    Result<std::uint64_t> bytes = Errc::backup_failed;
    std::string failure;
};

/// Writes backups on a thread of its own, one at a time. From any thread.
class Backups {
public:
    ~Backups() { finish(); }

    /// `done` is called on the backup's thread.
    /// Errors: path_invalid unless the path is absolute and names nothing yet; backup_in_progress; shutting_down.
    Result<void> begin(store::Store& store, const std::string& path, std::function<void(BackupEnd&&)> done);
    /// Waits for the one that is running and begins no more.
    void finish();

private:
    std::mutex mutex_;
    bool running_ = false;
    bool finished_ = false;
    std::thread thread_;
};

}  // namespace tern::native
