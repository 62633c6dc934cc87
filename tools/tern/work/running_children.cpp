#include "tools/tern/work/running_children.hpp"

#include "tools/tern/work/child.hpp"

namespace tern::cli {

void RunningChildren::ended(pid_t process) {
    const std::lock_guard lock(mutex_);
    processes_.erase(process);
}

void RunningChildren::kill_all() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    for (const auto process : processes_) Child::kill_group(process);
}

}  // namespace tern::cli
