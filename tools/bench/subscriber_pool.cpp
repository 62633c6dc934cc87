#include "tools/bench/subscriber_pool.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "tools/bench/bench_error.hpp"

namespace tern::bench {

namespace {

constexpr std::size_t read_bytes = 256u << 10;
/// A broker that does not answer a subscription within it has stopped working.
constexpr time_t subscription_seconds_max = 20;
/// So that one that reads no more is soon felt.
constexpr int stopped_buffer_bytes = 4096;

void set_blocking(int descriptor, bool blocking) {
    const int flags = fcntl(descriptor, F_GETFL);
    fcntl(descriptor, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK);
}

void send_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) throw BenchError(fmt::format("Writing to a WebSocket failed: {}.", std::strerror(errno)));
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

int open_socket(const SubscriberPlan& plan) {
    const int descriptor = connect_to(plan.endpoint);
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (plan.role == SubscriberRole::stopped)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &stopped_buffer_bytes, sizeof stopped_buffer_bytes);
    const timeval patience{subscription_seconds_max, 0};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return descriptor;
}

}  // namespace

SubscriberPool::SubscriberPool() : epoll_(epoll_create1(EPOLL_CLOEXEC)), input_(read_bytes) {
    if (epoll_ < 0) throw BenchError("Cannot make an epoll descriptor.");
}

SubscriberPool::~SubscriberPool() {
    disconnect();
    close(epoll_);
}

void SubscriberPool::disconnect() {
    for (const auto& member : members_) close(member->descriptor);
    members_.clear();
}

void SubscriberPool::connect(const SubscriberPlan& plan) {
    const bool bare = plan.role == SubscriberRole::bare;
    for (std::size_t i = 0; i < plan.count; ++i) {
        auto subscriber = bare ? Subscriber() : Subscriber(to_string(plan.endpoint), plan.encoding, plan.pattern);
        members_.push_back(std::make_unique<Member>(Member{open_socket(plan), plan.role, std::move(subscriber)}));
        auto& member = *members_.back();
        subscribe(member);
        set_blocking(member.descriptor, false);
        if (plan.role == SubscriberRole::stopped) continue;
        epoll_event event{.events = EPOLLIN, .data = {.ptr = &member}};
        if (epoll_ctl(epoll_, EPOLL_CTL_ADD, member.descriptor, &event) != 0)
            throw BenchError("Cannot watch a socket.");
    }
}

void SubscriberPool::subscribe(Member& member) {
    send_all(member.descriptor, member.subscriber.take_output());
    while (!member.subscriber.subscribed()) {
        const auto got = recv(member.descriptor, input_.data(), input_.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got == 0) throw BenchError("The broker closed a WebSocket before it was subscribed.");
        if (got < 0) throw BenchError(fmt::format("A WebSocket was not subscribed: {}.", std::strerror(errno)));
        member.subscriber.take({input_.data(), static_cast<std::size_t>(got)}, [](auto, auto) {});
        send_all(member.descriptor, member.subscriber.take_output());
    }
}

void SubscriberPool::serve(const See& see) {
    std::array<epoll_event, 256> events;
    const int ready = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < ready; ++i) read(*static_cast<Member*>(events[static_cast<std::size_t>(i)].data.ptr), see);
}

void SubscriberPool::read(Member& member, const See& see) {
    const auto got = recv(member.descriptor, input_.data(), input_.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got < 0) throw BenchError(fmt::format("Reading from a WebSocket failed: {}.", std::strerror(errno)));
    if (got == 0) throw BenchError("A WebSocket was closed.");
    member.subscriber.take({input_.data(), static_cast<std::size_t>(got)}, [&](auto frame, auto payload) {
        if (member.role != SubscriberRole::idle) see(frame, payload);
    });
    if (const auto output = member.subscriber.take_output(); !output.empty()) send_all(member.descriptor, output);
}

}  // namespace tern::bench
