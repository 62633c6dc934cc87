#include "tests/conformance/kafka/kcat.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

extern char** environ;

namespace tern::conformance::kafka {
namespace {

/// A folder that is gone with this object.
class Folder {
public:
    Folder() {
        auto name = (std::filesystem::temp_directory_path() / "tern-kcat-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
        path = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string path;
};

std::string contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

int run(std::vector<std::string> words, const std::string& input, const std::string& output,
        const std::string& errors) {
    std::vector<char*> pointers;
    for (auto& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    constexpr int create = O_WRONLY | O_CREAT | O_TRUNC;
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, input.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output.c_str(), create, 0600);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, errors.c_str(), create, 0600);
    pid_t process = -1;
    const int failed = ::posix_spawnp(&process, pointers[0], &files, nullptr, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    if (failed != 0) return 127;
    int status = 0;
    while (::waitpid(process, &status, 0) != process) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

bool kcat_is_there() {
    return run({"kcat", "-V"}, "/dev/null", "/dev/null", "/dev/null") == 0;
}

KcatRun kcat(const std::vector<std::string>& arguments, const std::string& input) {
    const Folder folder;
    const auto file = [&](const char* name) { return folder.path + '/' + name; };
    std::ofstream(file("input"), std::ios::binary) << input;
    // Another home: not the settings of whoever runs the test.
    std::vector<std::string> words = {"timeout", "--kill-after=5", "30", "env", "HOME=" + folder.path, "kcat"};
    words.insert(words.end(), arguments.begin(), arguments.end());

    KcatRun result;
    result.exit_code = run(words, file("input"), file("output"), file("errors"));
    result.output = contents(file("output"));
    result.errors = contents(file("errors"));
    return result;
}

}  // namespace tern::conformance::kafka
