#include "tools/tern/work/child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstdlib>

#include <array>
#include <cctype>
#include <cerrno>
#include <string>
#include <system_error>

namespace tern::cli {

namespace {

void require(bool fine, const char* what, int error_number) {
    if (!fine) throw std::system_error(error_number, std::generic_category(), what);
}

bool same_name(std::string_view variable, const char* other) {
    const auto name = variable.substr(0, variable.find('=') + 1);
    return std::string_view(other).starts_with(name);
}

/// Ours first; of what we inherit, all that we do not set ourselves.
std::vector<char*> environment_of(const std::vector<std::string>& variables) {
    std::vector<char*> pointers;
    // posix_spawn takes char* for history's sake and does not write to them.
    for (const auto& variable : variables) pointers.push_back(const_cast<char*>(variable.c_str()));
    for (char** inherited = environ; *inherited != nullptr; ++inherited) {
        bool replaced = false;
        for (const auto& variable : variables) replaced = replaced || same_name(variable, *inherited);
        if (!replaced) pointers.push_back(*inherited);
    }
    pointers.push_back(nullptr);
    return pointers;
}

/// The attributes and file actions of posix_spawn, released in every case.
struct SpawnPlan {
    SpawnPlan() {
        posix_spawnattr_init(&attributes);
        posix_spawn_file_actions_init(&actions);
    }
    ~SpawnPlan() {
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    posix_spawnattr_t attributes{};
    posix_spawn_file_actions_t actions{};
};

void plan_signals_and_group(SpawnPlan& plan) {
    // We ignore SIGPIPE and block the signals that stop us; a command expects the ordinary state.
    sigset_t defaults;
    sigemptyset(&defaults);
    for (const int signal : {SIGPIPE, SIGINT, SIGTERM}) sigaddset(&defaults, signal);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&plan.attributes, &defaults);
    posix_spawnattr_setsigmask(&plan.attributes, &none);
    posix_spawnattr_setpgroup(&plan.attributes, 0);
    posix_spawnattr_setflags(&plan.attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
}

}  // namespace

MemoryFile::MemoryFile(std::string_view content) : descriptor_(::memfd_create("tern", MFD_CLOEXEC)) {
    require(descriptor_ >= 0, "memfd_create", errno);
    for (auto rest = content; !rest.empty();) {
        const auto written = ::write(descriptor_, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            const int error = errno;
            ::close(descriptor_);
            require(false, "cannot hand the message to the command", error);
        }
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    ::lseek(descriptor_, 0, SEEK_SET);
}

MemoryFile::~MemoryFile() {
    ::close(descriptor_);
}

std::string MemoryFile::content() const {
    std::string text;
    std::array<char, 64u << 10> block;
    off_t at = 0;
    while (true) {
        const auto bytes = ::pread(descriptor_, block.data(), block.size(), at);
        if (bytes < 0 && errno == EINTR) continue;
        if (bytes <= 0) return text;
        text.append(block.data(), static_cast<std::size_t>(bytes));
        at += bytes;
    }
}

Child::Child(const ChildCommand& command) {
    SpawnPlan plan;
    plan_signals_and_group(plan);
    posix_spawn_file_actions_adddup2(&plan.actions, command.input, STDIN_FILENO);
    if (command.output >= 0) posix_spawn_file_actions_adddup2(&plan.actions, command.output, STDOUT_FILENO);
    if (command.error_output >= 0) posix_spawn_file_actions_adddup2(&plan.actions, command.error_output, STDERR_FILENO);

    std::string shell = "sh";
    std::string option = "-c";
    std::string text = command.command;
    std::array<char*, 4> arguments{shell.data(), option.data(), text.data(), nullptr};
    auto environment = environment_of(command.environment);
    const int error =
        posix_spawn(&process_, "/bin/sh", &plan.actions, &plan.attributes, arguments.data(), environment.data());
    require(error == 0, "cannot start the command", error);
}

Child::~Child() {
    if (ended_) return;
    kill_group(process_);
    wait();
}

void Child::wait_for_end() const {
    siginfo_t information{};
    while (::waitid(P_PID, static_cast<id_t>(process_), &information, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
    }
}

int Child::wait() {
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    ended_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void Child::kill_group(pid_t process) {
    ::kill(-process, SIGKILL);
}

std::string environment_name(std::string_view prefix, std::string_view name) {
    std::string variable(prefix);
    for (const char letter : name) {
        variable += std::isalnum(static_cast<unsigned char>(letter)) != 0 ? letter : '_';
    }
    return variable;
}

}  // namespace tern::cli
