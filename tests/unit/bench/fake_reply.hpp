#pragma once

#include <cstdint>
#include <string>

#include "tern_generated.h"

namespace tern::bench {

/// The frame of an answer that refuses nothing.
template <class Body>
std::string reply_frame(flatbuffers::FlatBufferBuilder& builder, std::uint64_t id, flatbuffers::Offset<Body> body) {
    constexpr auto type = protocol::wire::ReplyBodyTraits<Body>::enum_value;
    builder.Finish(protocol::wire::CreateReply(builder, id, 0, 0, type, body.Union()));
    const auto length = builder.GetSize();
    std::string frame(reinterpret_cast<const char*>(&length), sizeof length);
    return frame.append(reinterpret_cast<const char*>(builder.GetBufferPointer()), length);
}

}  // namespace tern::bench
