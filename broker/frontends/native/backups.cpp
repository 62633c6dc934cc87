#include "broker/frontends/native/backups.hpp"

#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tern::native {

namespace {

bool can_be_made(const std::string& path) {
    std::error_code error;
    const auto what = std::filesystem::symlink_status(path, error);
    return path.starts_with('/') && what.type() == std::filesystem::file_type::not_found;
}

BackupEnd write_backup(store::Store& store, const std::string& path) {
    // Whatever goes wrong with a backup is told to who asked for it, and is no reason for the broker to stop.
    try {
        return {store.backup(path), {}};
    } catch (const std::exception& failure) {
        return {Errc::backup_failed, failure.what()};
    }
}

}  // namespace

Result<void> Backups::begin(store::Store& store, const std::string& path, std::function<void(BackupEnd&&)> done) {
    // A path of the operating system has no zero byte; what comes after one would be ignored.
    if (path.find('\0') != std::string::npos || !can_be_made(path)) return Errc::path_invalid;

    const std::lock_guard lock(mutex_);
    if (finished_) return Errc::shutting_down;
    if (running_) return Errc::backup_in_progress;
    if (thread_.joinable()) thread_.join();
    running_ = true;
    thread_ = std::thread([this, &store, path, done = std::move(done)] {
        auto end = write_backup(store, path);
        {
            const std::lock_guard lock(mutex_);
            running_ = false;
        }
        done(std::move(end));
    });
    return {};
}

void Backups::finish() {
    std::thread last;
    {
        const std::lock_guard lock(mutex_);
        finished_ = true;
        std::swap(last, thread_);
    }
    if (last.joinable()) last.join();
}

}  // namespace tern::native
