#include "tests/crash/broker_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <regex>
#include <utility>

namespace tern::crash {
namespace {

constexpr int ready_patience_ms = 60'000;

std::string end_of_log(const std::string& file) {
    std::ifstream input(file);
    const std::string all(std::istreambuf_iterator<char>(input), {});
    constexpr std::size_t shown = 2000;
    return all.size() > shown ? all.substr(all.size() - shown) : all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (auto& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added) {
    std::vector<std::string> environment;
    for (char** at = environ; *at != nullptr; ++at) {
        const std::string entry = *at;
        // The broker's own settings come from its arguments alone.
        if (!entry.starts_with("TERN_")) environment.push_back(entry);
    }
    for (const auto& [name, value] : added) environment.push_back(name + "=" + value);
    return environment;
}

std::uint16_t port_after(const std::string& line, const std::string& word) {
    std::smatch match;
    if (!std::regex_search(line, match, std::regex(word + R"( [^ ]*:(\d+))"))) return 0;
    return static_cast<std::uint16_t>(std::stoul(match[1]));
}

}  // namespace

BrokerProcess::BrokerProcess(const BrokerOptions& options) {
    std::vector<std::string> arguments = {options.program, "--data",      options.data,  "--listen",
                                          "127.0.0.1:0",   "--http",      "127.0.0.1:0", "--config",
                                          "/dev/null",     "--log-level", "info"};
    arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
    auto environment = environment_with(options.environment);
    const auto argument_pointers = pointers_to(arguments);
    const auto environment_pointers = pointers_to(environment);

    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw TestFailure("cannot make a pipe");
    const int log = ::open(options.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log < 0) throw TestFailure("cannot write " + options.log);
    const auto parent = ::getpid();
    process_ = ::fork();
    if (process_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(127);
        ::dup2(ends[1], STDOUT_FILENO);
        ::dup2(log, STDERR_FILENO);
        ::execve(options.program.c_str(), argument_pointers.data(), environment_pointers.data());
        ::_exit(127);
    }
    ::close(log);
    ::close(ends[1]);
    output_ = ends[0];
    try {
        if (process_ < 0) throw TestFailure("cannot start a process");
        read_ready_line(options);
    } catch (...) {
        this->~BrokerProcess();
        throw;
    }
}

BrokerProcess::~BrokerProcess() {
    if (process_ > 0) {
        ::kill(process_, SIGKILL);
        ::waitpid(process_, nullptr, 0);
    }
    if (output_ >= 0) ::close(output_);
    process_ = output_ = -1;
}

void BrokerProcess::read_ready_line(const BrokerOptions& options) {
    while (!ready_line_.ends_with('\n')) {
        pollfd waited{output_, POLLIN, 0};
        char byte = 0;
        if (::poll(&waited, 1, ready_patience_ms) <= 0 || ::read(output_, &byte, 1) != 1)
            throw TestFailure("ternd did not become ready; its log ends with:\n" + end_of_log(options.log));
        ready_line_ += byte;
    }
    ready_line_.pop_back();
    port_ = port_after(ready_line_, "native");
    http_port_ = port_after(ready_line_, "http");
    if (port_ == 0) throw TestFailure("ternd's first line names no port: " + ready_line_);
}

void BrokerProcess::signal(int number) const {
    ::kill(process_, number);
}

Ending BrokerProcess::wait(int patience_ms) {
    // A descriptor of the process can be waited for with a time limit, unlike the process itself.
    const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, process_, 0));
    if (descriptor < 0) throw TestFailure("cannot wait for ternd");
    pollfd waited{descriptor, POLLIN, 0};
    const int ready = ::poll(&waited, 1, patience_ms);
    ::close(descriptor);
    if (ready != 1) throw TestFailure("ternd did not end within " + std::to_string(patience_ms) + " ms");
    int status = 0;
    ::waitpid(std::exchange(process_, -1), &status, 0);
    return {WIFSIGNALED(status), WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status)};
}

}  // namespace tern::crash
