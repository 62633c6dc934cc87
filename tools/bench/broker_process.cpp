#include "tools/bench/broker_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <thread>

#include "tools/bench/bench_error.hpp"
#include "tools/bench/clock.hpp"
#include "tools/bench/interruption.hpp"

namespace tern::bench {

namespace fs = std::filesystem;

namespace {

constexpr int start_ms_max = 20'000;
constexpr auto stop_time_max = std::chrono::seconds(20);

std::string end_of(const fs::path& log) {
    std::ifstream file(log);
    std::stringstream text;
    text << file.rdbuf();
    const auto all = text.str();
    return all.size() <= 2000 ? all : all.substr(all.size() - 2000);
}

/// The child's side of the start: only calls that are safe between fork and exec.
[[noreturn]] void become(const char* const* arguments, int ready_pipe, int log) {
    // A broker of ours must not outlive us, however we end.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(ready_pipe, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execv(arguments[0], const_cast<char* const*>(arguments));
    _exit(127);
}

/// The first line that the pipe brings; empty when it ends or nothing comes in time.
std::string first_line(int pipe) {
    std::string line;
    for (;;) {
        pollfd waiting{pipe, POLLIN, 0};
        const int ready = poll(&waiting, 1, start_ms_max);
        stop_if_interrupted();
        if (ready < 0 && errno == EINTR) continue;
        char byte = 0;
        if (ready <= 0 || read(pipe, &byte, 1) != 1) return {};
        if (byte == '\n') return line;
        line.push_back(byte);
    }
}

}  // namespace

fs::path find_ternd(const std::string& named) {
    const auto self = fs::read_symlink("/proc/self/exe").parent_path();
    // Beside this program where both are installed, else where the build leaves it.
    const auto candidates = named.empty() ? std::vector<fs::path>{self / "ternd", self / "../../broker/ternd"}
                                          : std::vector<fs::path>{named};
    for (const auto& candidate : candidates)
        if (access(candidate.c_str(), X_OK) == 0) return fs::canonical(candidate);
    throw BadOption(named.empty() ? "There is no ternd beside tern-bench: name one with --ternd, or a running broker "
                                    "with --server."
                                  : fmt::format("--ternd: {} is not a program.", named));
}

Endpoint endpoint_in(const std::string& ready_line) {
    const std::string host = "127.0.0.1";
    const auto at = ready_line.find(host + ":");
    if (at == std::string::npos)
        throw BenchError(fmt::format("ternd's first line names no address: '{}'.", ready_line));
    const auto port = at + host.size() + 1;
    return {host, ready_line.substr(port, ready_line.find_first_not_of("0123456789", port) - port)};
}

Endpoint http_endpoint_in(const std::string& ready_line) {
    const auto http = ready_line.find("http ");
    return endpoint_in(http == std::string::npos ? "" : ready_line.substr(http));
}

BrokerProcess::BrokerProcess(const fs::path& ternd, const fs::path& data, const fs::path& log) {
    int pipe_ends[2];
    if (pipe2(pipe_ends, O_CLOEXEC) != 0) throw BenchError("Cannot make a pipe.");
    const int log_file = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    const auto program = ternd.string(), folder = data.string();
    const char* const arguments[] = {program.c_str(), "--data", folder.c_str(), "--listen",
                                     "127.0.0.1:0",   "--http", "127.0.0.1:0",  nullptr};
    const auto started_at = Clock::now();
    process_ = fork();
    if (process_ == 0) become(arguments, pipe_ends[1], log_file);
    close(pipe_ends[1]);
    if (log_file >= 0) close(log_file);

    try {
        if (process_ < 0) throw BenchError("Cannot start a process.");
        const auto line = first_line(pipe_ends[0]);
        if (line.empty()) throw BenchError(fmt::format("{} did not start. Its log ends:\n{}", program, end_of(log)));
        start_seconds_ = seconds_between(started_at, Clock::now());
        endpoint_ = endpoint_in(line);
        http_endpoint_ = http_endpoint_in(line);
    } catch (...) {
        close(pipe_ends[0]);
        end();
        throw;
    }
    close(pipe_ends[0]);
}

BrokerProcess::~BrokerProcess() {
    end();
}

void BrokerProcess::end() {
    if (process_ <= 0) return;
    kill(process_, SIGTERM);
    const auto patience = Clock::now() + stop_time_max;
    while (waitpid(process_, nullptr, WNOHANG) == 0) {
        if (Clock::now() > patience) kill(process_, SIGKILL);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    process_ = -1;
}

}  // namespace tern::bench
