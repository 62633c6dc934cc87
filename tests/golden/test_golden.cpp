#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "broker/frontends/native/request.hpp"
#include "clients/cpp/source/decode.hpp"
#include "protocol/framing.hpp"
#include "tern/detail/operations.hpp"
#include "tern_generated.h"
#include "tests/golden/golden_frames.hpp"

namespace {

using namespace tern;

std::string read(const std::string& name) {
    std::ifstream file(std::string(TERN_GOLDEN_FOLDER "/") + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// What the length in front of the frame announces, in memory that is aligned as in the broker.
protocol::FrameBytes body_of(const std::string& frame) {
    protocol::FrameReader reader(protocol::frame_bytes_max);
    const auto space = reader.space();
    REQUIRE_LE(frame.size(), space.size);
    std::copy(frame.begin(), frame.end(), space.bytes);
    reader.arrived(frame.size());
    auto body = reader.next();
    REQUIRE(body);
    CHECK(reader.between_frames());
    return std::move(*body);
}

std::string golden_reply(const std::string& name) {
    const auto frame = read("reply_" + name + ".frame");
    const auto body = body_of(frame);
    REQUIRE(detail::verified_reply(body.view()) != nullptr);
    return frame.substr(protocol::frame_header_bytes);
}

}  // namespace

TEST_CASE("the client writes the golden requests, byte by byte") {
    for (const auto& [name, frame] : golden::requests()) {
        CAPTURE(name);
        CHECK(frame == read(name + ".frame"));
        CHECK(golden::request_text(frame) == read(name + ".txt"));
    }
}

TEST_CASE("the broker writes the golden replies, byte by byte") {
    for (const auto& [name, frame] : golden::replies()) {
        CAPTURE(name);
        CHECK(frame == read(name + ".frame"));
        CHECK(golden::reply_text(frame) == read(name + ".txt"));
    }
}

TEST_CASE("the broker understands every golden request") {
    for (const auto& [name, frame] : golden::requests()) {
        CAPTURE(name);
        const auto body = body_of(read(name + ".frame"));
        const auto* request = native::verified_request(body.view());
        REQUIRE(request != nullptr);
        CHECK_FALSE(std::holds_alternative<native::Refusal>(native::demand_of(*request)));
    }
}

TEST_CASE("every kind of request and reply has its golden frame") {
    std::set<protocol::wire::RequestBody> requests;
    for (const auto& [name, frame] : golden::requests()) {
        requests.insert(native::verified_request(body_of(frame).view())->body_type());
    }
    std::set<protocol::wire::ReplyBody> replies;
    for (const auto& [name, frame] : golden::replies()) {
        replies.insert(detail::verified_reply(body_of(frame).view())->body_type());
    }

    // One of each member, and for replies the one without a body; for requests NONE is no request.
    CHECK_EQ(requests.size(), static_cast<std::size_t>(protocol::wire::RequestBody::MAX));
    CHECK_EQ(replies.size(), static_cast<std::size_t>(protocol::wire::ReplyBody::MAX) + 1);
}

TEST_CASE("the client reads the golden replies") {
    const auto sent = detail::send_batch(10, "orders", {}).read(golden_reply("send_results"));
    REQUIRE(sent.has_value());
    CHECK_EQ(sent->at(0).sequence, 7);
    CHECK(sent->at(0).id == MessageId{1, 2});
    CHECK_EQ(sent->at(1).status, Status::message_too_large);

    const auto messages = detail::receive(11, "orders", {}).read(golden_reply("messages"));
    REQUIRE(messages.has_value());
    const auto& message = messages->at(0);
    CHECK_EQ(to_string(message.id), "01234567-89ab-cdef-fedc-ba9876543210");
    CHECK_EQ(message.body, "hello");
    CHECK_EQ(message.receipt_handle, "handle-1");
    CHECK_EQ(message.receive_count, 2);
    CHECK(message.attributes == std::vector<MessageAttribute>{{"kind", "String", "greeting"}});
    CHECK_EQ(message.dead_letter_source, "orders");

    const auto queue = detail::describe_queue(9, "orders").read(golden_reply("queue_description"));
    REQUIRE(queue.has_value());
    CHECK_EQ(queue->counts.visible, 3);
    CHECK(queue->settings.redrive_policy == RedrivePolicy{"dead.fifo", 5});
    CHECK(queue->dead_letter_sources == std::vector<std::string>{"first.fifo"});

    const auto moves = detail::list_moves(17, "dead", 10).read(golden_reply("move_tasks"));
    REQUIRE(moves.has_value());
    CHECK_EQ(moves->at(0).status, MoveStatus::failed);
    CHECK_EQ(moves->at(0).failure, "the destination was deleted");

    const auto status = detail::broker_status(18).read(golden_reply("broker_status_report"));
    REQUIRE(status.has_value());
    CHECK_EQ(status->cpu_seconds, 1.5);
    CHECK_EQ(detail::backup(20, "/b").read(golden_reply("backup_done"))->bytes, 123'456);
    CHECK(detail::create_queue(1, "q", {}, {}).read(golden_reply("queue_created"))->created);
}

TEST_CASE("a refusal tells its status, the sentence and the field") {
    const auto refused = detail::tag_queue(4, "orders", {}).read(golden_reply("refused"));

    REQUIRE_FALSE(refused.has_value());
    CHECK_EQ(refused.error().status(), Status::missing_field);
    CHECK_EQ(refused.error().detail(), "tags");
    CHECK_EQ(refused.error().execution(), Execution::surely_not);
    CHECK_EQ(std::string(refused.error().what()), "missing_field: A required field is missing. (tags)");
}
