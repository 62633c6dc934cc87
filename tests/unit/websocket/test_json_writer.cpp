#include <doctest/doctest.h>

#include <string>

#include "broker/engine/message_record.hpp"
#include "broker/frontends/json/json_reader.hpp"
#include "broker/frontends/websocket/json_writer.hpp"
#include "protocol/record_batch.hpp"

namespace tern::websocket {
namespace {

struct WriterFixture {
    /// What was written, without its line end; each of them is JSON.
    std::string line() {
        REQUIRE(bytes.ends_with('\n'));
        auto result = bytes.substr(0, bytes.size() - 1);
        bytes.clear();
        CHECK(json::is_json(result));
        CHECK_EQ(result.find('\n'), std::string::npos);
        return result;
    }
    template <class Value>
    std::string written(Ask ask, const Value& value) {
        REQUIRE_EQ(writer.write(native::ReplyTo{tagged(1, ask), bytes}, value), Errc::ok);
        return line();
    }
    std::string answered(Ask ask, engine::AnswerBody body) {
        return written(ask, engine::Answer{Errc::ok, {}, std::move(body)});
    }

    JsonWriter writer;
    std::string bytes;
};

const engine::MessageId some_id{0x0123456789abcdef, 0xfedcba9876543210};
const std::string some_id_text = "\"01234567-89ab-cdef-fedc-ba9876543210\"";

engine::Publication publication_of(std::string data) {
    engine::Publication publication;
    publication.subject = "chat.room";
    publication.data = std::move(data);
    return publication;
}

}  // namespace

TEST_CASE_FIXTURE(WriterFixture, "a refusal has code, name, sentence and whether to try again") {
    writer.refuse({tagged(3, Ask::none), bytes}, Errc::subject_invalid, "publish[0].subject");
    const auto refusal = line();
    CHECK(refusal.starts_with(R"({"id":3,"error":{"code":906,"name":"subject_invalid","message":")"));
    CHECK(refusal.ends_with(R"(","temporary":false}})"));

    writer.refuse({tagged(3, Ask::none), bytes}, Errc::overloaded);
    CHECK(line().ends_with(R"("temporary":true}})"));
}

TEST_CASE_FIXTURE(WriterFixture, "nothing is answered to a request without an id") {
    writer.refuse({tagged(0, Ask::none), bytes}, Errc::subject_invalid);
    CHECK_EQ(writer.write(native::ReplyTo{tagged(0, Ask::ping), bytes}, engine::Answer{}), Errc::ok);

    CHECK(bytes.empty());
}

TEST_CASE_FIXTURE(WriterFixture, "what is no request is told without an id") {
    writer.refuse({0, bytes}, Errc::malformed_frame);

    CHECK(line().starts_with(R"({"error":{"code":100,)"));
}

TEST_CASE_FIXTURE(WriterFixture, "answers to one publish and to several") {
    engine::PublishResults results{{{.id = some_id, .offset = 5}}, "k3"};
    CHECK_EQ(answered(Ask::publish, results),
             R"({"id":1,"publish":{"id":)" + some_id_text + R"(,"offset":5,"epoch":"k3"}})");

    results.results.push_back({.status = Errc::subject_invalid});
    results.results.push_back({.id = some_id, .offset = 5, .sequence = 7, .duplicate = true});
    const auto several = answered(Ask::publish_many, results);
    CHECK(several.starts_with(R"({"id":1,"publish":{"results":[{"id":)"));
    CHECK_NE(several.find(R"({"error":{"code":906,)"), std::string::npos);
    CHECK(several.ends_with(R"("offset":5,"sequence":7,"duplicate":true}],"epoch":"k3"}})"));
}

TEST_CASE_FIXTURE(WriterFixture, "the refusal of one entry is that of the request for one") {
    const auto refused = answered(Ask::publish, engine::PublishResults{{{.status = Errc::publication_too_large}}, {}});

    CHECK(refused.starts_with(R"({"id":1,"error":{"code":909,)"));
}

TEST_CASE_FIXTURE(WriterFixture, "the entries of other requests") {
    CHECK_EQ(answered(Ask::ping, engine::Nothing{}), R"({"id":1,"ping":{}})");
    CHECK_EQ(answered(Ask::send, engine::SendResults{{{Errc::ok, some_id, 4}}}),
             R"({"id":1,"send":{"id":)" + some_id_text + R"(,"sequence":4}})");
    CHECK_EQ(answered(Ask::append, engine::AppendResults{{{.base_offset = 3, .end_offset = 5}}}),
             R"({"id":1,"append":{"base_offset":3,"end_offset":5}})");
    const auto deleted = answered(Ask::remove, engine::EntryResults{{Errc::ok, Errc::receipt_handle_invalid}});
    CHECK(deleted.starts_with(R"({"id":1,"delete":{"results":[{},{"error":{"code":400,)"));
}

TEST_CASE_FIXTURE(WriterFixture, "a message of a queue") {
    engine::MessageRecord record;
    record.id = some_id;
    record.sent_at = Timestamp(9);
    record.body = "{\"looks\":\"like JSON\"}";
    Bytes attributes;
    engine::encode_attributes({{"a\"b", "String", "c"}, {"n", "Binary", "\xFF"}}, attributes);
    record.attributes = attributes;
    engine::Messages messages;
    auto& message = messages.messages.emplace_back();
    engine::encode(record, message.record);
    message.receipt_handle = "h";
    message.receive_count = 2;

    CHECK_EQ(
        answered(Ask::receive, std::move(messages)),
        R"({"id":1,"receive":{"messages":[{"id":)" + some_id_text +
            R"(,"handle":"h","body":"{\"looks\":\"like JSON\"}","attributes":{"a\"b":{"type":"String","value":"c"},)"
            R"("n":{"type":"Binary","base64":"/w=="}},"sent_at":9,"receive_count":2}]}})");
}

TEST_CASE_FIXTURE(WriterFixture, "a publication is pushed with its data as it is") {
    const auto pushed = [&](const engine::Publication& publication) {
        const native::PushedPublication one{&publication, 12, Timestamp(99), some_id};
        REQUIRE_EQ(writer.write(native::ReplyTo{tagged(2, Ask::subscribe), bytes}, std::span(&one, 1)), Errc::ok);
        return line();
    };
    const auto head = R"({"pub":{"sub":2,"subject":"chat.room","offset":12,"time":99,"id":)" + some_id_text + ",";

    CHECK_EQ(pushed(publication_of("{\"a\":\n1.50}")), head + R"("data":{"a": 1.50}}})");
    CHECK_EQ(pushed(publication_of("hello\n\"you\"")), head + R"("text":"hello\n\"you\""}})");
    CHECK_EQ(pushed(publication_of("\xFF\xFE")), head + R"("base64":"//4="}})");
    CHECK_EQ(pushed(publication_of("")), head + R"("text":""}})");
    auto with_attributes = publication_of("1");
    with_attributes.attributes = {{"n", "Number", "3"}};
    CHECK_EQ(pushed(with_attributes), head + R"("data":1,"attributes":{"n":{"type":"Number","value":"3"}}}})");
}

TEST_CASE_FIXTURE(WriterFixture, "durable, retained and ephemeral publications say so") {
    const auto publication = publication_of("1");
    const native::PushedPublication several[] = {
        {.publication = &publication, .id = some_id},
        {.publication = &publication, .offset = 1, .id = some_id, .retained = true},
        {.publication = &publication, .offset = 1, .id = some_id, .handle = "h", .delivery = 3}};
    REQUIRE_EQ(writer.write(native::ReplyTo{tagged(2, Ask::subscribe), bytes}, several), Errc::ok);

    const auto first = bytes.substr(0, bytes.find('\n'));
    CHECK_EQ(first.find("offset"), std::string::npos);
    CHECK_NE(bytes.find(R"("retained":true)"), std::string::npos);
    CHECK_NE(bytes.find(R"("handle":"h","delivery":3)"), std::string::npos);
}

TEST_CASE_FIXTURE(WriterFixture, "what subscribers are told") {
    native::Subscribed subscribed{"chat", "e", 7, false};
    CHECK_EQ(written(Ask::subscribe, subscribed),
             R"({"id":1,"subscribe":{"sub":1,"topic":"chat","epoch":"e","offset":7,"recovered":false}})");
    subscribed.members = {{"Ada", "{\"away\":true}", 2, Timestamp(5)}};
    CHECK(written(Ask::subscribe, subscribed)
              .ends_with(R"("members":[{"member":"Ada","state":{"away":true},"connections":2,"joined_at":5}]}})"));

    CHECK_EQ(written(Ask::subscribe, native::PublicationGap{"e", 3, 9, 6}),
             R"({"gap":{"sub":1,"epoch":"e","from":3,"to":9,"dropped":6}})");
    runtime::PresenceChange change;
    change.joined.push_back({"Bo", "not json", 1, Timestamp(6)});
    change.left.push_back("Cy\"");
    CHECK_EQ(written(Ask::subscribe, change),
             R"({"presence":{"sub":1,"joined":[{"member":"Bo","state":"not json","connections":1,"joined_at":6}],)"
             R"("left":["Cy\""],"updated":[]}})");
    CHECK(written(Ask::subscribe, native::SubscriptionEnded{Errc::subscriber_too_slow, {}})
              .starts_with(R"({"ended":{"sub":1,"code":920,"name":"subscriber_too_slow","message":")"));
}

TEST_CASE_FIXTURE(WriterFixture, "history and presence") {
    const auto publication = publication_of("1");
    native::History history;
    history.publications = {{.publication = &publication, .offset = 3, .published_at = Timestamp(4), .id = some_id}};
    history.epoch = "e";
    history.start_offset = 1;
    history.end_offset = 9;
    history.next_offset = 4;
    history.more = true;

    CHECK_EQ(written(Ask::history, history),
             R"({"id":1,"history":{"publications":[{"subject":"chat.room","offset":3,"time":4,"id":)" + some_id_text +
                 R"(,"data":1}],"epoch":"e","start_offset":1,"end_offset":9,"next_offset":4,"more":true}})");
    CHECK_EQ(written(Ask::presence, native::PresenceReport{{{"Ada", "", 1, Timestamp(2)}}, 5}),
             R"({"id":1,"presence":{"members":[{"member":"Ada","connections":1,"joined_at":2}],"count":5}})");
}

TEST_CASE_FIXTURE(WriterFixture, "records out of whole batches, from the offset on") {
    protocol::BatchBuilder builder;
    builder.begin();
    for (int i = 0; i < 4; ++i) builder.add(100 + i, "k", std::to_string(i), {{"h", "v"}});
    std::string batch(builder.finish(protocol::Compression::none, {}));
    protocol::set_base_offset(batch.data(), 10);
    native::Fetch fetch;
    fetch.positions.push_back({{}, 0, 11});
    fetch.limits.records_max = 2;
    engine::Fetched fetched;
    fetched.partitions.push_back({Errc::ok, {}, 0, 14, batch});
    native::Outbox outbox;

    REQUIRE_EQ(writer.write(tagged(1, Ask::fetch), fetch, std::move(fetched), outbox), Errc::ok);

    bytes = outbox.end();
    CHECK_EQ(line(),
             R"({"id":1,"fetch":{"records":[{"offset":11,"time":101,"key":"k","data":1,"headers":{"h":"v"}},)"
             R"({"offset":12,"time":102,"key":"k","data":2,"headers":{"h":"v"}}],"start_offset":0,"end_offset":14,)"
             R"("next_offset":13}})");
}

TEST_CASE_FIXTURE(WriterFixture, "a welcome tells the limits") {
    writer.write({tagged(1, Ask::connect), bytes}, native::Welcome{1, "tern 1"});

    CHECK(line().starts_with(R"({"id":1,"connect":{"broker":"tern 1","ping_ms":25000,"limits":{"message_bytes_max":)"));
}

}  // namespace tern::websocket
