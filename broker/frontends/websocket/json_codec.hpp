#pragma once

#include <optional>

#include "broker/frontends/native/codec.hpp"
#include "broker/frontends/websocket/json_writer.hpp"
#include "broker/runtime/broker.hpp"

namespace tern::websocket {

/// JSON, an object a line (protocol/websocket.md). Requests come without their line end, replies leave with it.
class JsonCodec final : public native::Codec {
public:
    /// The clock of records that are appended.
    explicit JsonCodec(const runtime::Broker& broker) : broker_(broker) {}

    std::optional<native::Asked> read(protocol::FrameBytes& bytes) override;
    bool hello_required() const override { return false; }
    JsonWriter& writer() override { return writer_; }

private:
    const runtime::Broker& broker_;
    JsonWriter writer_;
};

/// What a line asks for; nothing when it is no JSON object, or its id is none. Views in the demand point into `bytes`,
/// which are exchanged for it. The line is UTF-8.
std::optional<native::Asked> read_json_request(protocol::FrameBytes& bytes, Timestamp now);

}  // namespace tern::websocket
