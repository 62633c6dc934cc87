#include "broker/frontends/websocket/connection.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "broker/frontends/websocket/close_codes.hpp"
#include "broker/runtime/listener.hpp"
#include "broker/runtime/log.hpp"
#include "broker/runtime/metrics.hpp"
#include "protocol/framing.hpp"
#include "protocol/status.hpp"

namespace tern::websocket {

namespace {

/// A message to the peer is not made longer, unless it begins with a longer line.
constexpr std::size_t message_bytes_wanted = 64u << 10;

std::string peer_of(const Connection::Socket& socket) {
    boost::system::error_code error;
    const auto endpoint = socket.remote_endpoint(error);
    return error ? "unknown" : runtime::to_string(endpoint);
}

Handshake handshake_of(admin::Upgrade&& upgrade, std::string&& leftover) {
    return {std::move(upgrade.target), std::move(upgrade.host), std::move(upgrade.key),
            std::string(upgrade.subprotocol_name), std::move(leftover)};
}

TransportOptions options_of(const Room& room, bool json) {
    return {json ? Opcode::text : Opcode::binary, room.context()->limits.frame_bytes_max};
}

}  // namespace

void Connection::begin(std::shared_ptr<Room> room, runtime::IoThread& thread, Socket&& socket,
                       runtime::ConnectionPlace&& place, admin::Upgrade&& upgrade, std::string&& leftover) {
    const std::shared_ptr<Connection> self(new Connection(std::move(room), thread, std::move(socket), std::move(place),
                                                          std::move(upgrade), std::move(leftover)));
    self->transport_.start();
}

Connection::Connection(std::shared_ptr<Room> room, runtime::IoThread& thread, Socket&& socket,
                       runtime::ConnectionPlace&& place, admin::Upgrade&& upgrade, std::string&& leftover)
    : SessionHost(room->context(), thread,
                  upgrade.subprotocol == admin::Subprotocol::json ? room->json() : room->frames()),
      room_(std::move(room)),
      place_(std::move(place)),
      peer_(peer_of(socket)),
      json_(upgrade.subprotocol == admin::Subprotocol::json),
      watch_(json_, room_->requests_per_second_max()),
      held_(&room_->context()->unfinished_requests),
      transport_(std::move(socket), handshake_of(std::move(upgrade), std::move(leftover)), options_of(*room_, json_),
                 *this) {
    room_->add(*this);
}

Connection::~Connection() {
    // When the I/O thread has ended with the connection still there.
    if (!ended_) on_end({});
}

std::shared_ptr<TransportOwner> Connection::keep_alive() {
    return std::static_pointer_cast<Connection>(shared_from_this());
}

bool Connection::on_message(std::string_view message) {
    const auto taken = take(message);
    if (taken < message.size() && !core().ending()) rest_ = message.substr(taken);
    if (!held_.hold(rest_.size())) core().fail(Errc::overloaded);
    flush();
    return reads_on();
}

bool Connection::on_part(std::size_t bytes) {
    if (!core().ending() && held_.hold(bytes)) return true;
    if (!core().ending()) core().fail(Errc::overloaded);
    flush();
    return false;
}

/// A session that ends does, for the peer's part of the closing handshake.
bool Connection::reads_on() const {
    return core().ending() || (rest_.empty() && wants_requests());
}

/// A client that speaks JSON is not told how many requests may be on their way, and without ids would not even learn
/// that some were refused: it is read no further instead.
bool Connection::wants_requests() const {
    return core().wants_requests() && (!json_ || core().in_flight() < room_->context()->limits.requests_in_flight_max);
}

/// Goes on with what had to wait.
void Connection::proceed() {
    if (ended_ || !open_ || core().ending() || !wants_requests()) return;
    rest_taken_ += take(std::string_view(rest_).substr(rest_taken_));
    if (rest_taken_ == rest_.size() || core().ending()) {
        rest_ = {};
        rest_taken_ = 0;
        held_.hold(0);
    }
    flush();
    if (reads_on()) transport_.resume();
}

/// Executes the requests of a message as long as the session wants some; how much of it that was.
std::size_t Connection::take(std::string_view message) {
    std::size_t taken = 0;
    while (taken < message.size() && wants_requests()) {
        const auto rest = message.substr(taken);
        taken += json_ ? take_line(rest) : take_frame(rest);
    }
    return taken;
}

std::size_t Connection::take_line(std::string_view message) {
    const auto end = std::min(message.size(), message.find('\n'));
    const auto line = message.substr(0, end);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) request(line);
    return std::min(message.size(), end + 1);
}

std::size_t Connection::take_frame(std::string_view message) {
    const auto size = message.size() < protocol::frame_header_bytes
                          ? message.size()
                          : protocol::frame_length(message.data()) + protocol::frame_header_bytes;
    if (message.size() < size || size < protocol::frame_header_bytes) {
        core().fail(Errc::malformed_frame);
        return message.size();
    }
    if (size - protocol::frame_header_bytes > core().request_bytes_max()) {
        core().fail(Errc::frame_too_large);
        return message.size();
    }
    request(message.substr(protocol::frame_header_bytes, size - protocol::frame_header_bytes));
    return size;
}

void Connection::request(std::string_view bytes) {
    protocol::FrameBytes copy{std::make_unique_for_overwrite<char[]>(bytes.size()), bytes.size()};
    if (!bytes.empty()) std::memcpy(copy.bytes.get(), bytes.data(), bytes.size());
    core().on_request(std::move(copy));
}

void Connection::gather(std::vector<std::string_view>& pieces) {
    gathered_bytes_ = 0;
    for (const auto piece : core().next_pieces(message_bytes_wanted)) {
        pieces.push_back(piece);
        gathered_bytes_ += piece.size();
    }
    // What is there already tells the peer that we are, too.
    const bool ping = std::exchange(ping_due_, false) && pieces.empty();
    if (ping) pieces.push_back(ping_line);
    // Line ends stand between lines, not behind the last one.
    if (json_ && !pieces.empty() && pieces.back().ends_with('\n')) pieces.back().remove_suffix(1);
}

void Connection::on_written() {
    if (gathered_bytes_ > 0) core().written(std::exchange(gathered_bytes_, 0));
    proceed();
    if (core().ending()) flush();
}

void Connection::flush() {
    if (ended_ || !open_) return;
    transport_.flush();
    if (!core().ending() || transport_.closing()) return;
    // Who does not read would not let the rest go.
    const bool slow = core().fault() == Errc::subscriber_too_slow;
    if (slow || !core().has_output()) close_for_fault();
}

void Connection::close(std::uint16_t code, std::string_view reason) {
    if (ended_ || transport_.closing()) return;
    transport_.resume();
    transport_.close(code, reason);
}

/// The last answer has left.
void Connection::close_for_fault() {
    if (shutting_down_) return close(close_code_stopping, "the broker stops");
    const auto fault = core().fault();
    log_end(protocol::name_of(fault));
    close(close_code_of(fault), protocol::name_of(fault));
}

void Connection::on_shutdown() {
    shutting_down_ = true;
    core().end();
    if (!open_) return transport_.cut();
    flush();
}

void Connection::on_end(std::string_view fault) {
    if (std::exchange(ended_, true)) return;
    if (!fault.empty()) log_end(fault);
    count();
    room_->remove(*this);
    leave_broker();
    place_ = {};
}

void Connection::on_second_passed() {
    const auto keeper = shared_from_this();
    const auto actions =
        watch_.on_second_passed({open_, core().greeted(), core().ending() || transport_.closing(), core().has_output(),
                                 transport_.bytes_in(), transport_.bytes_out(), core().requests()});
    if (actions.cut) return transport_.cut();
    if (!open_) return;
    second_passed();
    if (actions.close) {
        log_end(actions.close->reason);
        close(actions.close->code, actions.close->reason);
    }
    if (actions.ping) transport_.ping();
    if (actions.ping_line) {
        ping_due_ = true;
        flush();
    }
    count();
}

/// Adds to the metrics what has happened since the last time.
void Connection::count() {
    auto& metrics = context().broker.metrics().websocket;
    metrics.bytes_in.add(transport_.bytes_in() - std::exchange(counted_.bytes_in, transport_.bytes_in()));
    metrics.bytes_out.add(transport_.bytes_out() - std::exchange(counted_.bytes_out, transport_.bytes_out()));
    metrics.requests.add(core().requests() - std::exchange(counted_.requests, core().requests()));
}

void Connection::log_end(std::string_view why) {
    context().broker.metrics().websocket.ended_for_fault.add();
    const auto held_back = context().log_gate.pass();
    if (!held_back) return;
    context().broker.log().warning(
        "websocket ended",
        {{"peer", peer_}, {"client", core().client()}, {"reason", why}, {"similar_lines_held_back", *held_back}});
}

}  // namespace tern::websocket
