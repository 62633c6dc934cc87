#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "tools/bench/connection.hpp"

namespace tern::bench {

/// A keep-alive connection with one request under way, that never blocks once it is open. Answers come with a
/// Content-Length. Errors: functions throw BenchError when the connection fails, or for an answer other than 200.
class HttpClient {
public:
    explicit HttpClient(const Endpoint& endpoint);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    int descriptor() const { return descriptor_; }
    bool wants_to_write() const { return written_ < request_.size(); }
    void begin(std::string_view request);
    void write();
    /// Reads once; calls `on_body` when an answer is whole. The body is valid during the call.
    void read(const std::function<void(std::string_view)>& on_body);
    /// One request and its answer, waiting.
    std::string call(std::string_view request);

private:
    int descriptor_;
    std::string request_;
    std::size_t written_ = 0;
    std::string input_;
};

}  // namespace tern::bench
