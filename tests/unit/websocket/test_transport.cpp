#include <doctest/doctest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <string>

#include "tests/unit/websocket/echo_server.hpp"
#include "tests/unit/websocket/peer.hpp"

namespace tern::websocket {
namespace {

using boost::asio::ip::tcp;

constexpr unsigned text_frame = 0x81;
constexpr unsigned ping_frame = 0x89;
constexpr unsigned pong_frame = 0x8A;
constexpr unsigned close_frame = 0x88;

/// An echo on a thread of its own, and a peer that is connected to it.
struct EchoFixture {
    EchoFixture() { connect({}); }
    ~EchoFixture() {
        work.reset();
        io.stop();
        thread.join();
    }

    /// What stands in `leftover` was read with the request.
    void connect(const Echo::Options& options, std::string leftover = {}) {
        if (peer) peer->socket().close();
        tcp::acceptor acceptor(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
        tcp::socket client(client_io);
        client.connect(acceptor.local_endpoint());
        auto server = acceptor.accept();
        peer.emplace(std::move(client));
        on_server([&] { echo = Echo::begin(std::move(server), std::move(leftover), options); });
    }
    void open(const Echo::Options& options = {}, std::string leftover = {}) {
        connect(options, std::move(leftover));
        header = peer->read_header();
    }
    template <class Action>
    void on_server(Action action) {
        std::promise<void> done;
        boost::asio::post(io, [&] {
            action();
            done.set_value();
        });
        done.get_future().wait();
    }

    boost::asio::io_context io;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{io.get_executor()};
    std::thread thread{[this] { io.run(); }};
    boost::asio::io_context client_io;
    std::optional<Peer> peer;
    std::shared_ptr<Echo> echo;
    std::string header;
};

}  // namespace

TEST_CASE_FIXTURE(EchoFixture, "the handshake is answered as RFC 6455 shows it") {
    open();

    CHECK(header.starts_with("HTTP/1.1 101 "));
    CHECK_NE(header.find("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"), std::string::npos);
    CHECK_EQ(header.find("Sec-WebSocket-Protocol"), std::string::npos);
}

TEST_CASE_FIXTURE(EchoFixture, "a message comes back, whatever its length needs") {
    open();

    for (const std::size_t size : {0, 1, 125, 126, 65535, 65536, 300000}) {
        const std::string text(size, 'x');
        peer->send_text(text);
        const auto frame = peer->read_frame();
        CHECK_EQ(frame.first, text_frame);
        CHECK_EQ(frame.payload.size(), size);
    }
}

TEST_CASE_FIXTURE(EchoFixture, "frames that came with the request are read") {
    open({}, Peer::frame(text_frame, "early"));

    CHECK_EQ(peer->read_frame().payload, "early");
}

TEST_CASE_FIXTURE(EchoFixture, "fragments are one message, and a ping between them is answered at once") {
    open();
    peer->send(Peer::frame(0x01, "frag"));
    peer->send(Peer::frame(ping_frame, "are you there"));
    peer->send(Peer::frame(0x80, "ments"));

    const auto pong = peer->read_frame();
    CHECK_EQ(pong.first, pong_frame);
    CHECK_EQ(pong.payload, "are you there");
    CHECK_EQ(peer->read_frame().payload, "fragments");
}

TEST_CASE_FIXTURE(EchoFixture, "a broken rule closes with its code") {
    struct Case {
        std::string bytes;
        unsigned code;
    };
    const Case cases[] = {
        {Peer::frame(text_frame, "x", false), 1002},             // unmasked
        {Peer::frame(text_frame | 0x40, "x"), 1002},             // a reserved bit
        {Peer::frame(0x83, "x"), 1002},                          // a reserved opcode
        {Peer::frame(0x80, "x"), 1002},                          // goes on with nothing
        {Peer::frame(0x09, "x"), 1002},                          // a control frame in fragments
        {Peer::frame(ping_frame, std::string(126, 'x')), 1002},  // a control frame that is too long
        {Peer::frame(text_frame, "\xC3\x28"), 1007},             // not UTF-8
        {Peer::frame(0x82, "x"), 1003},                          // the wrong kind of message
        {Peer::frame(text_frame, std::string(2000, 'x')), 1009},
        {Peer::frame(close_frame, std::string("\x03\xED", 2)), 1002},  // 1005 is never sent
    };
    for (const auto& [bytes, code] : cases) {
        CAPTURE(code);
        open({{Opcode::text, 1000}});
        peer->send(bytes);

        const auto frame = peer->read_frame();
        CHECK_EQ(frame.first, close_frame);
        CHECK_EQ(Peer::code_of(frame), code);
    }
}

TEST_CASE_FIXTURE(EchoFixture,
                  "a message that is not wanted any more is closed in its midst, and the rest thrown away") {
    open({{}, 0, 100'000});
    const std::string part(60'000, 'x');
    peer->send(Peer::frame(0x01, part));
    peer->send(Peer::frame(0x00, part));

    const auto frame = peer->read_frame();
    CHECK_EQ(frame.first, close_frame);
    CHECK_EQ(Peer::code_of(frame), 4004);
    for (int i = 0; i < 20; ++i) peer->send(Peer::frame(0x00, part));
    peer->send(Peer::frame(0x80, part));
    peer->send(Peer::frame(close_frame, frame.payload));
    CHECK(peer->at_end());
}

TEST_CASE_FIXTURE(EchoFixture, "a closing handshake from either side") {
    SUBCASE("the peer's") {
        open();
        peer->send(Peer::frame(close_frame, std::string("\x03\xE8", 2)));

        CHECK_EQ(Peer::code_of(peer->read_frame()), 1000);
        CHECK(peer->at_end());
    }
    SUBCASE("ours") {
        open();
        peer->send_text("close");

        const auto frame = peer->read_frame();
        CHECK_EQ(Peer::code_of(frame), 4000);
        CHECK_EQ(frame.payload.substr(2), "as asked");
        peer->send(Peer::frame(close_frame, frame.payload));
        CHECK(peer->at_end());
    }
}

TEST_CASE_FIXTURE(EchoFixture, "control frames go between the messages of a peer that reads slowly") {
    constexpr std::size_t messages = 20'000;
    constexpr int pings = 500;
    open({{}, messages});
    for (int i = 0; i < pings; ++i) peer->send(Peer::frame(ping_frame, std::to_string(i)));

    std::size_t whole = 0;
    int pongs = 0;
    while (whole < messages || pongs < pings) {
        const auto frame = peer->read_frame();
        if (frame.first == pong_frame) {
            CHECK_EQ(frame.payload, std::to_string(pongs++));
        } else {
            REQUIRE_EQ(frame.first, text_frame);
            REQUIRE_EQ(frame.payload, std::string(1024, static_cast<char>('a' + whole % 26)));
            ++whole;
        }
    }
    CHECK_GT(pongs, 0);
}

TEST_CASE_FIXTURE(EchoFixture, "after its close frame nothing more is sent") {
    constexpr std::size_t messages = 20'000;
    open({{}, messages});
    on_server([&] { echo->transport().close(4001, "too slow"); });

    auto frame = peer->read_frame();
    while (frame.first == text_frame) frame = peer->read_frame();

    CHECK_EQ(Peer::code_of(frame), 4001);
    peer->send(Peer::frame(close_frame, frame.payload));
    CHECK(peer->at_end());
}

TEST_CASE_FIXTURE(EchoFixture, "a ping of ours has an empty payload") {
    open();
    peer->send_text("ping");

    CHECK_EQ(peer->read_frame().first, ping_frame);
}

TEST_CASE_FIXTURE(EchoFixture, "a connection that is not read for a while stays, and goes on") {
    open();
    peer->send_text("pause");
    peer->send_text("later");

    bool paused = false;
    while (!paused) on_server([&] { paused = echo->paused; });

    // Nobody but the transport holds the owner.
    const std::weak_ptr<Echo> watched = echo;
    on_server([&] { echo.reset(); });
    on_server([&] {
        const auto owner = watched.lock();
        REQUIRE(owner);
        owner->transport().resume();
    });
    CHECK_EQ(peer->read_frame().payload, "later");
}

TEST_CASE_FIXTURE(EchoFixture, "the owner learns that the peer has hung up") {
    open();
    peer->socket().close();

    bool ended = false;
    while (!ended) on_server([&] { ended = echo->ended; });
    CHECK(ended);
}

}  // namespace tern::websocket
