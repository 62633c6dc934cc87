#include "tools/bench/bare_http.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cstdint>

#include "tools/bench/bench_error.hpp"

namespace tern::bench {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

namespace {

asio::awaitable<void> serve_bare(tcp::socket socket, const std::string& body) {
    boost::beast::flat_buffer buffer;
    constexpr auto token = asio::as_tuple(asio::use_awaitable);
    while (true) {
        http::request<http::string_body> request;
        const auto [read_error, read_bytes] = co_await http::async_read(socket, buffer, request, token);
        if (read_error) co_return;
        http::response<http::string_body> response(http::status::ok, request.version());
        response.set(http::field::content_type, "application/x-amz-json-1.0");
        response.body() = body;
        response.keep_alive(request.keep_alive());
        response.prepare_payload();
        const auto [write_error, written_bytes] = co_await http::async_write(socket, response, token);
        if (write_error) co_return;
    }
}

asio::awaitable<void> accept_bare(tcp::acceptor& acceptor, const std::string& body) {
    while (true) {
        auto socket = co_await acceptor.async_accept(asio::use_awaitable);
        socket.set_option(tcp::no_delay(true));
        asio::co_spawn(acceptor.get_executor(), serve_bare(std::move(socket), body), asio::detached);
    }
}

/// The server's process; tells its port through the descriptor.
void run_bare(int to_parent, const std::string& body) {
    asio::io_context context(1);
    tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    const std::uint16_t port = acceptor.local_endpoint().port();
    if (write(to_parent, &port, sizeof port) != sizeof port) return;
    close(to_parent);
    asio::co_spawn(context, accept_bare(acceptor, body), asio::detached);
    context.run();
}

}  // namespace

BareHttp::BareHttp(const std::string& body) {
    int ends[2];
    if (pipe(ends) != 0) throw BenchError("Cannot make a pipe.");
    process_ = fork();
    if (process_ < 0) throw BenchError("Cannot start the bare server's process.");
    if (process_ == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGINT, SIG_IGN);
        close(ends[0]);
        try {
            run_bare(ends[1], body);
        } catch (const std::exception&) {
            _exit(1);
        }
        _exit(0);
    }
    close(ends[1]);
    std::uint16_t port = 0;
    const auto got = read(ends[0], &port, sizeof port);
    close(ends[0]);
    if (got != sizeof port) throw BenchError("The bare server did not start.");
    endpoint_ = {"127.0.0.1", std::to_string(port)};
}

BareHttp::~BareHttp() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
}

}  // namespace tern::bench
