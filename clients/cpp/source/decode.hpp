#pragma once

#include <flatbuffers/verifier.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tern/error.hpp"
#include "tern/message.hpp"
#include "tern_generated.h"

/// What the replies have in common on their way out of bytes.
namespace tern::detail {

namespace wire = protocol::wire;

/// The reply in a frame, or nothing when the frame is not one.
const wire::Reply* verified_reply(std::string_view frame);

inline std::string text_of(const flatbuffers::String* text) {
    return text ? text->str() : std::string();
}
inline std::string text_of(const flatbuffers::Vector<std::uint8_t>* bytes) {
    return bytes ? std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()) : std::string();
}
inline TimePoint time_of(std::int64_t ms) {
    return TimePoint(std::chrono::milliseconds(ms));
}
/// -1 stands for "none".
inline std::optional<TimePoint> time_if_any(std::int64_t ms) {
    return ms == -1 ? std::nullopt : std::optional(time_of(ms));
}
inline std::optional<std::chrono::milliseconds> duration_if_any(std::int64_t ms) {
    return ms == -1 ? std::nullopt : std::optional(std::chrono::milliseconds(ms));
}
inline std::optional<std::uint64_t> offset_if_any(std::int64_t offset) {
    return offset == -1 ? std::nullopt : std::optional(static_cast<std::uint64_t>(offset));
}
inline std::vector<std::string> texts_of(const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>* from) {
    std::vector<std::string> texts;
    if (!from) return texts;
    for (const auto* entry : *from) texts.push_back(entry->str());
    return texts;
}
inline MessageId id_of(const wire::Uuid* id) {
    return id ? MessageId{id->high(), id->low()} : MessageId();
}

/// The message without the status' own sentence, which the client knows.
std::string detail_of(Status status, const flatbuffers::String* message);

/// The executed request's answer is of another kind than the request asks for.
Error not_understood();

/// The body of a verified reply, or the error that it carries.
template <class Body>
Outcome<const Body*> body_of(std::string_view frame) {
    const auto& reply = *flatbuffers::GetRoot<wire::Reply>(frame.data());
    const auto status = static_cast<Status>(reply.status());
    if (status != Status::ok) return Error(status, detail_of(status, reply.message()));
    if (reply.body_type() != wire::ReplyBodyTraits<Body>::enum_value || !reply.body()) return not_understood();
    return static_cast<const Body*>(reply.body());
}

/// For requests whose answer is that they were executed.
inline Outcome<void> read_done(std::string_view reply) {
    const auto body = body_of<wire::Done>(reply);
    if (!body.has_value()) return body.error();
    return {};
}

}  // namespace tern::detail
