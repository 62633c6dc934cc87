#pragma once

#include <flatbuffers/flatbuffer_builder.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/framing.hpp"
#include "tern/queue.hpp"
#include "tern_generated.h"

/// What the requests have in common on their way into bytes.
namespace tern::detail {

namespace wire = protocol::wire;
using Builder = flatbuffers::FlatBufferBuilder;
using Text = flatbuffers::Offset<flatbuffers::String>;

/// Absent when empty.
inline Text text(Builder& builder, std::string_view bytes) {
    return bytes.empty() ? Text() : builder.CreateString(bytes.data(), bytes.size());
}

inline auto binary(Builder& builder, std::string_view bytes) {
    return builder.CreateVector(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

/// -1 stands for "not given".
inline std::int64_t duration(const std::optional<std::chrono::milliseconds>& time) {
    return time ? time->count() : -1;
}

template <class Body>
constexpr wire::RequestBody kind_of = wire::RequestBodyTraits<Body>::enum_value;

/// The whole frame of a request with this body.
template <class Body>
std::string frame_of(Builder& builder, std::uint64_t id, flatbuffers::Offset<Body> body) {
    builder.Finish(wire::CreateRequest(builder, id, kind_of<Body>, body.Union()), wire::RequestIdentifier());
    std::string frame(protocol::frame_header_bytes, '\0');
    protocol::store_frame_length(frame.data(), builder.GetSize());
    frame.append(reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize());
    return frame;
}

}  // namespace tern::detail
