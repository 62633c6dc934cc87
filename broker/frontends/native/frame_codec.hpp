#pragma once

#include "broker/frontends/native/codec.hpp"
#include "broker/frontends/native/frame_writer.hpp"

namespace tern::native {

/// Frames of FlatBuffers (protocol/tern.fbs). Requests come without their length, replies leave with it.
class FrameCodec final : public Codec {
public:
    std::optional<Asked> read(protocol::FrameBytes& bytes) override {
        const auto* request = verified_request(bytes.view());
        if (!request) return std::nullopt;
        return Asked{id_of(*request), demand_of(*request)};
    }
    bool hello_required() const override { return true; }
    FrameWriter& writer() override { return writer_; }

private:
    FrameWriter writer_;
};

}  // namespace tern::native
