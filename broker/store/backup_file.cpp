#include "broker/store/backup_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "broker/store/data_folder.hpp"
#include "broker/store/lmdb_calls.hpp"
#include "broker/store/store.hpp"

namespace tern::store {
namespace {

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
    throw StoreFailure("Cannot write the backup " + path + ": " + why);
}

std::uint64_t copy_to(MDB_env* environment, const std::string& file) {
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) throw StoreFailure(system_error_text() + ".");

    struct stat status {};
    std::string fault;
    try {
        lmdb::copy_compacted(environment, descriptor);
        if (::fsync(descriptor) != 0 || ::fstat(descriptor, &status) != 0) fault = system_error_text() + ".";
    } catch (const StoreFailure& failure) {
        fault = failure.what();
    }
    ::close(descriptor);
    if (!fault.empty()) throw StoreFailure(fault);
    return static_cast<std::uint64_t>(status.st_size);
}

std::string parent_of(const std::string& path) {
    const auto parent = std::filesystem::path(path + "/").lexically_normal().parent_path().parent_path();
    return parent.empty() ? "." : parent.string();
}

}  // namespace

std::uint64_t write_backup(MDB_env* environment, const std::string& path) {
    if (path.empty()) refuse("folder", "no path was given; name a folder that does not exist yet.");
    if (::mkdir(path.c_str(), 0700) != 0) {
        if (errno == EEXIST) refuse(path, "it exists already; name a folder that does not exist yet.");
        refuse(path, system_error_text() + "; name a place that the broker may write to.");
    }
    try {
        const auto bytes = copy_to(environment, data_file_in(path));
        flush_folder(path);
        flush_folder(parent_of(path));
        return bytes;
    } catch (const StoreFailure& failure) {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
        refuse(path, failure.what());
    }
}

}  // namespace tern::store
