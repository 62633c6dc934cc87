#pragma once

#include <filesystem>
#include <string>

namespace tern::bench {

/// Where measured files lie.
struct FileSystem {
    std::string type;
    std::string device;
};

FileSystem file_system_of(const std::filesystem::path& path);

/// Errors: throws BadOption when the path lies in memory, where a flush costs nothing and no figure means anything.
void require_disk(const std::filesystem::path& path);

/// A new, empty folder inside `parent` that is removed with all it holds at the end.
/// Errors: throws BadOption when the parent is not there.
class ScratchFolder {
public:
    explicit ScratchFolder(const std::filesystem::path& parent);
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    /// A folder inside, made now.
    std::filesystem::path make(const std::string& name) const;

private:
    std::filesystem::path path_;
};

}  // namespace tern::bench
