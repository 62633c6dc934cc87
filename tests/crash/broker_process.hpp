#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace tern::crash {

/// The test cannot go on: a sentence for people.
struct TestFailure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct BrokerOptions {
    std::string program;
    std::string data;
    /// Its log is appended here.
    std::string log;
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment;
};

/// How a process ended.
struct Ending {
    bool by_signal = false;
    int code_or_signal = 0;
};

/// A real ternd on free ports of the loopback interface. It never outlives this object or this process.
class BrokerProcess {
public:
    /// Returns when it has said that it is ready. Errors: throws TestFailure with the end of its log.
    explicit BrokerProcess(const BrokerOptions& options);
    ~BrokerProcess();
    BrokerProcess(const BrokerProcess&) = delete;
    BrokerProcess& operator=(const BrokerProcess&) = delete;

    std::uint16_t port() const { return port_; }
    std::uint16_t http_port() const { return http_port_; }
    pid_t process() const { return process_; }
    /// What it said of its start: "tern 0.1.0 ready: …, 12 ms".
    const std::string& ready_line() const { return ready_line_; }

    void signal(int number) const;
    /// Waits for the end. Errors: throws TestFailure after `patience_ms`.
    Ending wait(int patience_ms);

private:
    void read_ready_line(const BrokerOptions& options);

    pid_t process_ = -1;
    int output_ = -1;
    std::uint16_t port_ = 0;
    std::uint16_t http_port_ = 0;
    std::string ready_line_;
};

}  // namespace tern::crash
