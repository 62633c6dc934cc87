#include "broker/store/data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

#include "broker/store/last_commit.hpp"
#include "broker/store/lmdb_header.hpp"
#include "broker/store/store.hpp"

namespace tern::store {
namespace {

/// "the network file system NFS", or nothing for an ordinary one. Numbers from statfs(2).
std::optional<std::string> doubtful_file_system(const std::string& folder) {
    struct statfs file_system;
    if (::statfs(folder.c_str(), &file_system) != 0) return std::nullopt;
    switch (static_cast<std::uint32_t>(file_system.f_type)) {
        case 0x6969: return "the network file system NFS";
        case 0x517B:
        case 0xFF534D42:
        case 0xFE534D42: return "a network file system of the SMB family";
        case 0x00C36400: return "the network file system Ceph";
        case 0x5346414F: return "the network file system AFS";
        case 0x01021997: return "a file system shared by 9P";
        case 0x65735546: return "a file system in user space (FUSE)";
        case 0x794C7630: return "an overlay file system, such as a container's own layer";
        default: return std::nullopt;
    }
}

void make_folder(const std::string& folder) {
    if (std::filesystem::is_directory(folder)) return;
    std::error_code error;
    const auto parent = std::filesystem::path(folder).lexically_normal().parent_path();
    if (!parent.empty()) std::filesystem::create_directories(parent, error);
    if (error || (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)) {
        const auto why = error ? error.message() : system_error_text();
        throw StoreFailure("Cannot make the data folder " + folder + " (" + why +
                           "); choose a place that this user may write to.");
    }
    flush_folder(parent.empty() ? "." : parent.string());
}

}  // namespace

std::string data_file_in(const std::string& folder) {
    return folder + "/" + std::string(data_file_name);
}

FolderLock::FolderLock(const std::string& folder) {
    make_folder(folder);
    const auto file = folder + "/" + std::string(lock_file_name);
    descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor_ < 0) {
        throw StoreFailure("Cannot write to the data folder " + folder + " (" + system_error_text() +
                           "); give this user the right to, or choose another folder.");
    }
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        const auto why = errno == EWOULDBLOCK ? std::string("another broker is using it") : system_error_text();
        ::close(descriptor_);
        throw StoreFailure("Cannot use the data folder " + folder + ": " + why +
                           "; stop that broker or choose another folder.");
    }
}

FolderLock::~FolderLock() {
    ::close(descriptor_);
}

std::vector<std::string> file_system_warnings(const std::string& folder) {
    const auto doubtful = doubtful_file_system(folder);
    if (!doubtful) return {};
    return {"The data folder " + folder + " is on " + *doubtful +
            ", which may not keep what it confirmed in a power cut; put it on a local disk."};
}

bool has_data_file(const std::string& folder) {
    const auto file = data_file_in(folder);
    struct stat status;
    if (::stat(file.c_str(), &status) != 0 && errno == ENOENT) return false;

    const auto fault = lmdb_header_fault(file);
    if (!fault) return true;
    throw StoreFailure("The file " + file + " is not a whole Tern data file: " + *fault +
                       "; choose another data folder, or restore this one from a backup.");
}

void undo_cut_off_commit_if_unused(const std::string& folder) {
    const auto lock = folder + "/" + std::string(lock_file_name);
    const int descriptor = ::open(lock.c_str(), O_RDWR | O_CLOEXEC);
    // Without a lock file no broker has ever been here: a copy of a folder, perhaps.
    const bool unused = descriptor < 0 ? errno == ENOENT : ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
    if (unused && ::access(data_file_in(folder).c_str(), W_OK) == 0) undo_cut_off_commit(data_file_in(folder));
    if (descriptor >= 0) ::close(descriptor);
}

void flush_folder(const std::string& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool flushed = descriptor >= 0 && ::fsync(descriptor) == 0;
    const auto why = flushed ? std::string() : system_error_text();
    if (descriptor >= 0) ::close(descriptor);
    if (!flushed) throw StoreFailure("Cannot flush the folder " + folder + " (" + why + ").");
}

std::string system_error_text() {
    return std::error_code(errno, std::system_category()).message();
}

}  // namespace tern::store
