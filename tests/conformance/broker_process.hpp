#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace tern::conformance {

/// How a process ended, and what it wrote.
struct Ended {
    int exit_code = -1;
    std::string output;
    std::string errors;
    double seconds = 0;
};

/// Runs the broker with these arguments until it ends by itself.
Ended run_ternd(const std::vector<std::string>& arguments);

/// A folder that is gone with this object.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    std::string path;
};

/// The real broker on free ports, in a folder of its own unless the arguments name one; ended with this object.
class BrokerProcess {
public:
    explicit BrokerProcess(std::vector<std::string> arguments = {});
    ~BrokerProcess();
    BrokerProcess(const BrokerProcess&) = delete;
    BrokerProcess& operator=(const BrokerProcess&) = delete;

    /// Sends the signal and waits for the end.
    Ended end(int signal);

    const TemporaryFolder folder;
    std::string ready_line;
    std::uint16_t native_port = 0;
    std::uint16_t http_port = 0;

private:
    pid_t process_ = -1;
    int output_ = -1;
    int errors_ = -1;
};

/// A TCP connection to a port of this machine that speaks bytes.
class RawConnection {
public:
    explicit RawConnection(std::uint16_t port);
    ~RawConnection();
    RawConnection(RawConnection&& other) noexcept;
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;

    /// False when the other side has closed the connection.
    bool send(const std::string& bytes);
    /// What comes until `end` has come, the other side closes, or nothing has come for `patience_ms`.
    std::string read_until(const std::string& end, int patience_ms = 20'000);
    /// Everything until the other side closes; `closed` tells whether it did.
    std::string read_to_end(int patience_ms = 20'000);

    bool closed = false;

private:
    bool read_some(std::string& to, int patience_ms);

    int socket_;
};

}  // namespace tern::conformance
