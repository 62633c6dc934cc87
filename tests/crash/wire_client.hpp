#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "clients/cpp/source/encode.hpp"
#include "protocol/framing.hpp"
#include "tern/detail/operations.hpp"
#include "tern_generated.h"

namespace tern::crash {

namespace wire = protocol::wire;

/// The connection ended: whatever was not answered was perhaps executed.
struct ConnectionLost : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// An answer and the bytes it lies in. Verified.
class ReplyFrame {
public:
    explicit ReplyFrame(protocol::FrameBytes&& frame);
    const wire::Reply& operator*() const { return *reply_; }
    std::string_view bytes() const { return frame_.view(); }
    const wire::Reply* operator->() const { return reply_; }

private:
    protocol::FrameBytes frame_;
    const wire::Reply* reply_;
};

/// The verified reply, or request, in a frame. Errors: throws std::runtime_error when it is none.
const wire::Reply* verified_reply(std::string_view frame);
const wire::Request* verified_request(std::string_view frame);

struct TestMessage {
    std::string body;
    std::string group = {};
    std::int64_t delay_ms = -1;
};

struct TestReceive {
    std::string queue;
    std::uint32_t messages_max = 1;
    std::int64_t visibility_ms = -1;
    std::int64_t wait_ms = -1;
};

struct TestVisibility {
    std::string receipt_handle;
    std::int64_t visibility_ms = 0;
};

/// A blocking connection that knows exactly what it has written and what was answered: no retries, no reconnecting.
/// A request returns its id; answers may come in another order. Errors: every function throws ConnectionLost.
class WireClient {
public:
    explicit WireClient(std::uint16_t port);
    ~WireClient();
    WireClient(const WireClient&) = delete;
    WireClient& operator=(const WireClient&) = delete;

    struct QueueTraits {
        bool fifo = false;
        std::int64_t visibility_ms = -1;
        std::int64_t message_bytes_max = -1;
    };
    std::uint64_t create_queue(const std::string& name, const QueueTraits& traits);
    std::uint64_t set_visibility(const std::string& queue, std::int64_t visibility_ms);
    std::uint64_t delete_queue(const std::string& name);
    std::uint64_t purge(const std::string& queue);
    /// FIFO messages are sent with their body as deduplication id, up to its first '|'.
    std::uint64_t send(const std::string& queue, const std::vector<TestMessage>& messages);
    std::uint64_t receive(const TestReceive& receive);
    std::uint64_t remove(const std::string& queue, const std::vector<std::string>& receipt_handles);
    std::uint64_t change_visibility(const std::string& queue, const std::vector<TestVisibility>& changes);

    /// A request of the client library: `make` gives the operation for an id.
    template <class Make>
    std::uint64_t ask(Make make) {
        const auto operation = make(++last_request_);
        write(operation.frame);
        return operation.id;
    }
    /// Asks and waits for the answer, nothing else being under way: the value, or the refusal.
    template <class Make>
    auto execute(Make make) {
        const auto operation = make(++last_request_);
        write(operation.frame);
        const auto reply = await();
        return operation.read(reply.bytes());
    }

    /// The next answer, whichever request it is to.
    ReplyFrame await();
    /// Does one request and gives its answer; nothing else may be under way.
    ReplyFrame call(std::uint64_t /*request*/) { return await(); }

private:
    template <class Body>
    std::uint64_t request(detail::Builder& builder, flatbuffers::Offset<Body> body);
    void write(std::string_view bytes);

    int descriptor_;
    std::uint64_t last_request_ = 0;
    protocol::FrameReader reader_{protocol::frame_bytes_max};
};

}  // namespace tern::crash
