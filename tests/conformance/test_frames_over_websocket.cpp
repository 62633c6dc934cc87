#include <doctest/doctest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <csignal>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "clients/cpp/source/encode.hpp"
#include "protocol/framing.hpp"
#include "protocol/record_batch.hpp"
#include "tern/detail/operations.hpp"
#include "tern_generated.h"
#include "tests/conformance/broker_process.hpp"
#include "tests/unit/websocket/peer.hpp"

namespace tern::conformance {
namespace {

namespace wire = protocol::wire;

constexpr unsigned whole_binary = 0x82;

/// The native protocol's frames as messages of a WebSocket, to a real broker.
class FramesOverWebSocket {
public:
    explicit FramesOverWebSocket(std::uint16_t port) : peer_(connect(port)) {
        peer_.send(
            "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Protocol: tern.fbs.v1\r\n\r\n");
        const auto header = peer_.read_header();
        REQUIRE_MESSAGE(header.starts_with("HTTP/1.1 101"), header);
        REQUIRE_NE(header.find("tern.fbs.v1"), std::string::npos);
        detail::Builder builder;
        send(detail::frame_of(builder, 0, wire::CreateHelloDirect(builder, 1, 1, "frames over websocket")));
        REQUIRE_NE(flatbuffers::GetRoot<wire::Reply>(next(0).data())->body_as_Welcome(), nullptr);
    }

    std::uint64_t next_id() { return ++last_id_; }
    /// Several frames may be one message.
    void send(const std::string& frames) { peer_.send(websocket::Peer::frame(whole_binary, frames)); }
    template <class T>
    auto answer(const detail::Operation<T>& operation) {
        auto outcome = operation.read(next(operation.id));
        REQUIRE(outcome.has_value());
        return outcome;
    }
    template <class T>
    auto execute(const detail::Operation<T>& operation) {
        send(operation.frame);
        return answer(operation);
    }
    /// The next publications that a subscription is pushed, until there are so many.
    struct Seen {
        std::int64_t offset = 0;
        std::string subject;
        std::string data;
        std::string handle;
    };
    std::vector<Seen> publications(std::uint64_t subscription, std::size_t count) {
        std::vector<Seen> seen;
        while (seen.size() < count) {
            const auto bytes = next(subscription);
            const auto* pushed = flatbuffers::GetRoot<wire::Reply>(bytes.data())->body_as_Publications();
            REQUIRE_NE(pushed, nullptr);
            for (const auto* each : *pushed->publications()) {
                const auto* data = reinterpret_cast<const char*>(each->data()->data());
                seen.push_back({each->offset(), each->subject()->str(), std::string(data, each->data()->size()),
                                each->handle() != nullptr ? each->handle()->str() : std::string()});
            }
        }
        return seen;
    }
    websocket::PeerFrame close(unsigned code) {
        const std::string payload = {static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
        peer_.send(websocket::Peer::frame(0x88, payload));
        return peer_.read_frame();
    }
    websocket::PeerFrame read_frame() { return peer_.read_frame(); }

private:
    boost::asio::ip::tcp::socket connect(std::uint16_t port) {
        boost::asio::ip::tcp::socket socket(context_);
        socket.connect({boost::asio::ip::address_v4::loopback(), port});
        return socket;
    }
    /// The next reply with this id; others are kept.
    std::string next(std::uint64_t id) {
        while (replies_[id].empty()) read_message();
        auto reply = std::move(replies_[id].front());
        replies_[id].pop_front();
        return reply;
    }
    void read_message() {
        const auto frame = peer_.read_frame();
        REQUIRE_EQ(frame.first, whole_binary);
        std::string_view rest = frame.payload;
        while (!rest.empty()) {
            const auto space = reader_.space();
            const auto count = std::min(space.size, rest.size());
            std::copy_n(rest.begin(), count, space.bytes);
            reader_.arrived(count);
            rest.remove_prefix(count);
            while (auto reply = reader_.next()) {
                const auto id = flatbuffers::GetRoot<wire::Reply>(reply->view().data())->id();
                replies_[id].emplace_back(reply->view());
            }
        }
    }

    boost::asio::io_context context_;
    websocket::Peer peer_;
    std::uint64_t last_id_ = 0;
    protocol::FrameReader reader_{protocol::frame_bytes_max};
    std::map<std::uint64_t, std::deque<std::string>> replies_;
};

NewPublication publication(const std::string& subject, const std::string& data) {
    NewPublication publication;
    publication.subject = subject;
    publication.data = data;
    return publication;
}

}  // namespace

TEST_CASE("a session of frames over a WebSocket does what topics, queues and streams can") {
    BrokerProcess broker;
    FramesOverWebSocket session(broker.http_port);
    FramesOverWebSocket other(broker.http_port);

    // A topic that feeds a queue, with a subscriber to all, and a durable one.
    session.execute(detail::create_topic(session.next_id(), {"news"}, {}, {}));
    session.execute(detail::create_queue(session.next_id(), {"jobs"}, {}, {}));
    SubscriptionSettings raw;
    raw.raw = true;
    raw.pattern = "news.paid";
    session.execute(detail::add_subscription(session.next_id(), {"news"}, "jobs", raw));
    SubscriberOptions live;
    live.pattern = "news.>";
    const auto subscribe = detail::subscribe(session.next_id(), live, FromNow{});
    session.execute(subscribe);
    SubscriberOptions durable;
    durable.pattern = "news.*";
    durable.durable = "printer";
    const auto open = detail::subscribe(session.next_id(), durable, FromNow{});
    session.execute(open);

    // Somebody else publishes: two frames in one message.
    const auto first = detail::publish(other.next_id(), publication("news.new", "order 1"), {});
    const auto second =
        detail::publish(other.next_id(), publication("news.paid", std::string("\0\xFF order 1", 10)), {});
    other.send(first.frame + second.frame);
    CHECK_EQ(other.answer(first).value().offset, 0);
    CHECK_EQ(other.answer(second).value().offset, 1);

    const auto seen = session.publications(subscribe.id, 2);
    CHECK_EQ(seen[0].subject, "news.new");
    CHECK_EQ(seen[1].offset, 1);
    CHECK_EQ(seen[1].data, std::string("\0\xFF order 1", 10));
    const auto pushed = session.publications(open.id, 2);
    CHECK_EQ(pushed[0].data, "order 1");
    CHECK_FALSE(pushed[1].handle.empty());
    const auto acknowledged =
        session.execute(detail::acknowledge(session.next_id(), open.id, {pushed[0].handle, pushed[1].handle}));
    CHECK_EQ(acknowledged.value().size(), 2);

    // The queue got its copy; one more is sent by hand.
    session.execute(detail::send(session.next_id(), {"jobs"}, {.body = "by hand"}));
    ReceiveOptions ten;
    ten.messages_max = 10;
    const auto received = session.execute(detail::receive(session.next_id(), {"jobs"}, ten));
    REQUIRE_EQ(received.value().size(), 2);
    CHECK_EQ(received.value()[0].body, std::string("\0\xFF order 1", 10));
    CHECK_EQ(received.value()[1].body, "by hand");

    // A stream is appended to by one and read by the other.
    session.execute(detail::create_stream(session.next_id(), {"events"}, {.partitions = 1}));
    protocol::BatchBuilder builder;
    builder.begin();
    builder.add(1, "key", "value", {});
    const std::string batch(builder.finish(protocol::Compression::none, {}));
    const auto appended = session.execute(detail::append(session.next_id(), {"events"}, {{0, batch}}));
    CHECK_EQ(appended.value().at(0).base_offset, 0);
    const auto fetched = other.execute(detail::fetch(other.next_id(), {{"events", 0, 0}}, {}));
    CHECK_EQ(fetched.value().at(0).batches, batch);

    // It ends in order: what was unsubscribed is pushed no more, and a close is answered with its code.
    session.execute(detail::unsubscribe(session.next_id(), subscribe.id));
    const auto closed = session.close(1000);
    CHECK_EQ(closed.opcode(), 8);
    CHECK_EQ(websocket::Peer::code_of(closed), 1000);
}

TEST_CASE("a session of frames goes on, after the broker was killed, where it was") {
    TemporaryFolder folder;
    std::string epoch;
    {
        BrokerProcess broker({"--data", folder.path});
        FramesOverWebSocket session(broker.http_port);
        SubscriberOptions live;
        live.pattern = "news";
        const auto subscribe = detail::subscribe(session.next_id(), live, FromNow{});
        epoch = session.execute(subscribe).value().epoch;
        session.execute(detail::publish(session.next_id(), publication("news", "seen"), {}));
        CHECK_EQ(session.publications(subscribe.id, 1).at(0).data, "seen");
        session.execute(detail::unsubscribe(session.next_id(), subscribe.id));
        session.execute(detail::publish(session.next_id(), publication("news", "missed"), {}));
        broker.end(SIGKILL);
    }
    BrokerProcess broker({"--data", folder.path});
    FramesOverWebSocket session(broker.http_port);

    SubscriberOptions live;
    live.pattern = "news";
    const auto subscribe = detail::subscribe(session.next_id(), live, FromOffset{1, epoch});
    const auto subscribed = session.execute(subscribe);

    CHECK_EQ(subscribed.value().epoch, epoch);
    CHECK(subscribed.value().recovered);
    CHECK_EQ(session.publications(subscribe.id, 1).at(0).data, "missed");
}

TEST_CASE("a frame that is none ends the session with 4500, after what it was asked for is answered") {
    BrokerProcess broker;
    FramesOverWebSocket session(broker.http_port);
    session.send(std::string("\x04\x00\x00\x00zzzz", 8));

    for (;;) {
        const auto frame = session.read_frame();
        if (frame.opcode() != 8) continue;
        CHECK_EQ(websocket::Peer::code_of(frame), 4500);
        break;
    }
}

}  // namespace tern::conformance
