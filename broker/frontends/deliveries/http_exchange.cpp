#include "broker/frontends/deliveries/http_exchange.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <utility>

namespace tern::deliveries {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr std::uint64_t answer_bytes_max = 64u << 10;
constexpr std::uint32_t answer_header_bytes_max = 16u << 10;
constexpr auto to_awaitable = asio::as_tuple(asio::use_awaitable);

engine::IpAddress numbers_of(const asio::ip::address& address) {
    engine::IpAddress numbers;
    if (address.is_v4()) {
        const auto bytes = address.to_v4().to_bytes();
        std::ranges::copy(bytes, numbers.bytes.begin());
    } else {
        const auto bytes = address.to_v6().to_bytes();
        std::ranges::copy(bytes, numbers.bytes.begin());
        numbers.version_6 = true;
    }
    return numbers;
}

}  // namespace

HttpExchange::HttpExchange(asio::io_context& context, asio::ssl::context& tls, const HttpPosterOptions& options,
                           Post&& post)
    : tls_(tls),
      options_(options),
      post_(std::move(post)),
      resolver_(context),
      socket_(context),
      deadline_(context) {}

void HttpExchange::cancel() {
    resolver_.cancel();
    deadline_.cancel();
    boost::system::error_code ignored;
    socket_.close(ignored);
}

void HttpExchange::set_deadline() {
    deadline_.expires_after(options_.patience);
    deadline_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (error || !self) return;
        self->too_late_ = true;
        self->cancel();
    });
}

PostOutcome HttpExchange::failure(const char* doing, const boost::system::error_code& error) const {
    const std::string reason = too_late_ ? "no answer in time" : error.message();
    return {Verdict::failed_for_now, std::string(doing) + ": " + reason};
}

asio::awaitable<PostOutcome> HttpExchange::run() {
    set_deadline();
    PostOutcome outcome;
    const auto endpoints = co_await look_up(outcome);
    if (endpoints.empty()) co_return outcome;
    const auto [error, connected_to] = co_await asio::async_connect(socket_, endpoints, to_awaitable);
    if (error) co_return failure("connecting", error);
    if (post_.url.https) {
        outcome = co_await exchange_over_tls();
    } else {
        set_deadline();
        outcome = co_await exchange(socket_);
    }
    deadline_.cancel();
    co_return outcome;
}

/// The addresses that may be connected to; none, and the reason.
asio::awaitable<std::vector<tcp::endpoint>> HttpExchange::look_up(PostOutcome& refusal) {
    std::vector<tcp::endpoint> allowed;
    boost::system::error_code not_numeric;
    const auto address = asio::ip::make_address(post_.url.host, not_numeric);
    if (!not_numeric) {
        // No detour over the thread on which names are looked up, one after the other.
        const auto port = static_cast<std::uint16_t>(std::stoul(post_.url.port));
        take_if_allowed({address, port}, allowed, refusal);
        co_return allowed;
    }
    const auto [error, found] = co_await resolver_.async_resolve(post_.url.host, post_.url.port, to_awaitable);
    if (error) {
        refusal = failure("looking the host up", error);
        co_return allowed;
    }
    for (const auto& entry : found) take_if_allowed(entry.endpoint(), allowed, refusal);
    co_return allowed;
}

void HttpExchange::take_if_allowed(const tcp::endpoint& endpoint, std::vector<tcp::endpoint>& allowed,
                                   PostOutcome& refusal) const {
    if (options_.rule.allows(post_.url.host, numbers_of(endpoint.address()))) return allowed.push_back(endpoint);
    refusal = {Verdict::failed_for_good, endpoint.address().to_string() +
                                             " is not among the addresses to which this broker delivers (setting "
                                             "delivery_hosts)"};
}

asio::awaitable<PostOutcome> HttpExchange::exchange_over_tls() {
    asio::ssl::stream<tcp::socket&> stream(socket_, tls_);
    const auto& host = post_.url.host;
    // RFC 6066 section 3: names only.
    if (!engine::ip_address(host)) SSL_set_tlsext_host_name(stream.native_handle(), host.c_str());
    stream.set_verify_callback(asio::ssl::host_name_verification(host));
    const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::client, to_awaitable);
    if (error) co_return failure("TLS", error);
    set_deadline();
    co_return co_await exchange(stream);
}

template <class Stream>
asio::awaitable<PostOutcome> HttpExchange::exchange(Stream& stream) {
    const auto text = request();
    const auto [write_error, written] = co_await asio::async_write(stream, asio::buffer(text), to_awaitable);
    if (write_error) co_return failure("sending", write_error);

    boost::beast::flat_buffer buffer(answer_bytes_max);
    std::optional<http::response_parser<http::string_body>> parser;
    // RFC 9110 section 15.2: any number of 1xx answers may come before the one that counts.
    do {
        parser.emplace();
        parser->header_limit(answer_header_bytes_max);
        parser->body_limit(answer_bytes_max);
        const auto [error, bytes] = co_await http::async_read_header(stream, buffer, *parser, to_awaitable);
        if (error) co_return failure("reading the answer", error);
    } while (parser->get().result_int() < 200);
    const auto status = parser->get().result_int();
    // Whatever becomes of the rest, the answer is known; but who is still writing shall not see a reset.
    co_await http::async_read(stream, buffer, *parser, to_awaitable);
    co_return PostOutcome{verdict_of_status(status), "status " + std::to_string(status)};
}

std::string HttpExchange::request() const {
    std::string text = "POST " + post_.url.target + " HTTP/1.1\r\nHost: " + post_.url.authority + "\r\n";
    const auto add = [&](std::string_view name, std::string_view value) {
        text.append(name).append(": ").append(value).append("\r\n");
    };
    for (const auto& [name, value] : post_.fields) add(name, value);
    if (!post_.url.authorization.empty()) add("Authorization", post_.url.authorization);
    // As SNS; how an answer's body is written matters to nobody.
    add("Accept-Encoding", "gzip,deflate");
    add("Connection", "close");
    add("Content-Length", std::to_string(post_.body.size()));
    return text.append("\r\n").append(post_.body);
}

}  // namespace tern::deliveries
