#include "tests/unit/engine/queue_fixture.hpp"

namespace tern::test {
namespace {

engine::NewMessage with_attributes(std::vector<engine::MessageAttribute> attributes) {
    return {.body = "x", .attributes = std::move(attributes)};
}

}  // namespace

TEST_CASE_FIXTURE(QueueFixture, "attributes come back as they were sent") {
    create();
    send(with_attributes({{"colour", "String", "red"},
                          {"weight", "Number.kg", "-1.5e3"},
                          {"raw", "Binary", std::string_view("\0\xff", 2)}}));

    const auto answer = receive_answer(1);

    const auto& message = std::get<engine::Messages>(answer.body).messages.at(0);
    const auto record = engine::decode_message(message.record);
    const auto attributes = engine::decode_attributes(record->attributes);
    REQUIRE_EQ(attributes.size(), 3);
    CHECK_EQ(attributes[1].name, "weight");
    CHECK_EQ(attributes[1].type, "Number.kg");
    CHECK_EQ(attributes[2].value, std::string_view("\0\xff", 2));
}

TEST_CASE_FIXTURE(QueueFixture, "attributes that break a rule are refused, each with its own status") {
    create();
    const auto status = [&](std::string_view name, std::string_view type, std::string_view value) {
        return send(with_attributes({{name, type, value}})).status;
    };

    for (const auto* name : {"", ".a", "a.", "a..b", "AWS.x", "aMaZoN.x", "a b", "a\xc2\xa7", "a\xc3\x97", "a\xc3"})
        CHECK_EQ(status(name, "String", "v"), Errc::attribute_name_invalid);
    for (const auto* type : {"", "string", "Text", "String.", "Strings"})
        CHECK_EQ(status("a", type, "v"), Errc::attribute_type_invalid);
    CHECK_EQ(status("a", "String", ""), Errc::attribute_value_empty);
    for (const auto* number : {"x", "", "1.2.3", "--1", "1e", "."}) CHECK_NE(status("a", "Number", number), Errc::ok);
    CHECK_EQ(status("a", "Number", std::string(39, '9')), Errc::number_attribute_invalid);
    CHECK_EQ(status("a-B_9.c", "Number.int", "+12.5"), Errc::ok);
    CHECK_EQ(status("\u00e4\u017f", "String", "v"), Errc::ok);
    CHECK_EQ(send(with_attributes(std::vector<engine::MessageAttribute>(11, {"a", "String", "v"}))).status,
             Errc::too_many_attributes);
    CHECK_EQ(send(with_attributes({{"a", "String", "v"}, {"a", "String", "w"}})).status, Errc::attribute_duplicated);
}

TEST_CASE_FIXTURE(QueueFixture, "body and attributes together may be as long as the queue says, not a byte more") {
    create({.message_bytes_max = 1024});
    const std::string body(1024, 'x');

    CHECK_EQ(send(body).status, Errc::ok);
    CHECK_EQ(send(body + "x").status, Errc::message_too_large);
    auto message = with_attributes({{"a", "String", "v"}});
    message.body = std::string_view(body).substr(8);
    CHECK_EQ(send(message).status, Errc::ok);
    message.body = std::string_view(body).substr(7);
    CHECK_EQ(send(message).status, Errc::message_too_large);
}

TEST_CASE_FIXTURE(QueueFixture, "a refused message leaves the others of its request alone") {
    create();

    const auto answer = call(engine::SendMessages{
        queue, {with_attributes({}), with_attributes({{"", "String", "v"}}), with_attributes({})}});

    const auto& results = std::get<engine::SendResults>(answer.body).results;
    REQUIRE_EQ(results.size(), 3);
    CHECK_EQ(results[0].status, Errc::ok);
    CHECK_EQ(results[1].status, Errc::attribute_name_invalid);
    CHECK_EQ(results[2].status, Errc::ok);
    CHECK_EQ(counts(), Counts{2, 0, 0});
}

TEST_CASE_FIXTURE(QueueFixture, "requests outside of the limits are refused as a whole") {
    create();
    CHECK_EQ(send("").status, Errc::message_body_missing);
    CHECK_EQ(call(engine::SendMessages{queue, {}}).status, Errc::batch_empty);
    CHECK_EQ(call(engine::SendMessages{queue, std::vector<engine::NewMessage>(1001, with_attributes({}))}).status,
             Errc::batch_too_long);
    CHECK_EQ(call(engine::SendMessages{{"", "nobody"}, {with_attributes({})}}).status, Errc::queue_does_not_exist);
    auto message = with_attributes({});
    message.delay = 901s;
    CHECK_EQ(send(message).status, Errc::delay_invalid);
    message.delay = -1s;
    CHECK_EQ(send(message).status, Errc::delay_invalid);
    message.delay = {};
    message.deduplication_id = "id";
    CHECK_EQ(send(message).status, Errc::deduplication_id_on_standard_queue);
}

}  // namespace tern::test
