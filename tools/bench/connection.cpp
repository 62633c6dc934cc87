#include "tools/bench/connection.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "protocol/limits.hpp"
#include "protocol/status.hpp"
#include "tools/bench/bench_error.hpp"
#include "tools/bench/interruption.hpp"
#include "tools/bench/request_frame.hpp"

namespace tern::bench {

namespace wire = protocol::wire;

namespace {

constexpr std::size_t input_bytes_at_first = 256u << 10;
/// Where input begins in its buffer: the first frame's FlatBuffer, behind the length, is then aligned as it is.
constexpr std::size_t input_origin = sizeof(std::uint64_t) - protocol::frame_header_bytes;
/// A broker that is silent for so long has stopped working.
constexpr int silence_ms_max = 60'000;

[[noreturn]] void fail(const char* what) {
    throw BenchError(fmt::format("{} the broker failed: {}.", what, std::strerror(errno)));
}

const wire::Reply& verified_reply(std::string_view frame) {
    flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(frame.data()), frame.size());
    if (!verifier.VerifyBuffer<wire::Reply>(nullptr)) throw BenchError("The peer is not a Tern broker.");
    return *flatbuffers::GetRoot<wire::Reply>(frame.data());
}

}  // namespace

Endpoint parse_endpoint(const std::string& text) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == text.size())
        throw BadOption(fmt::format("--server must be HOST:PORT, not '{}'.", text));
    return {text.substr(0, colon), text.substr(colon + 1)};
}

std::string to_string(const Endpoint& endpoint) {
    return endpoint.host + ":" + endpoint.port;
}

int connect_to(const Endpoint& endpoint) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int error = getaddrinfo(endpoint.host.c_str(), endpoint.port.c_str(), &hints, &found); error != 0)
        throw BenchError(fmt::format("Cannot resolve {}: {}.", to_string(endpoint), gai_strerror(error)));
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, &freeaddrinfo);
    int error = 0;
    for (const auto* address = found; address != nullptr; address = address->ai_next) {
        const int descriptor = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (descriptor < 0) continue;
        if (connect(descriptor, address->ai_addr, address->ai_addrlen) == 0) return descriptor;
        error = errno;
        close(descriptor);
    }
    throw BenchError(fmt::format("Cannot connect to {}: {}.", to_string(endpoint), std::strerror(error)));
}

std::string refusal(std::string_view request, std::uint16_t status, const flatbuffers::String* message) {
    const auto known = static_cast<protocol::Status>(status);
    const bool explained = message != nullptr && message->size() != 0;
    return fmt::format("The broker refused a {}: {} {}: {}", request, status, protocol::name_of(known),
                       explained ? message->string_view() : protocol::sentence_of(known));
}

Connection::Connection(const Endpoint& endpoint)
    : descriptor_(connect_to(endpoint)),
      input_(input_bytes_at_first / sizeof(std::uint64_t)),
      input_begin_(input_origin),
      input_end_(input_origin) {
    const int on = 1;
    setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(descriptor_, F_SETFL, fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
    try {
        if (call(hello_frame().bytes()).body_as_Welcome() == nullptr) throw BenchError("The peer sent no welcome.");
    } catch (...) {
        close(descriptor_);
        throw;
    }
}

Connection::~Connection() {
    close(descriptor_);
}

bool Connection::write() {
    while (written_ < output_.size()) {
        const auto sent = send(descriptor_, output_.data() + written_, output_.size() - written_, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return false;
        if (sent < 0) fail("Writing to");
        written_ += static_cast<std::size_t>(sent);
    }
    output_.clear();
    written_ = 0;
    return true;
}

void Connection::read(const std::function<void(const wire::Reply&)>& on_reply) {
    receive();
    for (std::string_view frame; take_frame(frame);) on_reply(*flatbuffers::GetRoot<wire::Reply>(frame.data()));
}

void Connection::receive() {
    auto* const bytes = reinterpret_cast<char*>(input_.data());
    const auto capacity = input_.size() * sizeof(std::uint64_t);
    const auto got = recv(descriptor_, bytes + input_end_, capacity - input_end_, 0);
    if (got == 0) throw BenchError("The broker closed the connection.");
    if (got < 0 && errno != EAGAIN && errno != EINTR) fail("Reading from");
    if (got > 0) input_end_ += static_cast<std::size_t>(got);
}

/// The next whole frame without its length, 8-byte aligned. When there is none, makes room for the rest of it.
bool Connection::take_frame(std::string_view& frame) {
    auto* const bytes = reinterpret_cast<char*>(input_.data());
    const auto have = input_end_ - input_begin_;
    std::uint32_t length = 0;
    if (have >= sizeof length) std::memcpy(&length, bytes + input_begin_, sizeof length);
    if (length > protocol::frame_bytes_max) throw BenchError("The peer is not a Tern broker: a frame is too long.");
    const auto whole = protocol::frame_header_bytes + length;

    if (have < protocol::frame_header_bytes || have < whole) {
        if (input_begin_ != input_origin) std::memmove(bytes + input_origin, bytes + input_begin_, have);
        input_begin_ = input_origin;
        input_end_ = input_origin + have;
        const auto needed = input_origin + whole;
        if (needed > input_.size() * sizeof(std::uint64_t)) input_.resize(needed / sizeof(std::uint64_t) + 1);
        return false;
    }
    const char* const body = bytes + input_begin_ + protocol::frame_header_bytes;
    input_begin_ += whole;
    if (reinterpret_cast<std::uintptr_t>(body) % sizeof(std::uint64_t) == 0) {
        frame = {body, length};
        return true;
    }
    if (aligned_.size() * sizeof(std::uint64_t) < length) aligned_.resize(length / sizeof(std::uint64_t) + 1);
    std::memcpy(aligned_.data(), body, length);
    frame = {reinterpret_cast<const char*>(aligned_.data()), length};
    return true;
}

void Connection::wait_for(short events) {
    pollfd waiting{descriptor_, events, 0};
    int ready = 0;
    while ((ready = poll(&waiting, 1, silence_ms_max)) < 0 && errno == EINTR) stop_if_interrupted();
    stop_if_interrupted();
    if (ready == 0) throw BenchError("The broker did not answer for a minute.");
}

void Connection::await(const std::function<void(const wire::Reply&)>& on_reply) {
    while (!write()) wait_for(POLLOUT);
    wait_for(POLLIN);
    read(on_reply);
}

const wire::Reply& Connection::call(std::string_view frame) {
    append(frame);
    while (!write()) wait_for(POLLOUT);
    std::string_view answer;
    while (!take_frame(answer)) {
        wait_for(POLLIN);
        receive();
    }
    const auto& reply = verified_reply(answer);
    if (reply.status() != 0) throw BenchError(refusal("request", reply.status(), reply.message()));
    return reply;
}

}  // namespace tern::bench
