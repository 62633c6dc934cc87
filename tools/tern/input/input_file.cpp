#include "tools/tern/input/input_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "tools/tern/interruption.hpp"
#include "tools/tern/text/quantities.hpp"

namespace tern::cli {

InputFile::InputFile(const std::string& path) {
    if (path == "-") {
        descriptor_ = STDIN_FILENO;
        return;
    }
    descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) throw InputFailure(fmt::format("cannot open {}: {}", path, std::strerror(errno)));
}

InputFile::~InputFile() {
    if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

std::optional<std::uint64_t> InputFile::size() const {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    return static_cast<std::uint64_t>(status.st_size);
}

std::size_t read_some(int descriptor, char* to, std::size_t bytes_max) {
    while (true) {
        const auto bytes = ::read(descriptor, to, bytes_max);
        if (bytes >= 0) return static_cast<std::size_t>(bytes);
        if (errno == EINTR && interrupted()) return 0;
        if (errno != EINTR) throw InputFailure(fmt::format("cannot read the input: {}", std::strerror(errno)));
    }
}

std::string read_whole(const std::string& path, std::size_t bytes_max) {
    const InputFile file(path);
    std::string content;
    std::array<char, 64u << 10> block;
    while (const auto bytes = read_some(file.descriptor(), block.data(), block.size())) {
        content.append(block.data(), bytes);
        if (content.size() > bytes_max) {
            throw InputFailure(fmt::format("{} is longer than {}, the longest there may be",
                                           path == "-" ? "the input" : path, human_bytes(bytes_max)));
        }
    }
    return content;
}

}  // namespace tern::cli
