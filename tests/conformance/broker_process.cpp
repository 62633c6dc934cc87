#include "tests/conformance/broker_process.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <utility>

namespace tern::conformance {
namespace {

struct Child {
    pid_t process = -1;
    int output = -1;
    int errors = -1;
};

Child start(const std::vector<std::string>& arguments) {
    const char* const program = std::getenv("TERND");
    REQUIRE_MESSAGE(program != nullptr, "the environment variable TERND must name the broker's program");
    int output[2];
    int errors[2];
    REQUIRE_EQ(::pipe2(output, O_CLOEXEC), 0);
    REQUIRE_EQ(::pipe2(errors, O_CLOEXEC), 0);

    const pid_t process = ::fork();
    REQUIRE_GE(process, 0);
    if (process == 0) {
        ::dup2(output[1], STDOUT_FILENO);
        ::dup2(errors[1], STDERR_FILENO);
        std::vector<char*> words = {const_cast<char*>(program)};
        for (const auto& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
        words.push_back(nullptr);
        ::execv(program, words.data());
        ::_exit(127);
    }
    ::close(output[1]);
    ::close(errors[1]);
    return {process, output[0], errors[0]};
}

std::string read_all(int descriptor) {
    std::string text;
    char bytes[4096];
    for (ssize_t count; (count = ::read(descriptor, bytes, sizeof bytes)) > 0;) {
        text.append(bytes, static_cast<std::size_t>(count));
    }
    ::close(descriptor);
    return text;
}

Ended wait_for(const Child& child) {
    const auto start = std::chrono::steady_clock::now();
    Ended ended;
    ended.output = read_all(child.output);
    ended.errors = read_all(child.errors);
    int status = 0;
    REQUIRE_EQ(::waitpid(child.process, &status, 0), child.process);
    ended.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    ended.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return ended;
}

}  // namespace

Ended run_ternd(const std::vector<std::string>& arguments) {
    return wait_for(start(arguments));
}

TemporaryFolder::TemporaryFolder() {
    auto name = (std::filesystem::temp_directory_path() / "tern-conformance-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
}

BrokerProcess::BrokerProcess(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"});
    if (std::ranges::find(arguments, "--data") == arguments.end()) {
        arguments.insert(arguments.end(), {"--data", folder.path + "/data"});
    }
    const auto child = start(arguments);
    process_ = child.process;
    output_ = child.output;
    errors_ = child.errors;
    for (char c = 0; ::read(output_, &c, 1) == 1 && c != '\n';) ready_line += c;

    std::smatch match;
    const std::regex ready(R"(tern \S+ ready: native 127\.0\.0\.1:(\d+), http 127\.0\.0\.1:(\d+), data /.*, \d+ ms)");
    REQUIRE_MESSAGE(std::regex_match(ready_line, match, ready), ready_line);
    native_port = static_cast<std::uint16_t>(std::stoi(match[1]));
    http_port = static_cast<std::uint16_t>(std::stoi(match[2]));
}

BrokerProcess::~BrokerProcess() {
    if (process_ > 0) end(SIGKILL);
}

Ended BrokerProcess::end(int signal) {
    ::kill(process_, signal);
    return wait_for({std::exchange(process_, -1), output_, errors_});
}

RawConnection::RawConnection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
}

RawConnection::RawConnection(RawConnection&& other) noexcept
    : closed(other.closed),
      socket_(std::exchange(other.socket_, -1)) {}

RawConnection::~RawConnection() {
    if (socket_ >= 0) ::close(socket_);
}

bool RawConnection::send(const std::string& bytes) {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

bool RawConnection::read_some(std::string& to, int patience_ms) {
    pollfd poll{socket_, POLLIN, 0};
    if (closed || ::poll(&poll, 1, patience_ms) != 1) return false;
    char bytes[4096];
    const auto count = ::recv(socket_, bytes, sizeof bytes, 0);
    closed = count <= 0;
    if (!closed) to.append(bytes, static_cast<std::size_t>(count));
    return !closed;
}

std::string RawConnection::read_until(const std::string& end, int patience_ms) {
    std::string text;
    while (text.find(end) == std::string::npos && read_some(text, patience_ms)) {
    }
    return text;
}

std::string RawConnection::read_to_end(int patience_ms) {
    std::string text;
    while (read_some(text, patience_ms)) {
    }
    return text;
}

}  // namespace tern::conformance
