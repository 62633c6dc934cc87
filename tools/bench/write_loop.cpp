#include "tools/bench/write_loop.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tools/bench/bench_error.hpp"
#include "tools/bench/interruption.hpp"
#include "tools/bench/publication_mark.hpp"

namespace tern::bench {

namespace {

constexpr int backlog = 4096;
constexpr int write_wait_ms = 1000;

sockaddr* address_of(sockaddr_in& address) {
    return reinterpret_cast<sockaddr*>(&address);
}

/// A descriptor that becomes ready within a second or so. Errors: throws when the person wants to stop.
void wait_for(int descriptor, short events) {
    pollfd waiting{descriptor, events, 0};
    while (poll(&waiting, 1, write_wait_ms) <= 0) stop_if_interrupted();
}

}  // namespace

WriteLoop::WriteLoop(std::string frame, Joining joining)
    : frame_(std::move(frame)),
      joining_(joining),
      listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    each_mark(frame_, [&](std::size_t at) { moment_offset_ = at; });
    if (moment_offset_ == 0) throw BenchError("There is no frame to write.");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (bind(listener_, address_of(address), length) != 0 || listen(listener_, backlog) != 0 ||
        getsockname(listener_, address_of(address), &length) != 0)
        throw BenchError(fmt::format("Cannot listen: {}.", std::strerror(errno)));
    endpoint_ = {"127.0.0.1", std::to_string(ntohs(address.sin_port))};
}

WriteLoop::~WriteLoop() {
    for (const int one : sockets_) close(one);
    close(listener_);
}

void WriteLoop::accept(std::size_t count) {
    while (sockets_.size() < count) {
        wait_for(listener_, POLLIN);
        const int accepted = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted < 0) throw BenchError(fmt::format("Cannot accept a connection: {}.", std::strerror(errno)));
        const int on = 1;
        setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        sockets_.push_back(accepted);
    }
}

void WriteLoop::push(Instant moment) {
    write_mark_time(&frame_[moment_offset_], moment);
    joined_ += frame_;
    if (joining_ == Joining::no) serve();
}

void WriteLoop::serve() {
    if (joined_.empty()) return;
    for (const int one : sockets_) write_to(one);
    joined_.clear();
}

void WriteLoop::write_to(int one) const {
    std::string_view rest = joined_;
    while (!rest.empty()) {
        const auto sent = send(one, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent > 0) rest.remove_prefix(static_cast<std::size_t>(sent));
        if (sent >= 0 || errno == EINTR) continue;
        if (errno != EAGAIN) throw BenchError("The reader's process closed a socket.");
        wait_for(one, POLLOUT);
    }
}

}  // namespace tern::bench
