#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

namespace tern::cli {

/// A file or standard input that cannot be read; what() says which and why.
struct InputFailure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A file to read from, or standard input for the name "-". Closed at the end of its life.
class InputFile {
public:
    /// Errors: InputFailure.
    explicit InputFile(const std::string& path);
    ~InputFile();
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;

    int descriptor() const { return descriptor_; }
    /// How long the file is; nothing for a pipe or a terminal.
    std::optional<std::uint64_t> size() const;

private:
    int descriptor_ = -1;
};

/// Reads what is there, up to `bytes_max`; 0 at the end, and when Ctrl-C was caught (interruption.hpp). Errors:
/// InputFailure.
std::size_t read_some(int descriptor, char* to, std::size_t bytes_max);

/// The whole content. Errors: InputFailure, also when it is longer than `bytes_max`.
std::string read_whole(const std::string& path, std::size_t bytes_max);

}  // namespace tern::cli
