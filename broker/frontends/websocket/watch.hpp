#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tern::websocket {

/// How a connection stands, when its second is over.
struct WatchedState {
    bool open = false;
    bool greeted = false;
    /// The session ends, or the closing handshake has begun.
    bool closing = false;
    bool has_output = false;
    /// Since the connection began.
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::uint64_t requests = 0;
};

/// What is to be done about it.
struct WatchActions {
    struct Close {
        std::uint16_t code = 0;
        std::string_view reason{};
    };
    /// The peer had its time to open or to close.
    bool cut = false;
    std::optional<Close> close{};
    /// A ping of RFC 6455, and a line that tells a client in a browser, which is shown no such ping, that we are there.
    bool ping = false;
    bool ping_line = false;
};

/// Looks at a connection once a second: pings, and ends it when the peer keeps it waiting for too long
/// (protocol/websocket.md). No clock: it counts the seconds that it is told of.
class Watch {
public:
    /// 0 requests a second: no limit.
    Watch(bool json, std::uint64_t requests_per_second_max)
        : json_(json),
          requests_per_second_max_(requests_per_second_max) {}

    WatchActions on_second_passed(const WatchedState& state);

private:
    void look_at_silence(const WatchedState& state, WatchActions& actions);
    void look_at_reading(const WatchedState& state, WatchActions& actions);
    void look_at_rate(const WatchedState& state, WatchActions& actions) const;

    const bool json_;
    const std::uint64_t requests_per_second_max_;
    /// As it was a second ago.
    WatchedState before_;
    /// In seconds.
    std::uint32_t age_ = 0;
    std::uint32_t silent_ = 0;
    std::uint32_t unread_ = 0;
    std::uint32_t closing_ = 0;
};

}  // namespace tern::websocket
