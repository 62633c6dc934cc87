#include "tests/conformance/wire_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clients/cpp/source/decode.hpp"
#include "clients/cpp/source/encode.hpp"

namespace tern::conformance {

namespace wire = protocol::wire;

namespace {

constexpr int patience_ms = 20'000;

}  // namespace

WireClient::WireClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        throw std::runtime_error("cannot connect");
    }
    detail::Builder builder;
    send(detail::frame_of(builder, 0, wire::CreateHelloDirect(builder, 1, 1, "conformance test")));
    reply(0);
}

WireClient::~WireClient() {
    hang_up();
}

void WireClient::hang_up() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
}

void WireClient::send(const std::string& frame) {
    std::size_t sent = 0;
    while (sent < frame.size()) {
        const auto count = ::send(socket_, frame.data() + sent, frame.size() - sent, MSG_NOSIGNAL);
        if (count <= 0) throw std::runtime_error("the connection has ended");
        sent += static_cast<std::size_t>(count);
    }
}

void WireClient::cancel(std::uint64_t id) {
    detail::Builder builder;
    send(detail::frame_of(builder, next_id(), wire::CreateCancel(builder, id)));
}

std::string WireClient::reply(std::uint64_t id) {
    while (!replies_.contains(id)) {
        if (!read_some(patience_ms)) throw std::runtime_error("no reply");
    }
    const auto node = replies_.extract(id);
    return node.mapped();
}

bool WireClient::has_reply(std::uint64_t id) {
    while (!replies_.contains(id) && read_some(0)) {
    }
    return replies_.contains(id);
}

bool WireClient::read_some(int patience) {
    pollfd readable{socket_, POLLIN, 0};
    if (::poll(&readable, 1, patience) != 1) return false;
    const auto space = reader_.space();
    const auto count = ::recv(socket_, space.bytes, space.size, 0);
    if (count <= 0) return false;
    reader_.arrived(static_cast<std::size_t>(count));
    while (const auto frame = reader_.next()) {
        const auto* reply = detail::verified_reply(frame->view());
        if (!reply) throw std::runtime_error("not a reply");
        replies_[reply->id()] = std::string(frame->view());
    }
    return true;
}

}  // namespace tern::conformance
