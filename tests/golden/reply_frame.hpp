#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "broker/frontends/native/reply_writer.hpp"

namespace tern::golden {

using native::ReplyTo;
using native::ReplyWriter;

/// The frame that `write` appends.
template <class Write>
std::string written(std::uint64_t request, Write write) {
    ReplyWriter writer;
    std::string bytes;
    write(writer, ReplyTo{request, bytes});
    return bytes;
}

/// The frame of an answer that says yes.
inline std::string answered(std::uint64_t request, engine::AnswerBody body) {
    return written(request, [&](ReplyWriter& writer, ReplyTo to) {
        writer.write(to, engine::Answer{Errc::ok, {}, std::move(body)});
    });
}

}  // namespace tern::golden
