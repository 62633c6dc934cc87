#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "broker/engine/message_record.hpp"
#include "broker/engine/publication_record.hpp"
#include "broker/frontends/native/session_core.hpp"
#include "tern/detail/operations.hpp"
#include "tests/unit/native/session_fixture.hpp"

namespace tern::native {

namespace {

namespace wire = protocol::wire;
using Kind = wire::ReplyBody;

struct TopicSessionFixture : SessionFixture {
    TopicSessionFixture() { greet(); }

    void ask_to_subscribe(std::uint64_t id, const std::string& durable = {},
                          wire::SlowPolicy policy = wire::SlowPolicy::drop_oldest) {
        detail::Builder builder;
        const auto pattern = builder.CreateString("chat.>");
        const auto name = durable.empty() ? 0 : builder.CreateString(durable);
        wire::SubscribeBuilder body(builder);
        body.add_pattern(pattern);
        body.add_slow_policy(policy);
        if (!durable.empty()) body.add_durable(name);
        body.add_in_flight_max(in_flight_max);
        receive(detail::frame_of(builder, id, body.Finish()));
    }
    void open(const std::string& durable_queue = {}) {
        engine::TopicOpened opened;
        opened.topic = 3;
        opened.epoch = "e";
        opened.durable_queue = {"~durable/", durable_queue};
        core->on_own_answer(broker.own.back().request, {Errc::ok, {}, std::move(opened)});
        core->on_told();
    }
    void publish(const std::string& data) {
        runtime::StreamNews news;
        news.published.push_back({3, offset++, {}, {}, 0, publication(data)});
        broker.hub.deliver(news);
        core->on_told();
    }
    /// The subscription's queue has a message.
    void hand_out(const std::string& handle) {
        engine::Published from{3, offset++, {}, {}, 0, publication("from the queue")};
        const auto attributes = engine::durable_attributes(from, "e");
        engine::MessageRecord record;
        record.body = from.publication().data;
        record.attributes = attributes;
        engine::ReceivedMessage message;
        engine::encode(record, message.record);
        message.receipt_handle = handle;
        message.available_at = broker.now() + Milliseconds(30'000);
        core->on_own_answer(broker.own.back().request, {Errc::ok, {}, engine::Messages{{std::move(message)}}});
        core->on_told();
    }
    void acknowledge(std::uint64_t id, std::uint64_t subscription, const std::string& handle) {
        detail::Builder builder;
        const auto handles = builder.CreateVectorOfStrings({handle});
        receive(detail::frame_of(builder, id, wire::CreateAcknowledge(builder, subscription, handles)));
    }
    static std::shared_ptr<engine::PublicationBatch> publication(const std::string& data) {
        auto batch = std::make_shared<engine::PublicationBatch>();
        batch->push_back({"chat.a", data, {}, {}, {}});
        return batch;
    }
    std::uint64_t offset = 0;
    std::uint32_t in_flight_max = 100;
};

}  // namespace

TEST_CASE_FIXTURE(TopicSessionFixture, "publications are replies with the id of the subscription") {
    ask_to_subscribe(6);
    CHECK(written().empty());
    open();
    publish("one");
    publish("two");

    const auto replies = written();
    REQUIRE_EQ(replies.size(), 3);
    CHECK_EQ(replies[0].kind, Kind::Subscribed);
    CHECK_EQ(replies[1].kind, Kind::Publications);
    for (const auto& reply : replies) CHECK_EQ(reply.id, 6);

    detail::Builder builder;
    receive(detail::frame_of(builder, 7, wire::CreateUnsubscribe(builder, 6)));
    publish("three");
    const auto rest = written();
    REQUIRE_EQ(rest.size(), 1);
    CHECK_EQ(rest[0].id, 7);
    CHECK_EQ(rest[0].kind, Kind::Done);
}

TEST_CASE_FIXTURE(TopicSessionFixture, "a subscription takes no place among the requests in flight") {
    limits.requests_in_flight_max = 1;
    restart();
    greet();
    ask_to_subscribe(1);
    receive(detail::purge_queue(2, "a").frame);
    CHECK(written().empty());
    open();
    core->on_answer(2, {});
    CHECK_EQ(written().size(), 2);
}

TEST_CASE_FIXTURE(TopicSessionFixture,
                  "an acknowledgement deletes from the subscription's queue, with the peer's frame") {
    ask_to_subscribe(6, "phone", wire::SlowPolicy::disconnect);
    CHECK(std::holds_alternative<engine::OpenDurable>(broker.own.at(0).command));
    open("chat/phone");
    CHECK(std::holds_alternative<engine::ReceiveMessages>(broker.own.at(1).command));
    written();

    detail::Builder builder;
    const std::vector<std::string> handles = {"h1", "h2"};
    receive(detail::frame_of(builder, 7, wire::CreateAcknowledge(builder, 6, builder.CreateVectorOfStrings(handles))));
    REQUIRE_EQ(broker.submitted.size(), 1);
    const auto& remove = std::get<engine::DeleteMessages>(broker.submitted[0].command);
    CHECK_EQ(remove.queue.name, "chat/phone");
    CHECK_EQ(remove.receipt_handles.at(1), "h2");
    core->on_answer(7, {Errc::ok, {}, engine::EntryResults{{Errc::ok, Errc::ok}}});
    CHECK_EQ(written().at(0).kind, Kind::EntryResults);

    receive(detail::frame_of(builder, 8, wire::CreateAcknowledge(builder, 9, builder.CreateVectorOfStrings(handles))));
    CHECK_EQ(written().at(0).status, Errc::subscription_does_not_exist);
}

TEST_CASE_FIXTURE(TopicSessionFixture, "an acknowledgement that is refused frees no place for another publication") {
    limits.requests_in_flight_max = 1;
    restart();
    greet();
    in_flight_max = 1;
    ask_to_subscribe(6, "phone", wire::SlowPolicy::disconnect);
    open("chat/phone");
    hand_out("h1");
    const auto asked = broker.own.size();

    receive(detail::purge_queue(7, "a").frame);
    acknowledge(8, 6, "h1");
    CHECK_EQ(written().back().status, Errc::too_many_requests_in_flight);
    CHECK_EQ(broker.own.size(), asked);

    core->on_answer(7, {});
    acknowledge(9, 6, "h1");
    CHECK_EQ(broker.own.size(), asked + 1);
    core->on_answer(9, {Errc::ok, {}, engine::EntryResults{{Errc::ok}}});
}

TEST_CASE_FIXTURE(TopicSessionFixture, "a subscriber that is too slow and wants it so is let go") {
    limits.pushes.bytes_max = 1000;
    restart();
    greet();
    ask_to_subscribe(6, {}, wire::SlowPolicy::disconnect);
    open();
    for (int i = 0; i < 20; ++i) publish(std::string(100, 'x'));

    CHECK(core->ending());
    CHECK_EQ(core->fault(), Errc::subscriber_too_slow);
    CHECK_EQ(written().back().kind, Kind::SubscriptionEnded);
    CHECK_FALSE(broker.hub.watched());
}

TEST_CASE_FIXTURE(TopicSessionFixture, "when the broker stops nothing more is pushed") {
    ask_to_subscribe(5);
    open();
    ask_to_subscribe(6);
    core->end();
    publish("late");

    const auto replies = written();
    REQUIRE_EQ(replies.size(), 2);
    CHECK_EQ(replies[1].id, 6);
    CHECK_EQ(replies[1].status, Errc::shutting_down);
    CHECK_FALSE(broker.hub.watched());
}

TEST_CASE_FIXTURE(TopicSessionFixture, "requests are read while pushes wait") {
    limits.unwritten_bytes_max = 1000;
    limits.pushes.bytes_max = 1000;
    restart();
    greet();
    ask_to_subscribe(6);
    open();
    for (int i = 0; i < 10; ++i) publish(std::string(100, 'x'));
    CHECK(core->wants_requests());
}

TEST_CASE("a gathered write holds whole messages, shared ones among them, in order") {
    Outbox outbox;
    const auto shared = std::make_shared<const std::string>("shared ");
    outbox.begin_message();
    outbox.end() += "first ";
    outbox.append_shared(shared);
    outbox.begin_message();
    outbox.end() += "long(";
    outbox.append(std::string(40'000, 'x'));
    outbox.end() += ") ";
    outbox.append_shared(shared);

    CHECK_EQ(outbox.bytes(), 6 + 7 + 5 + 40'000 + 2 + 7);
    CHECK_EQ(outbox.next_pieces(100).size(), 2);
    outbox.written(7);
    CHECK_EQ(outbox.next_pieces(100).size(), 1);
    CHECK_EQ(outbox.next_pieces(100)[0], "hared ");
    outbox.written(6);
    const auto long_message = outbox.next_pieces(100);
    REQUIRE_EQ(long_message.size(), 3);
    CHECK_EQ(long_message[2], ") ");
    outbox.written(40'007);
    CHECK_EQ(outbox.next_pieces(100)[0], "shared ");
    outbox.written(7);
    CHECK(outbox.empty());
    CHECK(outbox.next_pieces(100).empty());
}

}  // namespace tern::native
