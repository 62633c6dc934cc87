#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tern::websocket {

/// The commands of the JSON protocol (protocol/websocket.md), told apart by the shape of their answers too.
enum class Ask : std::uint8_t {
    connect,
    ping,
    publish,
    publish_many,
    subscribe,
    unsubscribe,
    ack,
    reject,
    history,
    presence,
    state,
    send,
    send_many,
    receive,
    remove,
    change_visibility,
    append,
    fetch,
    none,
};

/// As requests and answers name it.
constexpr std::string_view name_of(Ask ask) {
    constexpr std::array<std::string_view, 19> names = {
        "connect", "ping",     "publish", "publish", "subscribe", "unsubscribe", "ack",    "reject",
        "history", "presence", "state",   "send",    "send",      "receive",     "delete", "change_visibility",
        "append",  "fetch",    "error"};
    return names[static_cast<std::size_t>(ask)];
}

/// Ids are whole numbers that JavaScript tells apart; the bits above them hold what was asked.
inline constexpr std::uint64_t request_id_max = (std::uint64_t{1} << 53) - 1;
inline constexpr unsigned ask_shift = 56;

constexpr std::uint64_t tagged(std::uint64_t id, Ask ask) {
    return id | static_cast<std::uint64_t>(ask) << ask_shift;
}
constexpr std::uint64_t id_of(std::uint64_t tagged_id) {
    return tagged_id & request_id_max;
}
constexpr Ask ask_of(std::uint64_t tagged_id) {
    return static_cast<Ask>(tagged_id >> ask_shift);
}

}  // namespace tern::websocket
