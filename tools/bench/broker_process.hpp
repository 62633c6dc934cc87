#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "tools/bench/connection.hpp"

namespace tern::bench {

/// The ternd to measure: the one named, or the one beside this program. Errors: throws BadOption when there is none.
std::filesystem::path find_ternd(const std::string& named);

/// The address of the native protocol, the first on 127.0.0.1 in the line that ternd prints when it is ready.
/// Errors: throws BenchError when the line names none.
Endpoint endpoint_in(const std::string& ready_line);
/// That of HTTP and WebSockets. Errors: as endpoint_in.
Endpoint http_endpoint_in(const std::string& ready_line);

/// A broker of our own on free ports of the loopback interface. It ends with this object, and with this process.
class BrokerProcess {
public:
    /// Returns when the broker is ready. `data` is its data folder; its log goes to `log`.
    /// Errors: throws BenchError with the end of its log when it does not start.
    BrokerProcess(const std::filesystem::path& ternd, const std::filesystem::path& data,
                  const std::filesystem::path& log);
    ~BrokerProcess();
    BrokerProcess(const BrokerProcess&) = delete;
    BrokerProcess& operator=(const BrokerProcess&) = delete;

    const Endpoint& endpoint() const { return endpoint_; }
    const Endpoint& http_endpoint() const { return http_endpoint_; }
    pid_t process() const { return process_; }
    /// From the start of the process to the line that says that it is ready.
    double start_seconds() const { return start_seconds_; }

private:
    void end();

    pid_t process_ = -1;
    double start_seconds_ = 0;
    Endpoint endpoint_;
    Endpoint http_endpoint_;
};

}  // namespace tern::bench
