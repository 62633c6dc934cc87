#include <doctest/doctest.h>

#include <boost/json/serialize.hpp>
#include <chrono>
#include <string>

#include "tools/tern/message_json.hpp"
#include "tools/tern/output.hpp"

using namespace tern::cli;
using namespace std::chrono_literals;

namespace {

tern::ReceivedMessage message_with(std::string body) {
    tern::ReceivedMessage message;
    message.body = std::move(body);
    message.receipt_handle = "handle";
    message.receive_count = 1;
    return message;
}

}  // namespace

TEST_CASE("a body that is text is shown as it is in JSON, another in base64") {
    const auto text = json_of(message_with("größer\n"));
    CHECK_EQ(text.at("body"), "größer\n");
    CHECK_FALSE(text.contains("encoding"));

    const auto bytes = json_of(message_with("\xff\xfe"));
    CHECK_EQ(bytes.at("body"), "//4=");
    CHECK_EQ(bytes.at("encoding"), "base64");
}

TEST_CASE("attributes are shown with their types, bytes in base64") {
    auto message = message_with("x");
    message.attributes = {{"color", "String", "red"}, {"raw", "Binary", "\x01"}};

    const auto attributes = json_of(message).at("attributes");

    CHECK_EQ(boost::json::serialize(attributes),
             R"({"color":{"type":"String","value":"red"},"raw":{"type":"Binary","value":"AQ==","encoding":"base64"}})");
}

TEST_CASE("a message that was looked at has a state, one that was received a handle") {
    auto peeked = message_with("x");
    peeked.receipt_handle.clear();
    CHECK_EQ(json_of(peeked).at("state"), "visible");

    peeked.available_at =
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()) + 1h;
    CHECK_EQ(json_of(peeked).at("state"), "in flight");
    peeked.receive_count = 0;
    CHECK_EQ(json_of(peeked).at("state"), "delayed");

    const auto received = json_of(message_with("x"));
    CHECK_EQ(received.at("receipt_handle"), "handle");
    CHECK_FALSE(received.contains("state"));
}

TEST_CASE("a body goes untouched into a pipe, and without tricks to a terminal") {
    const auto message = message_with("\x1b[2Jgone");

    CHECK_EQ(shown_body(message, false), "\x1b[2Jgone\n");
    CHECK_EQ(shown_body(message, true), "\\x1b[2Jgone\n");
}

TEST_CASE("JSON for people is indented, and its numbers are plain") {
    const boost::json::object object{{"a", 1}, {"b", {1.5, "x"}}, {"c", boost::json::object{}}};

    CHECK_EQ(pretty(object), "{\n  \"a\": 1,\n  \"b\": [\n    1.5,\n    \"x\"\n  ],\n  \"c\": {}\n}");
}
