#include "tools/bench/http_client.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "tools/bench/bench_error.hpp"
#include "tools/bench/interruption.hpp"

namespace tern::bench {

namespace {

constexpr std::size_t http_read_bytes = 64u << 10;
constexpr int http_wait_ms = 200;

/// The whole length of the answer that begins here; nothing when its header is not whole.
std::optional<std::size_t> answer_length(std::string_view input, std::size_t& header_bytes) {
    const auto end = input.find("\r\n\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    header_bytes = end + 4;
    const auto header = input.substr(0, end);
    if (!header.starts_with("HTTP/1.1 200")) throw BenchError(fmt::format("The answer was {}", input.substr(0, 600)));
    constexpr std::string_view name = "Content-Length: ";
    const auto at = header.find(name);
    std::size_t length = 0;
    if (at == std::string_view::npos) throw BenchError("An answer without a Content-Length.");
    std::from_chars(header.data() + at + name.size(), header.data() + header.size(), length);
    return header_bytes + length;
}

}  // namespace

HttpClient::HttpClient(const Endpoint& endpoint) : descriptor_(connect_to(endpoint)) {
    fcntl(descriptor_, F_SETFL, fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
}

HttpClient::~HttpClient() {
    close(descriptor_);
}

void HttpClient::begin(std::string_view request) {
    request_ = request;
    written_ = 0;
    write();
}

void HttpClient::write() {
    while (wants_to_write()) {
        const auto sent = send(descriptor_, request_.data() + written_, request_.size() - written_, MSG_NOSIGNAL);
        if (sent > 0) written_ += static_cast<std::size_t>(sent);
        if (sent >= 0 || errno == EINTR) continue;
        if (errno == EAGAIN) return;
        throw BenchError(fmt::format("The connection failed: {}.", std::strerror(errno)));
    }
}

void HttpClient::read(const std::function<void(std::string_view)>& on_body) {
    std::array<char, http_read_bytes> bytes;
    const auto got = recv(descriptor_, bytes.data(), bytes.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) throw BenchError("The connection was closed.");
    input_.append(bytes.data(), static_cast<std::size_t>(got));
    std::size_t header_bytes = 0;
    const auto length = answer_length(input_, header_bytes);
    if (!length || input_.size() < *length) return;
    const auto answer = std::exchange(input_, {});
    on_body(std::string_view(answer).substr(header_bytes));
}

std::string HttpClient::call(std::string_view request) {
    std::optional<std::string> answer;
    begin(request);
    while (!answer) {
        stop_if_interrupted();
        pollfd waiting{descriptor_, static_cast<short>(wants_to_write() ? POLLIN | POLLOUT : POLLIN), 0};
        if (poll(&waiting, 1, http_wait_ms) <= 0) continue;
        write();
        read([&](std::string_view body) { answer = std::string(body); });
    }
    return *answer;
}

}  // namespace tern::bench
