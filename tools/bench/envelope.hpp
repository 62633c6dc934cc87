#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "protocol/limits.hpp"
#include "tern_generated.h"

/// How requests are built so that they can be patched.
namespace tern::bench {

namespace wire = protocol::wire;
using Builder = flatbuffers::FlatBufferBuilder;

/// Any number but 0: FlatBuffers leaves out a field that has its default, and what is left out cannot be patched.
constexpr std::uint64_t unpatched_id = 1;

/// The finished request; valid as long as the builder is not used again.
template <class Body>
std::string_view finish(Builder& builder, flatbuffers::Offset<Body> body) {
    constexpr auto type = wire::RequestBodyTraits<Body>::enum_value;
    wire::FinishRequestBuffer(builder, wire::CreateRequest(builder, unpatched_id, type, body.Union()));
    return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

/// The frame that carries the envelope: its length first.
inline std::string with_length(std::string_view envelope) {
    const auto length = static_cast<std::uint32_t>(envelope.size());
    std::string frame(protocol::frame_header_bytes, '\0');
    std::memcpy(frame.data(), &length, sizeof length);
    return frame.append(envelope);
}

/// Where something lies in the frame, given where it lies in the envelope.
inline std::size_t frame_offset(std::string_view envelope, const void* field) {
    const auto offset = static_cast<const char*>(field) - envelope.data();
    return protocol::frame_header_bytes + static_cast<std::size_t>(offset);
}

inline std::size_t id_offset_in(std::string_view envelope) {
    const auto& request = *flatbuffers::GetRoot<flatbuffers::Table>(envelope.data());
    return frame_offset(envelope, request.GetAddressOf(wire::Request::VT_ID));
}

}  // namespace tern::bench
