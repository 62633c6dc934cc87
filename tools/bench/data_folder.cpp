#include "tools/bench/data_folder.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <fstream>
#include <sstream>
#include <string_view>

#include "tools/bench/bench_error.hpp"

namespace tern::bench {

namespace fs = std::filesystem;

namespace {

bool holds(const std::string& mount_point, const std::string& path) {
    if (mount_point == "/") return true;
    return path.starts_with(mount_point) && (path.size() == mount_point.size() || path[mount_point.size()] == '/');
}

}  // namespace

FileSystem file_system_of(const fs::path& path) {
    const auto wanted = fs::canonical(path).string();
    std::ifstream mounts("/proc/self/mounts");
    FileSystem found;
    std::size_t longest = 0;
    for (std::string line; std::getline(mounts, line);) {
        std::istringstream fields(line);
        std::string device, mount_point, type;
        fields >> device >> mount_point >> type;
        // Of two mounts at one place the later one is what is seen.
        if (!holds(mount_point, wanted) || mount_point.size() < longest) continue;
        longest = mount_point.size();
        found = {type, device};
    }
    return found;
}

void require_disk(const fs::path& path) {
    const auto type = file_system_of(path).type;
    if (type != "tmpfs" && type != "ramfs") return;
    throw BadOption(
        fmt::format("{} lies in memory ({}), where a flush costs nothing: name a folder on a disk with "
                    "--data, or insist with --allow-memory.",
                    fs::canonical(path).string(), type));
}

ScratchFolder::ScratchFolder(const fs::path& parent) {
    if (!fs::is_directory(parent)) throw BadOption(fmt::format("--data: there is no folder {}.", parent.string()));
    auto name = (fs::canonical(parent) / "tern-bench-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw BadOption(fmt::format("Cannot make a folder in {}.", parent.string()));
    path_ = name;
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;  // what cannot be removed is left, there is nobody to tell
    fs::remove_all(path_, ignored);
}

fs::path ScratchFolder::make(const std::string& name) const {
    auto folder = path_ / name;
    fs::create_directory(folder);
    return folder;
}

}  // namespace tern::bench
