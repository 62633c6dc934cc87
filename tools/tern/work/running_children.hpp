#pragma once

#include <sys/types.h>

#include <mutex>
#include <set>

namespace tern::cli {

/// The commands that run now, on all threads, so that they can be stopped.
class RunningChildren {
public:
    /// False when no more commands may start.
    template <class Start>
    bool start(Start&& begin) {
        const std::lock_guard lock(mutex_);
        if (stopped_) return false;
        processes_.insert(begin());
        return true;
    }
    /// To be told before the process is waited for: its number may be another's afterwards.
    void ended(pid_t process);
    /// Kills all, and lets no more start.
    void kill_all();

private:
    std::mutex mutex_;
    std::set<pid_t> processes_;
    bool stopped_ = false;
};

}  // namespace tern::cli
