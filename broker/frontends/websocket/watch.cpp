#include "broker/frontends/websocket/watch.hpp"

#include "broker/frontends/websocket/close_codes.hpp"
#include "broker/frontends/websocket/json_codec.hpp"

namespace tern::websocket {
namespace {

/// For the answer to the opening handshake, and then for the hello of a session that begins with one.
constexpr std::uint32_t handshake_seconds_max = 10;
/// The peer was silent for so long: it is pinged; the third time it is taken for dead.
constexpr std::uint32_t ping_seconds = ping_ms / 1000;
constexpr std::uint32_t pings_missed_max = 2;
/// A peer that reads nothing for so long is taken for dead; the messages on their way to it are given back.
constexpr std::uint32_t unread_seconds_max = 60;
/// How long the peer may take for its part of the closing handshake.
constexpr std::uint32_t close_seconds_max = 5;

}  // namespace

WatchActions Watch::on_second_passed(const WatchedState& state) {
    WatchActions actions;
    ++age_;
    closing_ = state.closing ? closing_ + 1 : 0;
    actions.cut = closing_ > close_seconds_max || (!state.open && age_ > handshake_seconds_max);
    if (actions.cut || !state.open) return actions;
    if (!state.greeted && age_ > handshake_seconds_max) actions.close = {close_code_malformed, "no hello within 10 s"};
    look_at_silence(state, actions);
    look_at_reading(state, actions);
    look_at_rate(state, actions);
    // It is closed once.
    if (state.closing) actions.close.reset();
    before_ = state;
    return actions;
}

void Watch::look_at_silence(const WatchedState& state, WatchActions& actions) {
    silent_ = state.bytes_in == before_.bytes_in ? silent_ + 1 : 0;
    if (silent_ > 0 && silent_ % ping_seconds == 0) {
        if (silent_ > pings_missed_max * ping_seconds)
            actions.close = {close_code_silent, "silent for too long"};
        else
            actions.ping = true;
    }
    actions.ping_line = json_ && !actions.close && age_ % ping_seconds == 0;
}

void Watch::look_at_reading(const WatchedState& state, WatchActions& actions) {
    const bool waits = state.has_output && state.bytes_out == before_.bytes_out;
    unread_ = waits ? unread_ + 1 : 0;
    if (unread_ >= unread_seconds_max) actions.close = {close_code_slow, "nothing read for 60 s"};
}

void Watch::look_at_rate(const WatchedState& state, WatchActions& actions) const {
    const auto requests = state.requests - before_.requests;
    if (requests_per_second_max_ != 0 && requests > requests_per_second_max_)
        actions.close = {close_code_many_requests, "more requests a second than the limit allows"};
}

}  // namespace tern::websocket
