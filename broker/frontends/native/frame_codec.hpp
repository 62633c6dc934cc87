#pragma once

#include <algorithm>

#include "broker/frontends/native/codec.hpp"
#include "broker/frontends/native/frame_writer.hpp"
#include "broker/frontends/native/request_weight.hpp"
#include "protocol/limits.hpp"
#include "tern_generated.h"

namespace tern::native {

/// Frames of FlatBuffers (protocol/tern.fbs). Requests come without their length, replies leave with it.
class FrameCodec final : public Codec {
public:
    std::optional<Asked> read(protocol::FrameBytes& bytes) override {
        const auto* request = verified_request(bytes.view());
        if (!request) return std::nullopt;
        const auto told = told_bytes(*request);
        if (told > protocol::frame_bytes_max) {
            return Asked{id_of(*request), Refusal{Errc::request_malformed,
                                                  "its entries share bytes: together they "
                                                  "are longer than a frame may be"}};
        }
        Asked asked{id_of(*request), demand_of(*request)};
        // It weighs as much as what it leads to.
        bytes.size = std::max(bytes.size, told);
        return asked;
    }
    bool hello_required() const override { return true; }
    FrameWriter& writer() override { return writer_; }

private:
    FrameWriter writer_;
};

}  // namespace tern::native
