#pragma once

#include <flatbuffers/flatbuffer_builder.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/base/time.hpp"
#include "broker/frontends/native/reply_bodies.hpp"

/// What the bodies of several replies have in common.
namespace tern::native {

template <class Table>
using Offsets = std::vector<flatbuffers::Offset<Table>>;
using TextOffset = flatbuffers::Offset<flatbuffers::String>;

/// Absent when it is empty.
inline TextOffset text(Builder& builder, std::string_view bytes) {
    return bytes.empty() ? TextOffset() : builder.CreateString(bytes.data(), bytes.size());
}
/// There even when it is empty.
inline TextOffset text_always(Builder& builder, std::string_view bytes) {
    return builder.CreateString(bytes.data(), bytes.size());
}
inline flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>> binary(Builder& builder, std::string_view bytes) {
    return builder.CreateVector(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}
/// What an entry's status says, and of what; absent for ok.
inline TextOffset sentence(Builder& builder, Errc status, std::string_view detail = {}) {
    return status == Errc::ok ? TextOffset() : text(builder, message_of(status, detail));
}
/// -1 stands for "none".
inline std::int64_t ms_or_none(const std::optional<Timestamp>& time) {
    return time ? time->ms() : -1;
}
inline std::int64_t number_or_none(const std::optional<std::uint64_t>& number) {
    return number ? static_cast<std::int64_t>(*number) : -1;
}

}  // namespace tern::native
