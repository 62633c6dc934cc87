#include "broker/frontends/websocket/gate.hpp"

#include "broker/base/check.hpp"

namespace tern::websocket {

namespace asio = boost::asio;

namespace {

constexpr unsigned char last_frame_bit = 0x80;
constexpr unsigned char opcode_bits = 0x0F;
constexpr unsigned char opcode_close = 8;

/// The header of an unmasked frame that is a whole message (RFC 6455 section 5.2); its length.
std::size_t store_header(std::array<char, 10>& header, Opcode opcode, std::size_t bytes) {
    header[0] = static_cast<char>(last_frame_bit | static_cast<unsigned char>(opcode));
    if (bytes < 126) {
        header[1] = static_cast<char>(bytes);
        return 2;
    }
    const std::size_t length_bytes = bytes <= 0xFFFF ? 2 : 8;
    header[1] = length_bytes == 2 ? 126 : 127;
    for (std::size_t i = 0; i < length_bytes; ++i) {
        header[2 + i] = static_cast<char>(bytes >> (8 * (length_bytes - 1 - i)));
    }
    return 2 + length_bytes;
}

}  // namespace

void Gate::flush() {
    if (std::exchange(flushing_, true)) return;
    while (!flight_ && open_ && !closing_ && write_message()) {
    }
    flushing_ = false;
}

/// Nearly always the socket takes everything: that saves waiting for it.
bool Gate::write_message() {
    // One for the thread: what does not leave at once is copied out of it.
    thread_local std::vector<std::string_view> pieces;
    thread_local Buffers buffers;
    pieces.clear();
    owner_.gather(pieces);
    if (pieces.empty()) return false;

    std::size_t bytes = 0;
    for (const auto& piece : pieces) bytes += piece.size();
    buffers.clear();
    buffers.emplace_back(header_.data(), store_header(header_, opcode_, bytes));
    for (const auto& piece : pieces) buffers.emplace_back(piece.data(), piece.size());
    const auto error = write_now(buffers);
    if (error) {
        fail();
        return false;
    }
    if (!buffers.empty()) {
        write_rest(std::make_unique<Flight>(Flight{buffers, {}, {}}));
        return false;
    }
    owner_.on_written();
    return true;
}

/// Beast waits for one frame to be written before it writes another one.
void Gate::write_frame(Frame&& frame) {
    if (open_ && (static_cast<unsigned char>(frame.bytes.front()) & opcode_bits) == opcode_close) closing_ = true;
    if (flight_) {
        TERN_CHECK(!flight_->next);
        flight_->next = std::move(frame);
        return;
    }
    auto flight = std::make_unique<Flight>();
    flight->frame = std::move(frame);
    flight->rest.emplace_back(flight->frame->bytes.data(), flight->frame->bytes.size());
    const auto error = write_now(flight->rest);
    if (error || flight->rest.empty()) return finish(*flight, error);
    write_rest(std::move(flight));
}

/// Writes what the socket takes now, and cuts it off the front of the buffers. Asio takes so many of them at once.
Gate::Error Gate::write_now(Buffers& buffers) {
    constexpr std::size_t buffers_at_once = 64;
    Error error;
    for (bool all = true; all && !buffers.empty();) {
        const auto before = buffers.size();
        const auto bytes = socket_.write_some(buffers, error);
        if (error == asio::error::would_block || error == asio::error::try_again) return {};
        if (error) return error;
        advance(buffers, bytes);
        all = before - buffers.size() == buffers_at_once;
    }
    return {};
}

void Gate::write_rest(std::unique_ptr<Flight> flight) {
    flight_ = flight.get();
    socket_.async_write_some(flight_->rest, [this, keeper = owner_.keep_alive(), flight = std::move(flight)](
                                                const Error& error, std::size_t bytes) mutable {
        flight_ = nullptr;
        advance(flight->rest, bytes);
        if (!error && !flight->rest.empty()) return write_rest(std::move(flight));
        auto next = std::move(flight->next);
        finish(*flight, error);
        if (next) write_frame(std::move(*next));
        if (!error) flush();
    });
}

void Gate::advance(Buffers& buffers, std::size_t bytes) {
    bytes_out_ += bytes;
    std::size_t whole = 0;
    while (whole < buffers.size() && bytes >= buffers[whole].size()) bytes -= buffers[whole++].size();
    buffers.erase(buffers.begin(), buffers.begin() + static_cast<std::ptrdiff_t>(whole));
    if (bytes > 0) buffers.front() += bytes;
}

void Gate::finish(Flight& flight, const Error& error) {
    if (!flight.frame) return error ? fail() : owner_.on_written();
    const auto bytes = flight.frame->bytes.size();
    asio::post(get_executor(),
               [done = std::move(flight.frame->done), error, bytes] { done(error, error ? 0 : bytes); });
}

void Gate::fail() {
    open_ = false;
    asio::post(get_executor(), [this, keeper = owner_.keep_alive()] { on_broken_(); });
}

}  // namespace tern::websocket
