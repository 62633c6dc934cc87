#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "tern/client_options.hpp"

namespace tern {

/// A folder that goes away with its owner.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// The real broker, in a process of its own, on a free port. The program is named by the environment variable
/// TERN_TEST_TERND.
class TerndProcess {
public:
    TerndProcess();
    /// On the data and the port of one that ended.
    void restart();
    /// SIGKILL, and waits for the end.
    void kill();
    ~TerndProcess() { kill(); }
    TerndProcess(const TerndProcess&) = delete;
    TerndProcess& operator=(const TerndProcess&) = delete;

    ServerAddress address() const { return address_; }
    const std::filesystem::path& folder() const { return folder_.path(); }

private:
    void start();

    TemporaryFolder folder_;
    ServerAddress address_{"127.0.0.1", 0};
    pid_t process_ = -1;
};

}  // namespace tern
