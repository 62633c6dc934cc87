#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>

#include "protocol/framing.hpp"
#include "tern/detail/operations.hpp"

namespace tern::conformance {

/// A connection that speaks the native protocol frame by frame: what it sends, and when it reads, is up to the test.
class WireClient {
public:
    /// Connects and says hello.
    explicit WireClient(std::uint16_t port);
    ~WireClient();
    WireClient(const WireClient&) = delete;
    WireClient& operator=(const WireClient&) = delete;

    std::uint64_t next_id() { return ++last_id_; }
    void send(const std::string& frame);
    /// The reply to this request; others are kept. Throws when none comes within 20 s, or the connection ends.
    std::string reply(std::uint64_t id);
    /// Whether the reply has come, without waiting for more than what is there.
    bool has_reply(std::uint64_t id);
    void cancel(std::uint64_t id);
    /// Closes at once.
    void hang_up();

    /// Waits for the answer to an operation that was sent.
    template <class T>
    Outcome<T> answer(const detail::Operation<T>& operation) {
        return operation.read(reply(operation.id));
    }
    template <class T>
    Outcome<T> execute(const detail::Operation<T>& operation) {
        send(operation.frame);
        return answer(operation);
    }

private:
    bool read_some(int patience_ms);

    int socket_;
    std::uint64_t last_id_ = 0;
    protocol::FrameReader reader_{protocol::frame_bytes_max};
    std::map<std::uint64_t, std::string> replies_;
};

}  // namespace tern::conformance
