#pragma once

#include <cstdint>
#include <optional>

#include "broker/frontends/native/reply_writer.hpp"
#include "broker/frontends/native/request.hpp"
#include "protocol/framing.hpp"

namespace tern::native {

/// A request as the session core sees it.
struct Asked {
    /// The reply's ReplyTo::request. A codec may keep more in it than the number that the peer gave, such as which
    /// command it was, so that the reply can be told in its terms.
    std::uint64_t id = 0;
    Demand demand;
};

/// One wire form of the protocol. Two implementations: frames of FlatBuffers, and JSON. One for all sessions of an I/O
/// thread: it remembers nothing of a session.
class Codec {
public:
    virtual ~Codec() = default;
    /// What one request asks for; nothing when the bytes are no message of the protocol, which ends the session. Views
    /// in the demand point into the bytes, which the codec may change for that.
    virtual std::optional<Asked> read(protocol::FrameBytes& bytes) = 0;
    /// Whether a session begins with a hello, and ends without one.
    virtual bool hello_required() const = 0;
    virtual ReplyWriter& writer() = 0;
};

}  // namespace tern::native
