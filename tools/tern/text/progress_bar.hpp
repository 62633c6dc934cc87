#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "tools/tern/text/terminal.hpp"

namespace tern::cli {

/// How far long work has come.
struct Progress {
    /// Things done, told with the rate.
    std::uint64_t done = 0;
    /// In any unit: what the bar and the time left are reckoned from. Without a total there is no bar.
    std::uint64_t part = 0;
    std::optional<std::uint64_t> total;
};

/// One line for a terminal, no wider than `columns`:
/// "sending  [██████░░░░]  62 %  124,000 messages  31,000/s  2 s left".
std::string render_progress(const std::string& verb, const std::string& thing, const Progress& progress,
                            std::chrono::milliseconds elapsed, std::size_t columns);

/// Draws progress on the terminal behind standard error, ten times a second at most; silent when there is none.
class ProgressBar {
public:
    using Clock = std::chrono::steady_clock;

    ProgressBar(bool shown, std::string verb, std::string thing);
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    void update(const Progress& progress);
    /// Takes the line away, so that something else can be printed; the next update draws it again.
    void hide();
    std::chrono::milliseconds elapsed() const;

private:
    bool shown_;
    std::string verb_;
    std::string thing_;
    Terminal terminal_;
    Clock::time_point started_at_;
    std::optional<Clock::time_point> drawn_at_;
    bool visible_ = false;
};

}  // namespace tern::cli
