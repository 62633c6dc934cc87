#include "tests/conformance/kafka/kafka_peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "protocol/record_batch.hpp"
#include "tests/conformance/kafka/wire.hpp"

namespace tern::conformance::kafka {

KafkaPeer::KafkaPeer(std::vector<std::string> batches) : batches_(std::move(batches)) {
    if (!batches_.empty()) end_offset_ = protocol::read_batch_header(batches_.back()).value().next_offset();
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    stop_ = ::eventfd(0, EFD_CLOEXEC);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    socklen_t length = sizeof address;
    if (::bind(listener_, plain, length) != 0 || ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, plain, &length) != 0)
        throw std::runtime_error("no port on 127.0.0.1");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
}

KafkaPeer::~KafkaPeer() {
    ::eventfd_write(stop_, 1);
    thread_.join();
    for (const auto& connection : connections_) ::close(connection.socket);
    ::close(listener_);
    ::close(stop_);
}

std::vector<std::string> KafkaPeer::produced() const {
    const std::lock_guard lock(mutex_);
    return produced_;
}

std::string KafkaPeer::complaint() const {
    const std::lock_guard lock(mutex_);
    return complaint_;
}

void KafkaPeer::run() {
    for (;;) {
        std::vector<pollfd> polled = {{stop_, POLLIN, 0}, {listener_, POLLIN, 0}};
        for (const auto& connection : connections_) polled.push_back({connection.socket, POLLIN, 0});
        ::poll(polled.data(), polled.size(), -1);
        if (polled[0].revents != 0) return;
        std::size_t index = 2;
        for (auto connection = connections_.begin(); connection != connections_.end(); ++index) {
            if (polled[index].revents == 0 || serve(*connection)) {
                ++connection;
                continue;
            }
            ::close(connection->socket);
            connection = connections_.erase(connection);
        }
        if (polled[1].revents != 0) accept_one();
    }
}

void KafkaPeer::accept_one() {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket >= 0) connections_.push_back({socket, {}});
}

bool KafkaPeer::serve(Connection& connection) {
    char bytes[65'536];
    const auto count = ::recv(connection.socket, bytes, sizeof bytes, 0);
    if (count <= 0) return false;
    connection.received.append(bytes, static_cast<std::size_t>(count));
    for (;;) {
        const std::string_view received = connection.received;
        if (received.size() < 4) return true;
        const auto length = protocol::load_big<std::uint32_t>(received.data());
        if (received.size() - 4 < length) return true;
        if (!answer(connection.socket, received.substr(4, length))) return false;
        connection.received.erase(0, 4 + length);
    }
}

bool KafkaPeer::answer(int socket, std::string_view request) {
    WireReader from(request);
    const auto key = from.number<std::int16_t>();
    const auto version = from.number<std::int16_t>();
    WireWriter to;
    to.number(from.number<std::int32_t>());
    from.string();

    if (key == 18 && version == 3) {
        api_versions(to);
    } else if (key == 3 && version == 4) {
        metadata(to);
    } else if (key == 2 && (version == 1 || version == 2)) {
        list_offsets(from, to, version);
    } else if (key == 1 && version == 11) {
        fetch(from, to);
    } else if (key == 0 && version == 7) {
        produce(from, to);
    } else {
        from.broken = true;
    }
    if (from.broken) {
        const std::lock_guard lock(mutex_);
        complaint_ = "request " + std::to_string(key) + " of version " + std::to_string(version);
        return false;
    }
    const auto frame = WireWriter().bytes(to.text).text;
    std::size_t sent = 0;
    while (sent < frame.size()) {
        const auto count = ::send(socket, frame.data() + sent, frame.size() - sent, MSG_NOSIGNAL);
        if (count <= 0) return false;
        sent += static_cast<std::size_t>(count);
    }
    return true;
}

}  // namespace tern::conformance::kafka
