#pragma once

#include <string>

#include "tools/bench/reader_process.hpp"

namespace tern::bench {

/// What runs in the reader's process: takes commands, and in between reads what comes.
class ReaderLoop {
public:
    ReaderLoop(ReaderProcess::Shared& shared, int commands, int progress)
        : shared_(shared),
          commands_(commands),
          progress_(progress) {}

    /// Until the other end of the commands is closed.
    void run();

    /// A plan as one text, and back.
    static std::string text_of(const SubscriberPlan& plan);
    static SubscriberPlan plan_in(const std::string& text);

private:
    /// False: there are no more.
    bool take_command();
    void execute(const std::string& command);
    void count(std::string_view frame, std::string_view payload);
    void tell_progress(std::uint64_t delivered);

    ReaderProcess::Shared& shared_;
    int commands_;
    int progress_;
    SubscriberPool pool_;
    bool measuring_ = false;
    std::uint64_t delivered_ = 0;
    ReaderResult result_;
};

}  // namespace tern::bench
