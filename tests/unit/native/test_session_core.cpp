#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "broker/engine/message_record.hpp"
#include "broker/frontends/native/session_core.hpp"
#include "tern/detail/operations.hpp"
#include "tests/unit/native/session_fixture.hpp"

namespace tern::native {

using namespace std::chrono_literals;
namespace wire = protocol::wire;

engine::Answer SessionFixture::messages_answer(std::size_t bytes, std::string receipt_handle) {
    const std::string body(bytes, 'b');
    engine::MessageRecord record;
    record.body = body;
    engine::ReceivedMessage message;
    engine::encode(record, message.record);
    message.receipt_handle = std::move(receipt_handle);
    engine::Messages messages;
    messages.messages.push_back(std::move(message));
    return {Errc::ok, {}, std::move(messages)};
}

TEST_CASE_FIXTURE(SessionFixture, "a hello is welcomed") {
    detail::Builder builder;
    receive(detail::frame_of(builder, 7, wire::CreateHelloDirect(builder, 1, 9, "peer 1.0")));

    const auto replies = written();
    REQUIRE_EQ(replies.size(), 1);
    CHECK_EQ(replies[0].id, 7);
    CHECK_EQ(replies[0].kind, wire::ReplyBody::Welcome);
    CHECK(core->greeted());
    CHECK_EQ(core->client(), "peer 1.0");
}

TEST_CASE_FIXTURE(SessionFixture, "a peer that speaks only other versions is told so and let go") {
    detail::Builder builder;
    receive(detail::frame_of(builder, 0, wire::CreateHelloDirect(builder, 2, 9, "peer")));

    CHECK_EQ(written().at(0).status, Errc::unsupported_version);
    CHECK(core->ending());
}

TEST_CASE_FIXTURE(SessionFixture, "a first frame that is no hello ends the session") {
    receive(detail::broker_status(3).frame);

    const auto replies = written();
    REQUIRE_EQ(replies.size(), 1);
    CHECK_EQ(replies[0].id, 3);
    CHECK_EQ(replies[0].status, Errc::hello_expected);
    CHECK(core->ending());
    CHECK(broker.queries.empty());
}

TEST_CASE_FIXTURE(SessionFixture, "before the hello only small frames are taken") {
    receive(framed(std::string(protocol::hello_frame_bytes_max + 1, 'x')));

    CHECK_EQ(written().at(0).status, Errc::frame_too_large);
    CHECK(core->ending());
}

TEST_CASE_FIXTURE(SessionFixture, "a send becomes a command whose views lie in the frame that travels with it") {
    greet();
    NewMessage message{.body = "hello"};
    message.attributes = {{"kind", "String", "greeting"}};
    message.delay = 5s;
    message.group_id = "group";
    message.deduplication_id = "";
    receive(detail::send(4, {"orders", "shop"}, message).frame);

    REQUIRE_EQ(broker.submitted.size(), 1);
    CHECK_EQ(broker.submitted[0].request, 4);
    const auto& send = std::get<engine::SendMessages>(broker.submitted[0].command);
    CHECK(send.queue == engine::QueueName{"shop", "orders"});
    REQUIRE_EQ(send.messages.size(), 1);
    const auto& sent = send.messages[0];
    CHECK_EQ(sent.body, "hello");
    CHECK_GE(sent.body.data(), broker.submitted[0].frame.get());
    CHECK_EQ(sent.attributes.at(0).type, "String");
    CHECK(sent.delay == Milliseconds(5'000));
    CHECK_EQ(sent.group_id, "group");
    CHECK(sent.deduplication_id == BytesView());
    CHECK(written().empty());
}

TEST_CASE_FIXTURE(SessionFixture, "what is not given stays not given") {
    greet();
    receive(detail::send(4, "orders", NewMessage{.body = "x"}).frame);
    receive(detail::receive(5, "orders", {}).frame);

    const auto& send = std::get<engine::SendMessages>(broker.submitted.at(0).command);
    CHECK_FALSE(send.messages[0].delay.has_value());
    CHECK_FALSE(send.messages[0].deduplication_id.has_value());
    const auto& receive = std::get<engine::ReceiveMessages>(broker.submitted.at(1).command);
    CHECK_FALSE(receive.wait.has_value());
    CHECK_FALSE(receive.visibility_timeout.has_value());
    CHECK_EQ(receive.messages_max, 1);
}

TEST_CASE_FIXTURE(SessionFixture, "answers go to their requests, in whatever order they come") {
    greet();
    receive(detail::purge_queue(1, "a").frame + detail::send(2, "a", NewMessage{.body = "x"}).frame +
            detail::create_queue(3, "b", {}, {}).frame);
    core->on_answer(3, {Errc::ok, {}, engine::QueueCreated{true}});
    core->on_answer(1, {Errc::queue_does_not_exist, "a", {}});
    core->on_answer(2, {Errc::ok, {}, engine::SendResults{{{Errc::ok, {1, 2}, 3}}}});

    const auto replies = written();
    REQUIRE_EQ(replies.size(), 3);
    CHECK_EQ(replies[0].id, 3);
    CHECK_EQ(replies[0].kind, wire::ReplyBody::QueueCreated);
    CHECK_EQ(replies[1].id, 1);
    CHECK_EQ(replies[1].status, Errc::queue_does_not_exist);
    CHECK_EQ(replies[1].message, "The specified queue does not exist. (a)");
    CHECK_EQ(replies[2].kind, wire::ReplyBody::SendResults);
}

TEST_CASE_FIXTURE(SessionFixture, "queries and backups do not go to the commit thread") {
    greet();
    receive(detail::describe_queue(1, "a").frame + detail::list_queues(2, {}).frame + detail::peek(3, "a", {}).frame +
            detail::list_dead_letter_sources(4, "a", {}).frame + detail::list_moves(5, "a", 10).frame +
            detail::broker_status(6).frame + detail::backup(7, "/b").frame);

    CHECK_EQ(broker.queries.size(), 6);
    CHECK(broker.submitted.empty());
    CHECK(broker.backups == std::vector<std::string>{"/b"});
    CHECK_EQ(written().size(), 6);
    core->on_backup_done(7, Errc::backup_failed, "no space");
    const auto replies = written();
    CHECK_EQ(replies.at(0).status, Errc::backup_failed);
    CHECK(replies.at(0).message.ends_with("(no space)"));
}

TEST_CASE_FIXTURE(SessionFixture, "a refusal by the mailbox is answered at once") {
    greet();
    broker.refusal = Errc::overloaded;
    receive(detail::purge_queue(1, "a").frame);

    CHECK_EQ(written().at(0).status, Errc::overloaded);
}

TEST_CASE("more requests in flight than allowed are refused, and the session goes on") {
    SessionFixture session;
    session.limits.requests_in_flight_max = 2;
    session.restart();
    session.greet();

    for (std::uint64_t id = 1; id <= 3; ++id) session.receive(detail::purge_queue(id, "a").frame);
    const auto refused = session.written();
    session.core->on_answer(1, {});
    session.receive(detail::purge_queue(4, "a").frame);

    REQUIRE_EQ(refused.size(), 1);
    CHECK_EQ(refused[0].id, 3);
    CHECK_EQ(refused[0].status, Errc::too_many_requests_in_flight);
    CHECK_EQ(session.broker.submitted.size(), 3);
    CHECK_FALSE(session.core->ending());
}

TEST_CASE("a peer that does not read is read no further, until it does") {
    SessionFixture session;
    session.limits.unwritten_bytes_max = 100;
    session.restart();
    session.greet();

    session.receive(detail::broker_status(1).frame + detail::broker_status(2).frame + detail::broker_status(3).frame +
                    detail::broker_status(4).frame + detail::broker_status(5).frame);
    const auto asked = session.broker.queries.size();
    const bool wanted = session.core->wants_requests();
    const auto replies = session.written();

    CHECK_LT(asked, 5);
    CHECK_FALSE(wanted);
    CHECK_EQ(replies.size(), 5);
    CHECK(session.core->wants_requests());
}

TEST_CASE("messages for a peer that does not read are given back instead of piled up") {
    SessionFixture session;
    session.limits.unwritten_messages_bytes_max = 1000;
    session.restart();
    session.greet();
    session.receive(detail::receive(1, "a", {}).frame + detail::receive(2, "a", {}).frame);

    session.core->on_answer(1, SessionFixture::messages_answer(2000, "first"));
    session.core->on_answer(2, SessionFixture::messages_answer(2000, "second"));

    REQUIRE_EQ(session.broker.given_back.size(), 1);
    CHECK_EQ(std::get<engine::Messages>(session.broker.given_back[0].body).messages.at(0).receipt_handle, "second");
    const auto replies = session.written();
    CHECK_EQ(replies.at(0).kind, wire::ReplyBody::Messages);
    CHECK_EQ(replies.at(1).status, Errc::overloaded);
}

TEST_CASE_FIXTURE(SessionFixture, "messages that were not written when the connection ends can be given back") {
    greet();
    receive(detail::receive(1, "a", {}).frame + detail::receive(2, "a", {}).frame);
    core->on_answer(1, messages_answer(10, "first"));
    const auto first = next_bytes().size();
    written(first);
    core->on_answer(2, messages_answer(10, "second"));
    written(next_bytes().size() - 1);

    const auto unwritten = core->take_unwritten();

    REQUIRE_EQ(unwritten.size(), 1);
    CHECK_EQ(std::get<engine::Messages>(unwritten[0].body).messages.at(0).receipt_handle, "second");
}

TEST_CASE_FIXTURE(SessionFixture, "an answer that fits into no frame is refused and its messages given back") {
    greet();
    receive(detail::receive(1, "a", {}).frame);
    core->on_answer(1, messages_answer(protocol::frame_bytes_max, "long"));

    CHECK_EQ(written().at(0).status, Errc::answer_too_large);
    CHECK_EQ(broker.given_back.size(), 1);
}

TEST_CASE_FIXTURE(SessionFixture, "a cancellation takes no place in flight and gets no answer") {
    greet();
    detail::Builder builder;
    receive(detail::frame_of(builder, 9, wire::CreateCancel(builder, 5)));

    CHECK_EQ(std::get<engine::CancelWait>(broker.submitted.at(0).command).request, 5);
    CHECK(written().empty());
}

TEST_CASE_FIXTURE(SessionFixture, "after some requests that read the store others have their turn") {
    greet();
    std::string requests;
    for (int i = 1; i <= 100; ++i) requests += detail::broker_status(static_cast<std::uint64_t>(i)).frame;
    receive(requests);
    const auto done = broker.queries.size();
    CHECK_LT(done, 100);
    CHECK(broker.turn_asked);
    CHECK_FALSE(core->wants_requests());

    while (std::exchange(broker.turn_asked, false)) {
        core->on_turn();
        intake->proceed();
    }

    CHECK_EQ(broker.queries.size(), 100);
    CHECK(core->wants_requests());
}

TEST_CASE_FIXTURE(SessionFixture, "a request weighs as much as what it leads to, where its entries share their bytes") {
    greet();
    {
        detail::Builder b;
        const auto data = b.CreateVector(std::vector<std::uint8_t>(10'000, 'x'));
        const auto publication = wire::CreateNewPublication(b, b.CreateString("t"), data);
        const auto all = b.CreateVector(std::vector(1000, publication));
        receive(detail::frame_of(b, 1, wire::CreatePublish(b, 0, all)));
    }
    {
        detail::Builder b;
        const auto numbers = b.CreateVector(std::vector<std::uint32_t>(1000, 7));
        const auto set = wire::CreatePartitionSet(b, b.CreateString("s"), numbers);
        const auto sets = b.CreateVector(std::vector(50, set));
        receive(detail::frame_of(b, 2, wire::CreateHeartbeat(b, 0, b.CreateString("g"), b.CreateString("m"), 1, sets)));
    }

    REQUIRE_EQ(broker.submitted.size(), 2);
    CHECK_GE(broker.submitted[0].bytes, 10'000'000);
    CHECK_GE(broker.submitted[1].bytes, 1'000'000);
    CHECK_LE(broker.submitted[1].bytes, 2'000'000);
}

}  // namespace tern::native
