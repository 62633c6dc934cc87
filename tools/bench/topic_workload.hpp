#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace tern::bench {

/// What subscribers speak: the two subprotocols of protocol/websocket.md.
enum class TopicEncoding : std::uint8_t { json, fbs };

constexpr const char* name_of(TopicEncoding encoding) {
    return encoding == TopicEncoding::json ? "json" : "fbs";
}

struct TopicWorkload {
    /// WebSockets that are pushed everything.
    std::size_t subscribers = 1000;
    /// Native connections that publish, in turn.
    std::size_t publishers = 1;
    /// Publications that may be on their way to subscribers at once.
    std::size_t in_flight = 16;
    /// Of a publication's data.
    std::size_t body_bytes = 200;
    TopicEncoding encoding = TopicEncoding::json;
    /// The topic keeps a history on disk.
    bool durable = false;
    /// 0: as many as subscribers take.
    double publications_per_s_max = 0;
};

}  // namespace tern::bench
