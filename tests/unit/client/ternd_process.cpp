#include "tests/unit/client/ternd_process.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <vector>

namespace tern {

TemporaryFolder::TemporaryFolder() {
    auto pattern = (std::filesystem::temp_directory_path() / "tern-test-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error("cannot make a temporary folder");
    path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

TerndProcess::TerndProcess() {
    start();
}

void TerndProcess::restart() {
    start();
}

void TerndProcess::start() {
    const char* const program = std::getenv("TERN_TEST_TERND");
    if (!program) throw std::runtime_error("TERN_TEST_TERND must name the broker's program");
    std::array<int, 2> pipe_ends{};
    if (::pipe(pipe_ends.data()) != 0) throw std::runtime_error("cannot make a pipe");

    const std::vector<std::string> arguments = {
        program, "--data", (folder_.path() / "data").string(), "--listen", address_.text(), "--http", "127.0.0.1:0"};
    std::vector<char*> pointers;
    for (const auto& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
    pointers.push_back(nullptr);

    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, pipe_ends[0]);
    const int failed = ::posix_spawn(&process_, program, &actions, nullptr, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(pipe_ends[1]);
    const std::unique_ptr<FILE, int (*)(FILE*)> out(::fdopen(pipe_ends[0], "r"), ::fclose);
    if (failed) throw std::runtime_error("cannot start the broker");

    // One line when it is ready: "tern VERSION ready: native HOST:PORT, http ...".
    std::array<char, 512> line{};
    if (!std::fgets(line.data(), line.size(), out.get())) throw std::runtime_error("the broker did not get ready");
    const std::string text(line.data());
    const auto begin = text.find("native ") + 7;
    address_ = ServerAddress::parse(text.substr(begin, text.find(',', begin) - begin));
}

void TerndProcess::kill() {
    if (process_ < 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
}

}  // namespace tern
