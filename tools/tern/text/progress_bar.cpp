#include "tools/tern/text/progress_bar.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "tools/tern/text/quantities.hpp"
#include "tools/tern/text/utf8.hpp"

namespace tern::cli {

namespace {

constexpr std::size_t bar_width_min = 10;
constexpr std::size_t bar_width_max = 40;
// A rate of the first moments says nothing about the rest.
constexpr std::chrono::milliseconds estimate_after{500};
constexpr std::chrono::milliseconds redraw_every{100};

std::string bar(double fraction, std::size_t width) {
    const auto full = static_cast<std::size_t>(std::floor(fraction * static_cast<double>(width)));
    std::string drawn;
    for (std::size_t cell = 0; cell < width; ++cell) drawn += cell < full ? "█" : "░";
    return drawn;
}

}  // namespace

std::string render_progress(const std::string& verb, const std::string& thing, const Progress& progress,
                            std::chrono::milliseconds elapsed, std::size_t columns) {
    const double seconds = std::max(static_cast<double>(elapsed.count()) / 1e3, 1e-3);
    auto facts =
        fmt::format("{}  {}", counted(progress.done, thing), human_rate(static_cast<double>(progress.done) / seconds));
    if (!progress.total || *progress.total == 0) {
        return cut_to_width(fmt::format("{}  {}  {}", verb, facts, rough_duration(elapsed)), columns);
    }

    const double fraction =
        std::clamp(static_cast<double>(progress.part) / static_cast<double>(*progress.total), 0.0, 1.0);
    if (elapsed >= estimate_after && fraction > 0 && fraction < 1) {
        const auto left_ms = static_cast<double>(elapsed.count()) / fraction * (1 - fraction);
        const auto left_s = std::chrono::milliseconds(std::llround(left_ms / 1e3) * 1'000);
        facts += fmt::format("  {} left", exact_duration(left_s));
    }
    const auto head = verb + "  ";
    const auto tail = fmt::format("  {:3.0f} %  {}", std::floor(fraction * 100), facts);
    const auto taken = display_width(head) + display_width(tail);
    if (taken + bar_width_min > columns) return cut_to_width(head + tail.substr(2), columns);
    return head + bar(fraction, std::min(columns - taken, bar_width_max)) + tail;
}

ProgressBar::ProgressBar(bool shown, std::string verb, std::string thing)
    : verb_(std::move(verb)),
      thing_(std::move(thing)),
      terminal_(terminal_of(STDERR_FILENO)),
      started_at_(Clock::now()) {
    shown_ = shown && terminal_.present;
}

ProgressBar::~ProgressBar() {
    hide();
}

void ProgressBar::update(const Progress& progress) {
    if (!shown_) return;
    const auto now = Clock::now();
    if (visible_ && drawn_at_ && now - *drawn_at_ < redraw_every) return;

    // The last cell stays free: some terminals wrap when it is written.
    const auto columns = terminal_.columns > 1 ? terminal_.columns - 1 : 79;
    const auto line = render_progress(verb_, thing_, progress, elapsed(), columns);
    std::fputs(("\r\x1b[2K" + line).c_str(), stderr);
    std::fflush(stderr);
    drawn_at_ = now;
    visible_ = true;
}

void ProgressBar::hide() {
    if (!visible_) return;
    std::fputs("\r\x1b[2K", stderr);
    std::fflush(stderr);
    visible_ = false;
}

std::chrono::milliseconds ProgressBar::elapsed() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started_at_);
}

}  // namespace tern::cli
