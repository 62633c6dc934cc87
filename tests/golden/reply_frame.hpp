#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "broker/frontends/native/frame_writer.hpp"

namespace tern::golden {

using native::ReplyTo;
using native::FrameWriter;

/// The frame that `write` appends.
template <class Write>
std::string written(std::uint64_t request, Write write) {
    FrameWriter writer;
    std::string bytes;
    write(writer, ReplyTo{request, bytes});
    return bytes;
}

/// The frame of an answer that says yes.
inline std::string answered(std::uint64_t request, engine::AnswerBody body) {
    return written(request, [&](FrameWriter& writer, ReplyTo to) {
        writer.write(to, engine::Answer{Errc::ok, {}, std::move(body)});
    });
}

/// The frame that the writer makes of a value.
template <class Value>
std::string reply_with(std::uint64_t request, const Value& value) {
    return written(request, [&](FrameWriter& writer, ReplyTo to) { writer.write(to, value); });
}

}  // namespace tern::golden
