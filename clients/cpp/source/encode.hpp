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

template <class Body>
using CreateNamed = flatbuffers::Offset<Body> (*)(Builder&, Text namespace_name, Text name);

/// For requests that consist of a name.
template <class Body>
std::string encode_named(std::uint64_t id, const QueueName& what, CreateNamed<Body> create) {
    Builder builder(256);
    const auto namespace_name = text(builder, what.namespace_name);
    const auto name = text(builder, what.name);
    return frame_of(builder, id, create(builder, namespace_name, name));
}

template <class Body>
using CreateList = flatbuffers::Offset<Body> (*)(Builder&, Text namespace_name, Text prefix, std::uint32_t entries_max,
                                                 Text page_token);

/// For requests that ask for a page of a listing.
template <class Body>
std::string encode_list(std::uint64_t id, const ListOptions& options, CreateList<Body> create) {
    Builder builder(256);
    const auto namespace_name = text(builder, options.namespace_name);
    const auto prefix = text(builder, options.prefix);
    const auto token = text(builder, options.page_token);
    return frame_of(builder, id, create(builder, namespace_name, prefix, options.entries_max, token));
}

}  // namespace tern::detail
