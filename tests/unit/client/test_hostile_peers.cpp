#include <doctest/doctest.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdlib>
#include <random>
#include <string>

#include "clients/cpp/source/decode.hpp"
#include "clients/cpp/source/encode.hpp"
#include "protocol/framing.hpp"
#include "tern/blocking_client.hpp"
#include "tern/detail/operations.hpp"
#include "tests/unit/client/ternd_process.hpp"

/// Peers that send nonsense or do not read, against the real broker: each costs it one connection.
namespace tern {

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace wire = protocol::wire;

namespace {

/// A connection on which a test writes what it likes.
class RawPeer {
public:
    explicit RawPeer(const ServerAddress& address) {
        socket_.connect({asio::ip::make_address(address.host), address.port});
    }
    /// False when the broker has closed the connection.
    bool write(const std::string& bytes) {
        boost::system::error_code error;
        asio::write(socket_, asio::buffer(bytes), error);
        return !error;
    }
    void greet() {
        detail::Builder builder;
        write(detail::frame_of(builder, 0, wire::CreateHelloDirect(builder, 1, 1, "raw")));
        CHECK_EQ(read_status(), Status::ok);
    }
    Status read_status() {
        char header[protocol::frame_header_bytes];
        asio::read(socket_, asio::buffer(header));
        std::string frame(protocol::frame_length(header), '\0');
        asio::read(socket_, asio::buffer(frame));
        const auto* reply = detail::verified_reply(frame);
        REQUIRE(reply != nullptr);
        return static_cast<Status>(reply->status());
    }
    /// Writes as much as the system takes without waiting.
    std::size_t write_some(const std::string& bytes) {
        socket_.non_blocking(true);
        boost::system::error_code error;
        const auto count = socket_.write_some(asio::buffer(bytes), error);
        return error ? 0 : count;
    }
    /// Reads until the broker closes; true when it did.
    bool ended() {
        boost::system::error_code error;
        char bytes[256];
        while (!error) socket_.read_some(asio::buffer(bytes), error);
        return error == asio::error::eof || error == asio::error::connection_reset;
    }

private:
    asio::io_context context_;
    asio::ip::tcp::socket socket_{context_};
};

struct Hostile {
    TerndProcess ternd;
    BlockingClient client{ClientOptions{.server = ternd.address()}};

    Hostile() { client.create_queue("orders"); }
    void check_that_others_work() {
        client.send("orders", {.body = "x"});
        const auto messages = client.receive("orders", {.wait = 5s});
        REQUIRE_EQ(messages.size(), 1);
        client.delete_message("orders", messages[0].receipt_handle);
    }
};

std::string framed(std::string body) {
    std::string frame(protocol::frame_header_bytes, '\0');
    protocol::store_frame_length(frame.data(), static_cast<std::uint32_t>(body.size()));
    return frame += body;
}

}  // namespace

TEST_CASE_FIXTURE(Hostile, "random bytes cost one connection each") {
    std::mt19937 random(1);
    for (int round = 0; round < 50; ++round) {
        RawPeer peer(ternd.address());
        std::string bytes(1 + random() % 5000, '\0');
        for (auto& byte : bytes) byte = static_cast<char>(random());
        // A length that can be, so that the bytes behind it are looked at.
        if (round % 2 == 0) bytes = framed(bytes.substr(0, 4000));

        peer.write(bytes);

        CHECK(peer.ended());
    }
    check_that_others_work();
}

TEST_CASE_FIXTURE(Hostile, "a huge length is refused before anything is kept for it") {
    RawPeer stranger(ternd.address());
    stranger.write(std::string("\xff\xff\xff\xff", 4));
    CHECK_EQ(stranger.read_status(), Status::frame_too_large);
    CHECK(stranger.ended());

    RawPeer known(ternd.address());
    known.greet();
    known.write(std::string("\xff\xff\xff\x7f", 4));
    CHECK_EQ(known.read_status(), Status::frame_too_large);
    CHECK(known.ended());
    check_that_others_work();
}

TEST_CASE_FIXTURE(Hostile, "a malformed frame in the middle is told so and ends its connection only") {
    RawPeer peer(ternd.address());
    peer.greet();
    peer.write(detail::purge_queue(1, "orders").frame);
    CHECK_EQ(peer.read_status(), Status::ok);

    peer.write(framed("garbage"));

    CHECK_EQ(peer.read_status(), Status::malformed_frame);
    CHECK(peer.ended());
    check_that_others_work();
}

TEST_CASE_FIXTURE(Hostile, "requests without a hello are refused") {
    RawPeer peer(ternd.address());
    peer.write(detail::broker_status(1).frame);

    CHECK_EQ(peer.read_status(), Status::hello_expected);
    CHECK(peer.ended());
}

TEST_CASE_FIXTURE(Hostile, "a peer that asks much and reads nothing is read no further and hurts nobody") {
    client.send("orders", {.body = std::string(500'000, 'x')});
    RawPeer greedy(ternd.address());
    greedy.greet();
    std::string requests;
    for (std::uint64_t id = 1; id <= 200; ++id) requests += detail::peek(id, "orders", {}).frame;

    // The broker takes requests until 1 MiB of its answers waits; then the sockets' buffers fill, and that is that.
    std::size_t taken = 0;
    for (int silent = 0; silent < 20;) {
        const auto count = greedy.write_some(requests.substr(taken % requests.size()));
        taken += count;
        silent = count > 0 ? 0 : silent + 1;
        // Others are served meanwhile, which also gives the broker time to take what it would take.
        client.broker_status();
    }

    CHECK_GT(taken, 0);
    // Sanitizers use several times as much.
    if (!std::getenv("TERN_SANITIZED")) CHECK_LT(client.broker_status().rss_anonymous_bytes, 64u << 20);
    client.purge_queue("orders");
    check_that_others_work();
}

}  // namespace tern
