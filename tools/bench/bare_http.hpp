#pragma once

#include <sys/types.h>

#include <string>

#include "tools/bench/connection.hpp"

namespace tern::bench {

/// What an HTTP front end is compared with: a server on Beast in a process of its own that parses every request, and
/// answers each with the same body. One thread, as the broker has for I/O unless told otherwise.
/// Errors: the constructor throws BenchError.
class BareHttp {
public:
    /// `body`: what the broker answers to the same requests. To be made before this process has threads.
    explicit BareHttp(const std::string& body);
    ~BareHttp();
    BareHttp(const BareHttp&) = delete;
    BareHttp& operator=(const BareHttp&) = delete;

    const Endpoint& endpoint() const { return endpoint_; }

private:
    pid_t process_ = -1;
    Endpoint endpoint_;
};

}  // namespace tern::bench
