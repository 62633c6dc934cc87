#include <doctest/doctest.h>

#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/engine/publication.hpp"
#include "broker/frontends/websocket/json_codec.hpp"
#include "protocol/record_batch.hpp"

namespace tern::websocket {
namespace {

/// A request, with the bytes that its views point into.
struct ReadRequest {
    explicit ReadRequest(std::string_view line) {
        bytes.bytes = std::make_unique<char[]>(line.size());
        bytes.size = line.size();
        std::memcpy(bytes.bytes.get(), line.data(), line.size());
        asked = read_json_request(bytes, Timestamp(1000));
    }

    template <class What>
    const What& demand() const {
        REQUIRE(asked);
        const auto* refusal = std::get_if<native::Refusal>(&asked->demand);
        const std::string detail = refusal ? refusal->detail : "";
        CAPTURE(detail);
        REQUIRE(std::holds_alternative<What>(asked->demand));
        return std::get<What>(asked->demand);
    }
    template <class What>
    const What& command() const {
        REQUIRE(std::holds_alternative<What>(demand<engine::Command>()));
        return std::get<What>(demand<engine::Command>());
    }
    template <class What>
    const What& query() const {
        REQUIRE(std::holds_alternative<What>(demand<native::Query>()));
        return std::get<What>(demand<native::Query>());
    }

    protocol::FrameBytes bytes;
    std::optional<native::Asked> asked;
};

std::string refusal_text(std::string_view line) {
    const ReadRequest request(line);
    const auto& refusal = request.demand<native::Refusal>();
    return std::string(protocol::name_of(refusal.status)) + ": " + refusal.detail;
}

}  // namespace

TEST_CASE("a publication with all of its fields") {
    const ReadRequest request(
        R"({"id":7,"publish":{"subject":"chat.room","data":{"a": [1,2.50,"\u00e9"]},"namespace":"n","key":"k",)"
        R"("group":"g","ephemeral":true,"attributes":{"colour":"red","size":{"type":"Number","value":"3"},)"
        R"("raw":{"type":"Binary","base64":"AAE="}}}})");

    const auto& publish = request.command<engine::Publish>();
    CHECK_EQ(id_of(request.asked->id), 7);
    CHECK_EQ(ask_of(request.asked->id), Ask::publish);
    CHECK_EQ(publish.topic, engine::TopicName{"n", "chat"});
    CHECK(publish.ephemeral);
    REQUIRE_EQ(publish.batch->size(), 1);
    const auto& publication = publish.batch->front();
    CHECK_EQ(publication.subject, "chat.room");
    CHECK_EQ(publication.data, R"({"a": [1,2.50,"\u00e9"]})");
    CHECK_EQ(publication.deduplication_id, "k");
    CHECK_EQ(publication.group_id, "g");
    REQUIRE_EQ(publication.attributes.size(), 3);
    CHECK_EQ(publication.attributes[0].type, "String");
    CHECK_EQ(publication.attributes[1].type, "Number");
    CHECK_EQ(publication.attributes[2].value, std::string("\0\1", 2));
}

TEST_CASE("data comes as JSON, as text or as base64") {
    const auto data_of = [](std::string_view field) {
        const ReadRequest request("{\"publish\":{\"subject\":\"t\"," + std::string(field) + "}}");
        return request.command<engine::Publish>().batch->front().data;
    };

    CHECK_EQ(data_of("\"data\":null"), "null");
    CHECK_EQ(data_of("\"data\": \"x\" "), "\"x\"");
    CHECK_EQ(data_of("\"text\":\"a\\nb\\ud83d\\ude00\""), "a\nb\xF0\x9F\x98\x80");
    CHECK_EQ(data_of("\"base64\":\"/w==\""), "\xFF");
}

TEST_CASE("several publications are one batch") {
    const ReadRequest request(
        R"({"id":1,"publish":[{"subject":"a.1","data":1},{"subject":"a.2","text":"","ephemeral":false}]})");

    CHECK_EQ(request.command<engine::Publish>().batch->size(), 2);
    CHECK_EQ(ask_of(request.asked->id), Ask::publish_many);
}

TEST_CASE("a subscription with all of its fields") {
    const ReadRequest request(
        R"({"id":3,"subscribe":{"pattern":"chat.>","from":{"offset":812,"epoch":"k3f9"},"filter":{"a":["b"]},)"
        R"("filter_scope":"body","slow":"disconnect","durable":"me","in_flight_max":5,"ack_wait_ms":1000,)"
        R"("deliveries_max":3,"dead_letter_queue":"dead","presence":true,"member":"Ada","state":{"away":true}}})");

    const auto& subscribe = request.demand<native::Subscribe>();
    CHECK_EQ(subscribe.pattern, "chat.>");
    CHECK_EQ(subscribe.start.from, native::StartFrom::offset);
    CHECK_EQ(subscribe.start.offset, 812);
    CHECK_EQ(subscribe.start.epoch, "k3f9");
    CHECK_EQ(subscribe.filter_policy, R"({"a":["b"]})");
    CHECK_EQ(subscribe.filter_scope, engine::FilterScope::body);
    CHECK_EQ(subscribe.slow_policy, native::SlowPolicy::disconnect);
    CHECK_EQ(subscribe.durable.name, "me");
    CHECK_EQ(subscribe.durable.in_flight_max, 5);
    CHECK_EQ(subscribe.durable.ack_wait, Milliseconds(1000));
    CHECK_EQ(subscribe.durable.deliveries_max, 3);
    CHECK_EQ(subscribe.durable.dead_letter_queue, "dead");
    CHECK(subscribe.presence.wanted);
    CHECK_EQ(subscribe.presence.member, "Ada");
    CHECK_EQ(subscribe.presence.state, R"({"away":true})");
}

TEST_CASE("where a subscription begins") {
    const auto start_of = [](std::string_view from) {
        const ReadRequest request("{\"id\":1,\"subscribe\":{\"pattern\":\"t\",\"from\":" + std::string(from) + "}}");
        return request.demand<native::Subscribe>().start;
    };
    using From = native::StartFrom;

    CHECK_EQ(start_of("\"live\"").from, From::live);
    CHECK_EQ(start_of("\"earliest\"").from, From::earliest);
    CHECK_EQ(start_of("{\"last\":50}").last, 50);
    CHECK_EQ(start_of("{\"last\":50}").from, From::last);
    CHECK_EQ(start_of("{\"time\":1732400000000}").time, Timestamp(1'732'400'000'000));
    CHECK_EQ(start_of("{\"time\":1732400000000}").from, From::time);
    CHECK_EQ(start_of("null").from, From::live);
}

TEST_CASE("requests about a subscription name the request that made it") {
    const auto subscription = tagged(3, Ask::subscribe);
    const ReadRequest unsubscribe(R"({"id":4,"unsubscribe":{"sub":3}})");
    const ReadRequest ack(R"({"id":5,"ack":{"sub":3,"handles":["a","b"]}})");
    const ReadRequest reject(R"({"id":6,"reject":{"sub":3,"handles":["c"],"delay_ms":500}})");
    const ReadRequest state(R"({"id":7,"state":{"sub":3,"state":"busy"}})");

    CHECK_EQ(unsubscribe.demand<native::Unsubscribe>().subscription, subscription);
    CHECK_EQ(ack.demand<native::Acknowledge>().subscription, subscription);
    CHECK_EQ(ack.demand<native::Acknowledge>().handles[1], "b");
    CHECK_EQ(reject.demand<native::Reject>().handles[0], "c");
    CHECK_EQ(reject.demand<native::Reject>().delay, Milliseconds(500));
    CHECK_EQ(state.demand<native::SetPresence>().state, "\"busy\"");
}

TEST_CASE("history is read onwards or backwards") {
    const ReadRequest onwards(R"({"id":1,"history":{"pattern":"t","from":{"offset":5,"epoch":"e"},"limit":10}})");
    const ReadRequest backwards(R"({"id":1,"history":{"pattern":"t","before":100,"epoch":"e"}})");

    const auto& forward = onwards.query<native::ReadHistory>();
    CHECK_EQ(forward.start.offset, 5);
    CHECK_EQ(forward.publications_max, 10);
    CHECK_FALSE(forward.reverse);
    const auto& back = backwards.query<native::ReadHistory>();
    CHECK(back.reverse);
    CHECK_EQ(back.start.offset, 100);
    CHECK_EQ(back.start.epoch, "e");
    CHECK_EQ(back.start.from, native::StartFrom::offset);
}

TEST_CASE("presence, ping and connect") {
    const ReadRequest presence(R"({"id":1,"presence":{"topic":"chat","limit":5,"namespace":"n"}})");
    const ReadRequest ping(R"({"id":1,"ping":{}})");
    const ReadRequest connect(R"({"id":1,"connect":{"client":"me/1"}})");

    CHECK_EQ(presence.query<native::DescribePresence>().topic, engine::TopicName{"n", "chat"});
    CHECK_EQ(presence.query<native::DescribePresence>().members_max, 5);
    ping.demand<native::Ping>();
    CHECK_EQ(connect.demand<native::Hello>().client, "me/1");
}

TEST_CASE("messages are sent alone or together") {
    const ReadRequest one(
        R"({"id":1,"send":{"queue":"jobs","body":"hi","attributes":{"a":"b"},"delay_ms":5,"group":"g","deduplication_id":"d"}})");
    const ReadRequest many(
        R"({"id":2,"send":{"queue":"jobs","messages":[{"body":"x"},{"data":{}},{"base64":"AA=="}]}})");

    const auto& sent = one.command<engine::SendMessages>();
    CHECK_EQ(ask_of(one.asked->id), Ask::send);
    REQUIRE_EQ(sent.messages.size(), 1);
    CHECK_EQ(sent.messages[0].body, "hi");
    CHECK_EQ(sent.messages[0].attributes[0].type, "String");
    CHECK_EQ(sent.messages[0].attributes[0].value, "b");
    CHECK_EQ(sent.messages[0].delay, Milliseconds(5));
    CHECK_EQ(sent.messages[0].group_id, "g");
    CHECK_EQ(*sent.messages[0].deduplication_id, "d");
    CHECK_EQ(ask_of(many.asked->id), Ask::send_many);
    const auto& messages = many.command<engine::SendMessages>().messages;
    REQUIRE_EQ(messages.size(), 3);
    CHECK_EQ(messages[1].body, "{}");
    CHECK_EQ(messages[2].body, std::string(1, '\0'));
}

TEST_CASE("messages are received, deleted and postponed") {
    const ReadRequest receive(
        R"({"id":1,"receive":{"queue":"q","max":5,"wait_ms":1000,"visibility_timeout_ms":30000}})");
    const ReadRequest remove(R"({"id":1,"delete":{"queue":"q","handles":["h1","h2"]}})");
    const ReadRequest later(R"({"id":1,"change_visibility":{"queue":"q","handles":["h"],"visibility_timeout_ms":0}})");

    CHECK_EQ(receive.command<engine::ReceiveMessages>().messages_max, 5);
    CHECK_EQ(receive.command<engine::ReceiveMessages>().wait, Milliseconds(1000));
    CHECK_EQ(receive.command<engine::ReceiveMessages>().visibility_timeout, Milliseconds(30000));
    CHECK_EQ(remove.command<engine::DeleteMessages>().receipt_handles[1], "h2");
    CHECK_EQ(later.command<engine::ChangeVisibility>().changes[0].visibility_timeout, Milliseconds(0));
}

TEST_CASE("records become a batch that holds") {
    const ReadRequest request(
        R"({"id":1,"append":{"stream":"s","partition":2,"records":[{"key":"k","data":1,"headers":{"h":"v","n":null}},)"
        R"({"text":"plain"},{"key":{"base64":"/w=="}}]}})");

    const auto& append = request.command<engine::Append>();
    REQUIRE_EQ(append.batches.size(), 1);
    CHECK_EQ(append.batches[0].partition, 2);
    protocol::BatchReader reader(append.batches[0].bytes);
    const auto* first = reader.next();
    REQUIRE(first);
    CHECK_EQ(first->key, "k");
    CHECK_EQ(first->value, "1");
    CHECK_EQ(first->timestamp_ms, 1000);
    REQUIRE_EQ(first->headers.size(), 2);
    CHECK_FALSE(first->headers[1].value);
    CHECK_EQ(reader.next()->value, "plain");
    CHECK_EQ(reader.next()->key, "\xFF");
    CHECK_FALSE(reader.next());
}

TEST_CASE("records are fetched from an offset on") {
    const ReadRequest request(R"({"id":1,"fetch":{"stream":"s","offset":7,"max":3,"wait_ms":20000}})");

    const auto& fetch = request.demand<native::Fetch>();
    CHECK_EQ(fetch.positions[0].offset, 7);
    CHECK_EQ(fetch.limits.records_max, 3);
    CHECK_EQ(fetch.wait, Milliseconds(20000));
}

TEST_CASE("data that is nested too deep is refused, and ends nothing") {
    const auto nested = [](std::size_t depth) {
        return R"({"id":7,"publish":{"subject":"a","data":)" + std::string(depth, '[') + std::string(depth, ']') + "}}";
    };
    CHECK(ReadRequest(nested(62)).demand<engine::Command>().index() != std::variant_npos);
    const ReadRequest deep(nested(63));
    REQUIRE(deep.asked);
    CHECK_EQ(refusal_text(nested(63)), "request_malformed: arrays and objects lie in each other up to 64 deep");
    CHECK_EQ(refusal_text(nested(100'000)), "request_malformed: arrays and objects lie in each other up to 64 deep");
}

TEST_CASE("what is no request at all ends the session") {
    for (const std::string_view line :
         {"", "null", "[]", "{", "{\"id\":0,\"ping\":{}}", "{\"id\":1.5,\"ping\":{}}", "{\"id\":\"1\",\"ping\":{}}",
          "{\"id\":9007199254740992,\"ping\":{}}", "{\"id\":1,\"ping\":{}} x", "{\"id\":1,\"ping\":}"}) {
        CAPTURE(line);
        CHECK_FALSE(ReadRequest(line).asked);
    }
}

TEST_CASE("every refusal names its field") {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {R"({"id":1})", "request_malformed: there is no command"},
        {R"({"id":1,"ping":{},"connect":{}})", "request_malformed: one command a line"},
        {R"({"id":1,"fly":{}})", "unknown_request: fly"},
        {R"({"id":1,"ping":5})", "request_malformed: an object is expected"},
        {R"({"id":1,"ping":{"x":1}})", "request_malformed: x: there is no such field"},
        {R"({"id":1,"publish":{"data":1}})", "missing_field: subject"},
        {R"({"id":1,"publish":{"subject":"t"}})", "missing_field: data, text or base64"},
        {R"({"id":1,"publish":{"subject":5,"data":1}})", "request_malformed: subject: a string is expected"},
        {R"({"id":1,"publish":{"subject":"t","data":1,"text":"x"}})",
         "request_malformed: text: the data is given twice"},
        {R"({"id":1,"publish":{"subject":"t","subject":"t","data":1}})", "request_malformed: subject: given twice"},
        {R"({"id":1,"publish":{"subject":"t","base64":"?"}})", "request_malformed: base64: this is not base64"},
        {R"({"id":1,"publish":{"subject":"t","data":1,"ephemeral":"yes"}})",
         "request_malformed: ephemeral: true or false is expected"},
        {R"({"id":1,"publish":{"subject":"t","data":1,"attributes":{"a":1}}})",
         "request_malformed: attributes.a: a string is expected"},
        {R"({"id":1,"publish":{"subject":"t","data":1,"attributes":{"a":{"type":"Number"}}}})",
         "missing_field: attributes.a.value or base64"},
        {R"({"id":1,"publish":{"subject":"t","data":1,"attributes":[]}})",
         "request_malformed: attributes: an object is expected"},
        {R"({"id":1,"publish":[]})", "batch_empty: publish"},
        {R"({"id":1,"publish":[{"subject":"t","data":1},{"subject":"t"}]})",
         "missing_field: publish[1].data, text or base64"},
        {R"({"id":1,"publish":[{"subject":"t","data":1},{"subject":"t","data":1,"ephemeral":true}]})",
         "request_malformed: publish[1].: ephemeral and namespace are the same for all"},
        {R"({"subscribe":{"pattern":"t"}})", "missing_field: id"},
        {R"({"id":1,"subscribe":{}})", "missing_field: pattern"},
        {R"({"id":1,"subscribe":{"pattern":"t","from":"yesterday"}})",
         "unknown_value: from: live, earliest or an object"},
        {R"({"id":1,"subscribe":{"pattern":"t","from":{}}})", "missing_field: from.last, offset or time"},
        {R"({"id":1,"subscribe":{"pattern":"t","from":{"last":1,"offset":2}}})",
         "request_malformed: from.offset: last, offset and time exclude each other"},
        {R"({"id":1,"subscribe":{"pattern":"t","from":{"last":-1}}})",
         "request_malformed: from.last: a number from 0 to 4294967295 is expected"},
        {R"({"id":1,"subscribe":{"pattern":"t","filter":"x"}})", "request_malformed: filter: an object is expected"},
        {R"({"id":1,"subscribe":{"pattern":"t","filter_scope":"all"}})",
         "unknown_value: filter_scope: attributes, body"},
        {R"({"id":1,"subscribe":{"pattern":"t","slow":"wait"}})",
         "unknown_value: slow: catch_up, drop_oldest, disconnect"},
        {R"({"id":1,"unsubscribe":{}})", "missing_field: sub"},
        {R"({"id":1,"unsubscribe":{"sub":0}})",
         "request_malformed: sub: a number from 1 to 9007199254740991 is expected"},
        {R"({"id":1,"ack":{"sub":1}})", "missing_field: handles"},
        {R"({"id":1,"ack":{"sub":1,"handles":[]}})", "batch_empty: handles"},
        {R"({"id":1,"ack":{"sub":1,"handles":[1]}})", "request_malformed: handles: strings are expected"},
        {R"({"id":1,"ack":{"sub":1,"handles":["h"],"delay_ms":1}})",
         "request_malformed: delay_ms: there is no such field"},
        {R"({"id":1,"history":{}})", "missing_field: pattern"},
        {R"({"id":1,"history":{"pattern":"t","from":"earliest","before":5}})",
         "request_malformed: from and before exclude each other"},
        {R"({"id":1,"presence":{}})", "missing_field: topic"},
        {R"({"id":1,"state":{"sub":1}})", "missing_field: state"},
        {R"({"id":1,"send":{"body":"x"}})", "missing_field: queue"},
        {R"({"id":1,"send":{"queue":"q"}})", "missing_field: body, data or base64"},
        {R"({"id":1,"send":{"queue":"q","body":"x","messages":[{"body":"y"}]}})",
         "request_malformed: messages stand alone"},
        {R"({"id":1,"send":{"queue":"q","messages":[{"body":"y","colour":1}]}})",
         "request_malformed: messages[0].colour: there is no such field"},
        {R"({"id":1,"receive":{"queue":"q","max":"x"}})", "request_malformed: max: a number is expected"},
        {R"({"id":1,"delete":{"queue":"q"}})", "missing_field: handles"},
        {R"({"id":1,"change_visibility":{"queue":"q","handles":["h"]}})", "missing_field: visibility_timeout_ms"},
        {R"({"id":1,"append":{"records":[{"data":1}]}})", "missing_field: stream"},
        {R"({"id":1,"append":{"stream":"s","records":[{"data":1,"key":5}]}})",
         "request_malformed: records[0].key: a string is expected"},
        {R"({"id":1,"append":{"stream":"s","records":[]}})", "batch_empty: records"},
        {R"({"id":1,"fetch":{"stream":"s"}})", "missing_field: offset"},
        {R"({"id":1,"fetch":{"stream":"s","offset":0,"wait_ms":20001}})", "fetch_invalid: wait_ms: up to 20000"},
        {R"({"id":1,"fetch":{"stream":"s","offset":0,"max":0}})", "fetch_invalid: max: at least 1"},
    };
    for (const auto& [line, refusal] : cases) {
        CAPTURE(line);
        CHECK_EQ(refusal_text(line), refusal);
    }
}

TEST_CASE("names longer than any can be are refused with the field, before anything looks for them or keeps them") {
    const std::string name(600, 'n');
    const auto refused = [&](std::string line) {
        line.replace(line.find('@'), 1, line.find("epoch") == std::string::npos ? name : name + name);
        return refusal_text(line);
    };
    const std::vector<std::pair<const char*, const char*>> cases = {
        {R"({"id":1,"send":{"queue":"@","body":"x"}})", "queue_name_invalid: queue: up to 80 bytes"},
        {R"({"id":1,"receive":{"queue":"@"}})", "queue_name_invalid: queue: up to 80 bytes"},
        {R"({"id":1,"delete":{"queue":"@","handles":["h"]}})", "queue_name_invalid: queue: up to 80 bytes"},
        {R"({"id":1,"receive":{"queue":"q","namespace":"@"}})", "namespace_invalid: namespace"},
        {R"({"id":1,"publish":{"subject":"t","data":1,"namespace":"@"}})", "namespace_invalid: namespace"},
        {R"({"id":1,"append":{"stream":"@","records":[{"data":1}]}})", "stream_name_invalid: stream: up to 249 bytes"},
        {R"({"id":1,"fetch":{"stream":"@","offset":0}})", "stream_name_invalid: stream: up to 249 bytes"},
        {R"({"id":1,"presence":{"topic":"@"}})", "topic_name_invalid: topic: up to 256 bytes"},
        {R"({"id":1,"history":{"pattern":"@"}})", "pattern_invalid: pattern: up to 256 bytes"},
        {R"({"id":1,"subscribe":{"pattern":"@"}})", "pattern_invalid: pattern: up to 256 bytes"},
        {R"({"id":1,"subscribe":{"pattern":"t","durable":"@"}})", "durable_name_invalid: durable: up to 80 bytes"},
        {R"({"id":1,"subscribe":{"pattern":"t","dead_letter_queue":"@"}})",
         "subscription_setting_invalid: dead_letter_queue: up to 80 bytes"},
        {R"({"id":1,"subscribe":{"pattern":"t","member":"@"}})", "member_invalid: member: up to 128 bytes"},
        {R"({"id":1,"subscribe":{"pattern":"t","from":{"offset":1,"epoch":"@"}}})",
         "epoch_differs: from.epoch: up to 1024 bytes"},
        // The broker's own: what waits there is not for everybody.
        {R"({"id":1,"receive":{"queue":"1/phone","namespace":"~durable/@"}})", "namespace_invalid: namespace"},
    };
    for (const auto& [line, refusal] : cases) {
        CAPTURE(line);
        CHECK_EQ(refused(line), refusal);
    }
    CHECK_EQ(refusal_text(R"({"id":1,"receive":{"queue":"1/phone","namespace":"~durable/"}})"),
             "namespace_invalid: namespace");
}

TEST_CASE("a record may have any number of headers, each once") {
    std::string headers;
    for (int i = 0; i < 200'000; ++i) headers += "\"h" + std::to_string(i) + "\":\"\",";
    const auto append = [&](const std::string& last) {
        return R"({"id":1,"append":{"stream":"s","records":[{"data":1,"headers":{)" + headers + last + "}}]}}";
    };

    CHECK_EQ(ReadRequest(append(R"("last":null)")).command<engine::Append>().batches.size(), 1);
    CHECK_EQ(refusal_text(append(R"("h7":"")")), "request_malformed: records[0].headers.h7: given twice");
    CHECK_EQ(refusal_text(append(R"("h777":"")")), "request_malformed: records[0].headers.h777: given twice");
}

}  // namespace tern::websocket
