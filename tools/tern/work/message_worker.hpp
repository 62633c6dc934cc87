#pragma once

#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "tern/message.hpp"
#include "tools/tern/text/progress_bar.hpp"
#include "tools/tern/work/running_children.hpp"

namespace tern::cli {

/// The command did not end with exit code 0: its message comes back.
struct CommandFailed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What a command finds in its environment about its message: TERN_QUEUE, TERN_MESSAGE_ID, TERN_RECEIVE_COUNT, ...
std::vector<std::string> environment_of(const std::string& queue, const ReceivedMessage& message);

/// Runs a command for a message. Used by many threads at once.
class MessageWorker {
public:
    struct Options {
        std::string queue;
        std::string command;
        /// Output is held back until the command ends, and written whole. Otherwise it goes straight through.
        bool holds_output = false;
    };

    MessageWorker(Options options, ProgressBar& bar);

    /// Returns when the command ended well. Errors: CommandFailed; OutputFailure, after which no more should be run.
    void run(const ReceivedMessage& message);
    /// A line for people on standard error, not in the middle of anybody's output.
    void say(const std::string& line);
    /// Draws the bar, not in the middle of anybody's output.
    void show(const Progress& progress);
    /// Kills what runs, and runs no more.
    void stop() { children_.kill_all(); }

private:
    int run_child(const ReceivedMessage& message, int output, int error_output);
    int run_held(const ReceivedMessage& message);

    Options options_;
    ProgressBar& bar_;
    RunningChildren children_;
    std::mutex output_mutex_;
};

}  // namespace tern::cli
