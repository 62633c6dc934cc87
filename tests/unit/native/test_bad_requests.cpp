#include <doctest/doctest.h>

#include <string>

#include "broker/base/random_source.hpp"
#include "tern/detail/operations.hpp"
#include "tests/unit/native/refused.hpp"
#include "tests/unit/native/session_fixture.hpp"

namespace tern::native {

namespace wire = protocol::wire;

namespace {

std::string send_frame(std::size_t messages) {
    return detail::send_batch(1, "q", std::vector<NewMessage>(messages, NewMessage{.body = "x"})).frame;
}

std::string request_without_body() {
    detail::Builder builder;
    builder.Finish(wire::CreateRequest(builder, 1), wire::RequestIdentifier());
    return framed({reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()});
}

/// A request of a kind that only a later version knows.
std::string request_of_unknown_kind() {
    detail::Builder builder;
    const auto body = wire::CreateBrokerStatus(builder).Union();
    const auto kind = static_cast<wire::RequestBody>(static_cast<int>(wire::RequestBody::MAX) + 5);
    builder.Finish(wire::CreateRequest(builder, 1, kind, body), wire::RequestIdentifier());
    return framed({reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()});
}

QueueSettings with_unknown_scope() {
    QueueSettings settings;
    settings.deduplication_scope = static_cast<DeduplicationScope>(77);
    return settings;
}

using Bytes = flatbuffers::Offset<flatbuffers::Vector<std::uint8_t>>;

/// 30,000 bytes, once.
Bytes long_bytes(detail::Builder& builder) {
    return builder.CreateVector(std::vector<std::uint8_t>(30'000, 'x'));
}

/// In FlatBuffers a short frame can say the same long thing a thousand times: that would be 30 MB.
std::string same_message_again_and_again() {
    return frame_with<wire::Send>([](detail::Builder& b) {
        const auto message = wire::CreateNewMessage(b, long_bytes(b));
        const auto messages = b.CreateVector(std::vector(1000, message));
        return wire::CreateSend(b, 0, b.CreateString("q"), messages);
    });
}

std::string same_publication_again_and_again() {
    return frame_with<wire::Publish>([](detail::Builder& b) {
        const auto publication = wire::CreateNewPublication(b, b.CreateString("t"), long_bytes(b));
        return wire::CreatePublish(b, 0, b.CreateVector(std::vector(1000, publication)));
    });
}

std::string same_batch_again_and_again() {
    return frame_with<wire::Append>([](detail::Builder& b) {
        const auto entry = wire::CreateAppendEntry(b, 0, long_bytes(b));
        return wire::CreateAppend(b, 0, b.CreateString("s"), b.CreateVector(std::vector(1000, entry)));
    });
}

std::string same_step_again_and_again() {
    return frame_with<wire::Transact>([](detail::Builder& b) {
        const auto message = wire::CreateNewMessage(b, long_bytes(b));
        const auto send = wire::CreateSend(b, 0, b.CreateString("q"), b.CreateVector(std::vector(10, message)));
        return wire::CreateTransact(b, 0, 0, b.CreateVector(std::vector(100, send)));
    });
}

std::vector<Refused> refused_requests() {
    const std::string long_name(81, 'n');
    return {
        {"no body", request_without_body(), Errc::missing_field, "body"},
        {"unknown kind", request_of_unknown_kind(), Errc::unknown_request, ""},
        {"no queue name", detail::describe_queue(1, "").frame, Errc::missing_field, "name"},
        {"no queue to send to", detail::send(1, "", NewMessage{.body = "x"}).frame, Errc::missing_field, "queue"},
        {"name too long", detail::purge_queue(1, long_name).frame, Errc::queue_name_invalid, "name"},
        {"namespace too long", detail::purge_queue(1, {"q", long_name}).frame, Errc::namespace_invalid, "namespace"},
        {"one of the broker's own queues", detail::receive(1, {"1/phone", "~durable/"}, {}).frame,
         Errc::namespace_invalid, "namespace"},
        {"the broker's own queues", detail::list_queues(1, {"~durable/", "", 10, {}}).frame, Errc::namespace_invalid,
         "namespace"},
        {"shared messages", same_message_again_and_again(), Errc::request_malformed, "share bytes"},
        {"shared publications", same_publication_again_and_again(), Errc::request_malformed, "share bytes"},
        {"shared batches", same_batch_again_and_again(), Errc::request_malformed, "share bytes"},
        {"shared steps", same_step_again_and_again(), Errc::request_malformed, "share bytes"},
        {"empty batch of sends", send_frame(0), Errc::batch_empty, "messages"},
        {"batch of sends too long", send_frame(1001), Errc::batch_too_long, "messages"},
        {"empty batch of deletes", detail::delete_batch(1, "q", {}).frame, Errc::batch_empty, "receipt_handles"},
        {"empty batch of changes", detail::change_visibility_batch(1, "q", {}).frame, Errc::batch_empty, "changes"},
        {"no messages",
         frame_with<wire::Send>([](detail::Builder& b) { return wire::CreateSendDirect(b, nullptr, "q"); }),
         Errc::missing_field, "messages"},
        {"no handles",
         frame_with<wire::Delete>([](detail::Builder& b) { return wire::CreateDeleteDirect(b, nullptr, "q"); }),
         Errc::missing_field, "receipt_handles"},
        {"no changes", frame_with<wire::ChangeVisibility>([](detail::Builder& b) {
             return wire::CreateChangeVisibilityDirect(b, nullptr, "q");
         }),
         Errc::missing_field, "changes"},
        {"no settings",
         frame_with<wire::SetQueue>([](detail::Builder& b) { return wire::CreateSetQueueDirect(b, nullptr, "q"); }),
         Errc::missing_field, "settings"},
        {"no tags",
         frame_with<wire::TagQueue>([](detail::Builder& b) { return wire::CreateTagQueueDirect(b, nullptr, "q"); }),
         Errc::missing_field, "tags"},
        {"no keys",
         frame_with<wire::UntagQueue>([](detail::Builder& b) { return wire::CreateUntagQueueDirect(b, nullptr, "q"); }),
         Errc::missing_field, "keys"},
        {"too many tags", detail::tag_queue(1, "q", std::vector<Tag>(51, Tag{"k", "v"})).frame, Errc::tags_invalid, ""},
        {"tag too long", detail::tag_queue(1, "q", {Tag{"k", std::string(2000, 'v')}}).frame, Errc::tags_invalid,
         "tags"},
        {"key too long", detail::untag_queue(1, "q", {std::string(2000, 'k')}).frame, Errc::tags_invalid, "keys"},
        {"unknown scope", detail::create_queue(1, "q.fifo", with_unknown_scope(), {}).frame, Errc::unknown_value,
         "deduplication_scope"},
        {"page token too long", detail::list_queues(1, {"", "", 10, std::string(2000, 't')}).frame,
         Errc::page_token_invalid, ""},
        {"attempt id too long", detail::receive(1, "q", {1, {}, {}, std::string(2000, 'a')}).frame,
         Errc::receive_attempt_id_invalid, ""},
        {"no source of a move", detail::start_move(1, "", {}).frame, Errc::missing_field, "source"},
        {"no task", detail::cancel_move(1, "").frame, Errc::missing_field, "task"},
        {"no path", detail::backup(1, "").frame, Errc::missing_field, "path"},
    };
}

}  // namespace

TEST_CASE("a request that cannot be right is refused with the field's name, and the session goes on") {
    for (const auto& refused : refused_requests()) {
        CAPTURE(refused.what);
        SessionFixture session;
        session.greet();

        session.receive(refused.frame);

        const auto replies = session.written();
        REQUIRE_EQ(replies.size(), 1);
        CHECK_EQ(replies[0].id, 1);
        CHECK_EQ(replies[0].status, refused.status);
        CHECK_NE(replies[0].message.find(refused.named), std::string::npos);
        CHECK(session.broker.submitted.empty());
        CHECK_FALSE(session.core->ending());
    }
}

TEST_CASE("a frame that is no message of the protocol is told so and ends the session") {
    const auto valid = detail::purge_queue(1, "q").frame;
    const auto body = valid.substr(protocol::frame_header_bytes);
    auto other_identifier = body;
    other_identifier.replace(4, 4, "XXXX");
    const std::vector<std::string> bad = {
        "", "x", std::string(100, '\0'), std::string(100, '\xff'), other_identifier, body.substr(0, body.size() / 2)};

    for (const auto& bytes : bad) {
        CAPTURE(bytes);
        SessionFixture session;
        session.greet();
        session.receive(framed(bytes) + detail::broker_status(2).frame);

        const auto replies = session.written();
        REQUIRE_EQ(replies.size(), 1);
        CHECK_EQ(replies[0].status, Errc::malformed_frame);
        CHECK(session.core->ending());
        CHECK_EQ(session.core->fault(), Errc::malformed_frame);
    }
}

TEST_CASE("a huge length ends the session at once") {
    SessionFixture session;
    session.greet();
    session.receive(std::string("\xff\xff\xff\x7f", 4));

    CHECK_EQ(session.written().at(0).status, Errc::frame_too_large);
    CHECK(session.core->ending());
}

TEST_CASE("any change of any byte of a valid frame leaves the session sound") {
    NewMessage message{.body = "hello"};
    message.attributes = {{"kind", "String", "greeting"}};
    const auto frame = detail::send_batch(1, "q", {message, message}).frame;
    SeededRandom random(1);

    for (std::size_t at = protocol::frame_header_bytes; at < frame.size(); ++at) {
        SessionFixture session;
        session.greet();
        auto changed = frame;
        changed[at] = static_cast<char>(random.next());

        session.receive(changed);

        // Executed, refused or ended: one of the three, and never silence without a command.
        const bool answered = !session.written().empty();
        CHECK((answered || session.broker.submitted.size() == 1));
    }
}

TEST_CASE("a message with more attributes than allowed is passed on with one too many, for the engine to refuse") {
    SessionFixture session;
    session.greet();
    NewMessage message{.body = "x"};
    message.attributes.assign(500, {"name", "String", "value"});
    session.receive(detail::send(1, "q", message).frame);

    const auto& send = std::get<engine::SendMessages>(session.broker.submitted.at(0).command);
    CHECK_EQ(send.messages[0].attributes.size(), protocol::message_attributes_max + 1);
}

}  // namespace tern::native
