#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tern_generated.h"

namespace tern::bench {

struct Endpoint {
    std::string host;
    std::string port;
};

/// From "HOST:PORT". Errors: throws BadOption.
Endpoint parse_endpoint(const std::string& text);
std::string to_string(const Endpoint& endpoint);
/// A connected socket. Errors: throws BenchError.
int connect_to(const Endpoint& endpoint);

/// A TCP connection that carries frames and never blocks once it is open. Not to be used from two threads.
/// Errors: every function throws BenchError when the connection fails or the peer closes it.
class Connection {
public:
    /// Connects and says hello; the peer's welcome is verified, and with it that the peer is a Tern broker. Later
    /// answers are trusted to be well-formed FlatBuffers, since a verifier's work would be measured along with the
    /// broker's.
    explicit Connection(const Endpoint& endpoint);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    int descriptor() const { return descriptor_; }

    /// Puts the frame behind what is to be written.
    void append(std::string_view frame) { output_.append(frame); }
    /// Writes what the socket takes; true when nothing is left.
    bool write();
    /// Reads once and calls `on_reply` with every whole answer; an answer is valid during the call.
    void read(const std::function<void(const protocol::wire::Reply&)>& on_reply);

    /// Writes all that is to be written, waits, and calls `on_reply` with every answer of one reading: none or more.
    void await(const std::function<void(const protocol::wire::Reply&)>& on_reply);

    /// Sends one request and waits for its answer, which is verified; nothing else may be under way.
    /// The answer is valid until the next call. Errors: also when the broker refuses the request.
    const protocol::wire::Reply& call(std::string_view frame);

private:
    void wait_for(short events);
    void receive();
    bool take_frame(std::string_view& frame);

    int descriptor_;
    std::string output_;
    std::size_t written_ = 0;
    /// 8-byte units: FlatBuffers are read in place, and must be aligned for that.
    std::vector<std::uint64_t> input_;
    std::size_t input_begin_;
    std::size_t input_end_;
    std::vector<std::uint64_t> aligned_;
};

/// "send: overloaded (The broker has as much work …)": how a refusal is told.
std::string refusal(std::string_view request, std::uint16_t status, const flatbuffers::String* message);

}  // namespace tern::bench
