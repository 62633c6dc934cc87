#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace tern::cli {

/// A file without a name, in memory: what a command reads as its input, or has written as its output.
class MemoryFile {
public:
    /// Errors: std::system_error.
    explicit MemoryFile(std::string_view content = {});
    ~MemoryFile();
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    int descriptor() const { return descriptor_; }
    std::string content() const;

private:
    int descriptor_;
};

/// What to run, and with what.
struct ChildCommand {
    /// Given to `sh -c`.
    std::string command;
    /// "NAME=value", put in front of our own environment.
    std::vector<std::string> environment;
    int input = -1;
    int output = -1;
    int error_output = -1;
};

/// A running command, in a process group of its own, so that Ctrl-C on the terminal reaches us and not it.
class Child {
public:
    /// Errors: std::system_error.
    explicit Child(const ChildCommand& command);
    /// Ends the command if it still runs.
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    pid_t process() const { return process_; }
    /// Waits for the end, but leaves the process number taken, so that it can still be named safely.
    void wait_for_end() const;
    /// Waits for the end. The exit code; 128 and the signal's number for one that was killed.
    int wait();
    /// Kills the command and all that it has started in its group.
    static void kill_group(pid_t process);

private:
    pid_t process_ = -1;
    bool ended_ = false;
};

/// The name with everything but letters, digits and "_" turned into "_", so that a shell can read the variable.
std::string environment_name(std::string_view prefix, std::string_view name);

}  // namespace tern::cli
