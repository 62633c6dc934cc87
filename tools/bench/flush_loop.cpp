#include "tools/bench/flush_loop.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "tools/bench/bench_error.hpp"
#include "tools/bench/clock.hpp"
#include "tools/bench/interruption.hpp"

namespace tern::bench {

FlushResult run_flush_loop(const std::filesystem::path& folder, double seconds) {
    const auto path = folder / "flush-loop";
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0) throw BenchError(fmt::format("Cannot write {}: {}.", path.string(), std::strerror(errno)));
    std::array<char, 4096> page{};
    page.fill('x');

    FlushResult result;
    const auto began_at = Clock::now();
    const auto until = began_at + as_duration(seconds);
    auto now = began_at;
    bool failed = false;
    while (now < until && !failed) {
        failed = write(file, page.data(), page.size()) != static_cast<ssize_t>(page.size()) || fdatasync(file) != 0;
        const auto flushed_at = Clock::now();
        result.latency.record(nanoseconds_between(now, flushed_at));
        ++result.flushes;
        now = flushed_at;
    }
    result.seconds = seconds_between(began_at, now);
    close(file);
    std::filesystem::remove(path);
    if (failed) throw BenchError("The disk refused a write or a flush.");
    stop_if_interrupted();
    return result;
}

}  // namespace tern::bench
