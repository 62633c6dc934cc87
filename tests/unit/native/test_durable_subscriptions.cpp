#include "broker/engine/message_record.hpp"
#include "broker/engine/publication_record.hpp"
#include "tests/unit/native/subscription_fixture.hpp"

namespace tern::native {

namespace {

struct DurableFixture : SubscriptionFixture {
    static Subscribe durable(std::uint32_t in_flight_max = 100) {
        auto wish = to("chat.>");
        wish.durable.name = "phone";
        wish.durable.in_flight_max = in_flight_max;
        return wish;
    }
    void open_durable(std::uint64_t id, Subscribe wish) {
        REQUIRE_EQ(subscriptions->subscribe(id, std::move(wish)).status, Errc::ok);
        auto body = opened();
        body.durable_queue = {"~durable/", "chat/phone"};
        answer({Errc::ok, {}, std::move(body)});
    }
    engine::ReceivedMessage message(std::uint64_t offset, std::uint32_t delivery = 1) const {
        const auto from = published("chat.a", "data " + std::to_string(offset), offset);
        const auto attributes = engine::durable_attributes(from, "e1");
        engine::MessageRecord record;
        record.body = from.publication().data;
        record.attributes = attributes;
        engine::ReceivedMessage message;
        engine::encode(record, message.record);
        message.receipt_handle = "h" + std::to_string(offset);
        message.receive_count = delivery;
        message.available_at = time + Milliseconds(30'000);
        return message;
    }
    void hand_out(std::vector<engine::ReceivedMessage> messages) {
        answer({Errc::ok, {}, engine::Messages{std::move(messages)}});
        subscriptions->on_told();
    }
    engine::DeleteMessages acknowledge(const std::vector<std::string_view>& handles) {
        auto& durable = **subscriptions->durable(4);
        subscriptions->settling(++acknowledgements, durable, durable.settle(handles));
        durable.receive_more();
        return durable.acknowledge(handles);
    }
    std::uint64_t acknowledgements = 0;
    const engine::ReceiveMessages* last_receive() const {
        return std::get_if<engine::ReceiveMessages>(&asked.back().command);
    }
};

}  // namespace

TEST_CASE_FIXTURE(DurableFixture, "a durable subscription is opened with its settings and keeps a receive waiting") {
    auto wish = durable();
    wish.durable.ack_wait = Milliseconds(5'000);
    wish.durable.deliveries_max = 3;
    wish.durable.dead_letter_queue = "dead";
    wish.filter_policy = R"({"kind":["good"]})";
    open_durable(4, std::move(wish));

    const auto& open = std::get<engine::OpenDurable>(asked.at(0).command);
    CHECK_EQ(open.name, "phone");
    CHECK_EQ(open.topic.name, "chat");
    CHECK(open.settings.pattern == "chat.>");
    CHECK(open.settings.filter_policy == R"({"kind":["good"]})");
    CHECK(open.settings.dead_letter_queue == "dead");
    CHECK(open.ack_wait == Milliseconds(5'000));
    CHECK_EQ(open.deliveries_max, 3);
    REQUIRE(last_receive());
    CHECK_EQ(last_receive()->queue.name, "chat/phone");
    CHECK_EQ(last_receive()->messages_max, 10);
    CHECK(read() == Lines{"4 subscribed chat @0"});
}

TEST_CASE_FIXTURE(DurableFixture, "what is received is pushed with its handle, and the next receive waits") {
    open_durable(4, durable());
    hand_out({message(3), message(5, 2)});

    CHECK(read() == Lines{"4 subscribed chat @0", "4 pub chat.a @3 h3 x1 data 3", "4 pub chat.a @5 h5 x2 data 5"});
    CHECK_EQ(asked.size(), 3);
    CHECK(last_receive());
}

TEST_CASE_FIXTURE(DurableFixture, "no more is received than may be in flight, until something is acknowledged") {
    open_durable(4, durable(2));
    CHECK_EQ(last_receive()->messages_max, 2);
    hand_out({message(1), message(2)});
    CHECK_EQ(asked.size(), 2);

    const auto remove = acknowledge({"h1"});
    CHECK_EQ(remove.queue.name, "chat/phone");
    CHECK_EQ(remove.receipt_handles.at(0), "h1");
    CHECK_EQ(asked.size(), 3);
    CHECK_EQ(last_receive()->messages_max, 1);
}

TEST_CASE_FIXTURE(DurableFixture, "what was refused to be acknowledged is in flight still") {
    open_durable(4, durable(3));
    hand_out({message(1), message(2), message(3)});
    acknowledge({"h1", "h2"});
    CHECK_EQ(last_receive()->messages_max, 2);

    subscriptions->on_settled(1, {Errc::ok, {}, engine::EntryResults{{Errc::ok, Errc::receipt_handle_invalid}}});
    hand_out({message(4)});
    CHECK_EQ(asked.size(), 3);
    acknowledge({"h3"});
    CHECK_EQ(last_receive()->messages_max, 1);
    subscriptions->on_settled(2, {Errc::storage_damaged, {}, {}});
    hand_out({});
    CHECK_EQ(asked.size(), 4);
}

TEST_CASE_FIXTURE(DurableFixture, "a rejected one becomes visible again after the delay") {
    open_durable(4, durable(1));
    hand_out({message(1)});
    auto& durable_one = **subscriptions->durable(4);
    durable_one.settle({"h1"});
    durable_one.receive_more();
    const auto change = durable_one.reject({"h1"}, Milliseconds(700));

    CHECK_EQ(change.changes.at(0).receipt_handle, "h1");
    CHECK(change.changes.at(0).visibility_timeout == Milliseconds(700));
    CHECK_EQ(asked.size(), 3);
}

TEST_CASE_FIXTURE(DurableFixture, "what the queue has taken back is in flight no more") {
    open_durable(4, durable(1));
    hand_out({message(1)});
    subscriptions->on_second_passed(time + Milliseconds(29'999));
    CHECK_EQ(asked.size(), 2);
    subscriptions->on_second_passed(time + Milliseconds(30'000));
    CHECK_EQ(asked.size(), 3);
}

TEST_CASE_FIXTURE(DurableFixture, "a peer that does not read is pushed no more than fits") {
    limits.bytes_max = 64;
    restart();
    open_durable(4, durable());
    hand_out({message(1), message(2), message(3)});
    CHECK_EQ(asked.size(), 2);
    read();
    CHECK_EQ(asked.size(), 3);
}

TEST_CASE_FIXTURE(DurableFixture,
                  "what did not leave is given back when the session ends, and the receive is cancelled") {
    open_durable(4, durable());
    hand_out({message(1)});
    subscriptions->end_all();

    CHECK(std::get_if<engine::CancelWait>(&asked.back().command));
    const auto unwritten = outbox.take_unwritten();
    REQUIRE_EQ(unwritten.size(), 1);
    CHECK_EQ(std::get<engine::Messages>(unwritten[0].body).messages.at(0).receipt_handle, "h1");
}

TEST_CASE_FIXTURE(DurableFixture, "what comes after unsubscribing is given back") {
    open_durable(4, durable());
    CHECK(subscriptions->unsubscribe(4).has_value());
    const auto receive = asked.at(1).request;
    CHECK_EQ(std::get<engine::CancelWait>(asked.back().command).request, receive);
    subscriptions->on_own_answer(receive, {Errc::ok, {}, engine::Messages{{message(1)}}});

    CHECK_EQ(given_back.size(), 1);
}

TEST_CASE_FIXTURE(DurableFixture, "a durable subscription that is removed ends; other troubles are waited out") {
    open_durable(4, durable());
    answer({Errc::over_in_flight_limit, {}, {}});
    CHECK_EQ(asked.size(), 2);
    subscriptions->on_second_passed(time);
    CHECK_EQ(asked.size(), 3);
    answer({Errc::queue_does_not_exist, {}, {}});

    CHECK_EQ(read().back(), "4 ended subscription_does_not_exist (phone)");
    CHECK_EQ(subscriptions->durable(4).error(), Errc::subscription_does_not_exist);
}

TEST_CASE_FIXTURE(DurableFixture, "only durable subscriptions are acknowledged") {
    subscribe(1, to("chat.a"));
    CHECK_EQ(subscriptions->durable(1).error(), Errc::not_acknowledgeable);
    CHECK_EQ(subscriptions->durable(2).error(), Errc::subscription_does_not_exist);
}

}  // namespace tern::native
