#pragma once

#include <string>
#include <string_view>

#include "tools/bench/aws_workload.hpp"

namespace tern::bench {

/// What one connection asks for, request after request, as an SDK words it: HTTP/1.1 with keep-alive, JSON 1.0.
class AwsLane {
public:
    AwsLane(const AwsWorkload& workload, const std::string& host);

    /// The next request, whole.
    const std::string& next();
    /// Takes the answer's body; says how many messages it was about. Errors: throws BenchError when it is none.
    std::uint64_t take(std::string_view body);

private:
    enum class Kind : std::uint8_t { send, send_batch, receive, remove };

    const AwsMix mix_;
    const std::string queue_url_;
    const std::string send_;
    const std::string send_batch_;
    const std::string receive_;
    const std::string host_;
    Kind kind_;
    std::string remove_;
};

/// POST / with the fields of an SDK's request.
std::string aws_request(const std::string& host, std::string_view operation, std::string_view body);
/// A receive that waits for 20 s.
std::string long_poll_request(const std::string& host, const std::string& queue);
std::string create_queue_request(const std::string& host, const std::string& queue);
std::string delete_queue_request(const std::string& host, const std::string& queue);

}  // namespace tern::bench
