#include <doctest/doctest.h>

#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <string>
#include <vector>

#include "tern/blocking_client.hpp"
#include "tern/blocking_subscriber.hpp"
#include "tests/unit/client/fake_broker.hpp"
#include "tests/unit/client/fake_subscription.hpp"
#include "tests/unit/client/status_of.hpp"

/// Subscribers against a scripted broker that pushes, hangs up and leaves gaps.
namespace tern {

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace wire = protocol::wire;

namespace {

ClientOptions quick_options(const ServerAddress& server) {
    return {.server = server, .backoff_first = 1ms, .backoff_max = 10ms};
}

SubscriberOptions subscriber_of(const std::string& pattern) {
    SubscriberOptions options;
    options.pattern = pattern;
    return options;
}

/// "data" of publications, "gap FROM-TO" of gaps.
std::string text_of(const Push& push) {
    if (const auto* publication = std::get_if<Publication>(&push)) return publication->data;
    if (const auto* gap = std::get_if<PublicationGap>(&push)) {
        return (gap->new_epoch ? "new epoch " : "gap ") + std::to_string(gap->from_offset) + "-" +
               std::to_string(gap->to_offset);
    }
    std::string text = "presence";
    for (const auto& member : std::get<PresenceChange>(push).joined) text += " +" + member.member;
    for (const auto& member : std::get<PresenceChange>(push).left) text += " -" + member;
    return text;
}

std::vector<std::string> take(BlockingSubscriber& subscriber, std::size_t count) {
    std::vector<std::string> texts;
    while (texts.size() < count) texts.push_back(text_of(subscriber.next()));
    return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a subscriber says what it wants and gets what is pushed, in order") {
    FakeBroker broker({[](FakePeer& peer) {
        FakeSubscription subscription(peer);
        const auto& asked = subscription.asked();
        CHECK_EQ(asked.pattern()->str(), "chat.>");
        CHECK_EQ(asked.from(), wire::SubscribeFrom::last);
        CHECK_EQ(asked.last(), 2);
        CHECK_EQ(asked.filter_policy()->str(), "{}");
        CHECK_FALSE(asked.slow_policy().has_value());
        subscription.stands("e1", 5);
        subscription.push({{5, "five"}, {6, "six"}});
        subscription.push({{-1, "typing"}});
        subscription.expect_unsubscribe();
        peer.wait_for_end();
    }});
    BlockingClient client(quick_options(broker.address()));
    auto options = subscriber_of("chat.>");
    options.from = FromLast{2};
    options.filter_policy = "{}";
    BlockingSubscriber subscriber(client, options);

    const auto subscribed = subscriber.subscribe();
    CHECK_EQ(subscribed.offset, 5);
    CHECK_EQ(take(subscriber, 3), Texts{"five", "six", "typing"});
    subscriber.close();
    CHECK_THROWS_AS(subscriber.next(), Error);
    client.close();
}

TEST_CASE("after a lost connection a subscriber goes on where it was, and nothing comes twice") {
    FakeBroker broker({[](FakePeer& peer) {
                           FakeSubscription subscription(peer);
                           subscription.stands("e1", 5);
                           subscription.push({{5, "five"}, {6, "six"}});
                           peer.close();
                       },
                       [](FakePeer& peer) {
                           FakeSubscription subscription(peer);
                           CHECK_EQ(subscription.asked().from(), wire::SubscribeFrom::offset);
                           CHECK_EQ(subscription.asked().offset(), 7);
                           CHECK_EQ(subscription.asked().epoch()->str(), "e1");
                           subscription.stands("e1", 7);
                           subscription.push({{3, "kept", true}, {6, "six"}, {7, "seven"}});
                           peer.wait_for_end();
                       }});
    BlockingClient client(quick_options(broker.address()));
    BlockingSubscriber subscriber(client, subscriber_of("chat.>"));

    CHECK_EQ(take(subscriber, 3), Texts{"five", "six", "seven"});
    client.close();
}

TEST_CASE("what a history no longer has is told as a gap, and so is a new epoch") {
    FakeBroker broker({[](FakePeer& peer) {
                           FakeSubscription subscription(peer);
                           subscription.stands("e1", 5);
                           peer.close();
                       },
                       [](FakePeer& peer) {
                           FakeSubscription subscription(peer);
                           CHECK_EQ(subscription.asked().offset(), 5);
                           subscription.stands("e1", 9, false);
                           subscription.push({{9, "nine"}});
                           peer.close();
                       },
                       [](FakePeer& peer) {
                           FakeSubscription subscription(peer);
                           subscription.stands("e2", 0, false);
                           subscription.push({{0, "zero"}});
                           peer.wait_for_end();
                       }});
    BlockingClient client(quick_options(broker.address()));
    BlockingSubscriber subscriber(client, subscriber_of("chat.>"));

    CHECK_EQ(take(subscriber, 4), Texts{"gap 5-9", "nine", "new epoch 10-0", "zero"});
    client.close();
}

TEST_CASE("a refused subscription ends the subscriber; one that the broker ends tells why after what came before") {
    FakeBroker broker({[](FakePeer& peer) {
        peer.welcome();
        peer.refuse(peer.receive().id, static_cast<std::uint16_t>(Status::pattern_invalid));
        const auto request = peer.receive();
        flatbuffers::FlatBufferBuilder builder;
        peer.answer(request.id, builder, wire::CreateSubscribedDirect(builder, "chat", "e1", 5, true));
        flatbuffers::FlatBufferBuilder pushed;
        std::vector<flatbuffers::Offset<wire::PushedPublication>> publications{
            wire::CreatePushedPublicationDirect(pushed, "chat", 5)};
        peer.answer(request.id, pushed, wire::CreatePublicationsDirect(pushed, &publications));
        flatbuffers::FlatBufferBuilder ended;
        peer.answer(request.id, ended, wire::CreateSubscriptionEndedDirect(ended, 900, "gone"));
        peer.wait_for_end();
    }});
    BlockingClient client(quick_options(broker.address()));
    BlockingSubscriber refused(client, subscriber_of("chat..x"));
    CHECK_EQ(status_of([&] { refused.next(); }), Status::pattern_invalid);
    CHECK_EQ(status_of([&] { refused.subscribe(); }), Status::pattern_invalid);
    BlockingSubscriber subscriber(client, subscriber_of("chat"));

    CHECK_EQ(take(subscriber, 1), Texts{""});
    CHECK_EQ(status_of([&] { subscriber.next(); }), Status::topic_does_not_exist);
    CHECK_EQ(status_of([&] { subscriber.next(); }), Status::topic_does_not_exist);
    client.close();
}

TEST_CASE("a broker that has no room now is asked again") {
    FakeBroker broker({[](FakePeer& peer) {
        peer.welcome();
        peer.refuse(peer.receive().id, static_cast<std::uint16_t>(Status::overloaded));
        const auto request = peer.receive();
        flatbuffers::FlatBufferBuilder builder;
        peer.answer(request.id, builder, wire::CreateSubscribedDirect(builder, "chat", "e1", 5, true));
        peer.wait_for_end();
    }});
    BlockingClient client(quick_options(broker.address()));
    std::promise<Status> told;
    auto options = subscriber_of("chat");
    options.on_error = [&told](const Error& error) { told.set_value(error.status()); };
    BlockingSubscriber subscriber(client, options);

    CHECK_EQ(subscriber.subscribe().offset, 5);
    CHECK_EQ(told.get_future().get(), Status::overloaded);
    subscriber.asynchronous().close([](const Outcome<void>&) {});
    client.close();
}

TEST_CASE("a subscriber that nobody reads gives its subscription up, and takes it up again where it was") {
    const std::string long_data(1'000, 'x');
    FakeBroker broker({[&long_data](FakePeer& peer) {
        FakeSubscription subscription(peer);
        subscription.stands("e1", 0);
        subscription.push({{0, long_data}, {1, long_data}, {2, long_data}, {3, long_data}, {4, long_data}});
        subscription.expect_unsubscribe();
        subscription.push({{5, "too late"}});
        subscription.take();
        CHECK_EQ(subscription.asked().from(), wire::SubscribeFrom::offset);
        const auto next = subscription.asked().offset();
        CHECK_GE(next, 2);
        CHECK_LT(next, 5);
        subscription.stands("e1", next);
        for (auto offset = next; offset < 6; ++offset) {
            subscription.push({{static_cast<std::int64_t>(offset), long_data}});
        }
        peer.wait_for_end();
    }});
    BlockingClient client(quick_options(broker.address()));
    auto options = subscriber_of("chat.>");
    options.waiting_bytes_max = 3'000;
    BlockingSubscriber subscriber(client, options);

    subscriber.subscribe();
    for (std::uint64_t offset = 0; offset < 6; ++offset) {
        const auto push = subscriber.next();
        REQUIRE(std::holds_alternative<Publication>(push));
        CHECK_EQ(std::get<Publication>(push).offset, offset);
    }
    client.close();
}

TEST_CASE("with drop_oldest the newest are kept, and a gap tells what was dropped") {
    const std::string long_data(1'000, 'x');
    std::promise<void> pushed;
    FakeBroker broker({[&](FakePeer& peer) {
        FakeSubscription subscription(peer);
        CHECK_EQ(*subscription.asked().slow_policy(), wire::SlowPolicy::drop_oldest);
        subscription.stands("e1", 0);
        for (std::int64_t offset = 0; offset < 10; ++offset) subscription.push({{offset, long_data}});
        // Answered behind what was pushed: then all of it has come.
        peer.answer_done(peer.receive().id);
        peer.wait_for_end();
    }});
    BlockingClient client(quick_options(broker.address()));
    auto options = subscriber_of("chat.>");
    options.waiting_bytes_max = 3'000;
    options.slow_policy = SlowPolicy::drop_oldest;
    BlockingSubscriber subscriber(client, options);
    subscriber.subscribe();
    client.purge_queue("any");

    const auto first = subscriber.next();
    REQUIRE(std::holds_alternative<PublicationGap>(first));
    const auto& gap = std::get<PublicationGap>(first);
    CHECK_EQ(gap.from_offset, 0);
    CHECK_EQ(gap.dropped, gap.to_offset);
    CHECK_GE(gap.to_offset, 7);
    CHECK_EQ(std::get<Publication>(subscriber.next()).offset, gap.to_offset);
    client.close();
}

TEST_CASE("acknowledgements go to the subscription that stands, also after a lost connection") {
    const auto answer_acknowledged = [](FakePeer& peer, std::uint64_t request) {
        flatbuffers::FlatBufferBuilder builder;
        std::vector<flatbuffers::Offset<wire::EntryResult>> results{wire::CreateEntryResult(builder, 0)};
        peer.answer(request, builder, wire::CreateEntryResultsDirect(builder, &results));
    };
    FakeBroker broker({[](FakePeer& peer) {
                           FakeSubscription subscription(peer);
                           CHECK_EQ(subscription.asked().durable()->str(), "phone");
                           CHECK_EQ(subscription.asked().in_flight_max(), 3);
                           CHECK_EQ(subscription.asked().ack_wait_ms(), 5'000);
                           subscription.stands("e1", 0);
                           subscription.push({{0, "job", false, "handle-1"}});
                           peer.receive();
                           peer.close();
                       },
                       [&](FakePeer& peer) {
                           FakeSubscription subscription(peer);
                           // A durable subscription knows by itself where it stands.
                           CHECK_EQ(subscription.asked().from(), wire::SubscribeFrom::live);
                           subscription.stands("e1", 1);
                           const auto request = peer.receive();
                           const auto* acknowledge = request.body_as<wire::Acknowledge>();
                           REQUIRE(acknowledge != nullptr);
                           CHECK_EQ(acknowledge->subscription(), subscription.id());
                           CHECK_EQ(acknowledge->handles()->Get(0)->str(), "handle-1");
                           answer_acknowledged(peer, request.id);
                           const auto rejecting = peer.receive();
                           const auto* reject = rejecting.body_as<wire::Reject>();
                           REQUIRE(reject != nullptr);
                           CHECK_EQ(reject->delay_ms(), 1'000);
                           answer_acknowledged(peer, rejecting.id);
                           peer.wait_for_end();
                       }});
    BlockingClient client(quick_options(broker.address()));
    auto options = subscriber_of("chat.>");
    options.durable = "phone";
    options.in_flight_max = 3;
    options.ack_wait = 5s;
    BlockingSubscriber subscriber(client, options);

    const auto publication = std::get<Publication>(subscriber.next());
    const auto results = subscriber.acknowledge({publication.handle});
    REQUIRE_EQ(results.size(), 1);
    CHECK(results[0].ok());
    CHECK(subscriber.reject({"handle-2"}, 1s).at(0).ok());
    client.close();
}

TEST_CASE("what a durable subscription has pushed and nobody has taken is given back when it is closed") {
    FakeBroker broker({[](FakePeer& peer) {
        FakeSubscription subscription(peer);
        subscription.stands("e1", 0);
        subscription.push({{0, "taken", false, "handle-1"}, {1, "left", false, "handle-2"}});
        const auto request = peer.receive();
        const auto* reject = request.body_as<wire::Reject>();
        REQUIRE(reject != nullptr);
        REQUIRE_EQ(reject->handles()->size(), 1);
        CHECK_EQ(reject->handles()->Get(0)->str(), "handle-2");
        CHECK_EQ(reject->delay_ms(), 0);
        subscription.expect_unsubscribe();
        peer.wait_for_end();
    }});
    BlockingClient client(quick_options(broker.address()));
    auto options = subscriber_of("chat.>");
    options.durable = "phone";
    BlockingSubscriber subscriber(client, options);

    CHECK_EQ(take(subscriber, 1), Texts{"taken"});
    subscriber.close();
    client.close();
}

TEST_CASE("a gap that the beginning of a subscription has told is told once") {
    FakeBroker broker({[](FakePeer& peer) {
        FakeSubscription subscription(peer);
        subscription.stands("e1", 9, false);
        flatbuffers::FlatBufferBuilder builder;
        peer.answer(subscription.id(), builder, wire::CreatePublicationGapDirect(builder, 5, 9, 4, "e1"));
        subscription.push({{9, "nine"}});
        flatbuffers::FlatBufferBuilder later;
        peer.answer(subscription.id(), later, wire::CreatePublicationGapDirect(later, 10, 12, 2, "e1"));
        subscription.push({{12, "twelve"}});
        subscription.end(Status::subscriber_too_slow);
        subscription.take();
        CHECK_EQ(subscription.asked().offset(), 13);
        subscription.stands("e1", 13);
        subscription.push({{13, "thirteen"}});
        peer.wait_for_end();
    }});
    BlockingClient client(quick_options(broker.address()));
    auto options = subscriber_of("chat.>");
    options.from = FromOffset{5, "e1"};
    BlockingSubscriber subscriber(client, options);

    CHECK_EQ(take(subscriber, 5), Texts{"gap 5-9", "nine", "gap 10-12", "twelve", "thirteen"});
    client.close();
}

TEST_CASE("presence: who is there at first, and who comes and goes") {
    FakeBroker broker({[](FakePeer& peer) {
                           FakeSubscription subscription(peer);
                           CHECK(subscription.asked().presence());
                           CHECK_EQ(subscription.asked().member()->str(), "ada");
                           flatbuffers::FlatBufferBuilder builder;
                           std::vector<flatbuffers::Offset<wire::PresenceMember>> members{
                               wire::CreatePresenceMemberDirect(builder, "ada", nullptr, 1, 5)};
                           peer.answer(subscription.id(), builder,
                                       wire::CreateSubscribedDirect(builder, "chat", "e1", 5, true, &members));
                           flatbuffers::FlatBufferBuilder changed;
                           std::vector<flatbuffers::Offset<wire::PresenceMember>> joined{
                               wire::CreatePresenceMemberDirect(changed, "grace")};
                           std::vector<flatbuffers::Offset<flatbuffers::String>> left{changed.CreateString("edsger")};
                           peer.answer(subscription.id(), changed,
                                       wire::CreatePresenceChangeDirect(changed, &joined, &left));
                           const auto request = peer.receive();
                           const auto* state = request.body_as<wire::SetPresence>();
                           REQUIRE(state != nullptr);
                           CHECK_EQ(state->subscription(), subscription.id());
                           CHECK_EQ(state->member_state()->size(), 4);
                           peer.answer_done(request.id);
                           peer.close();
                       },
                       [](FakePeer& peer) {
                           FakeSubscription subscription(peer);
                           CHECK_EQ(subscription.asked().member_state()->size(), 4);
                           subscription.stands("e1", 5);
                           peer.wait_for_end();
                       }});
    BlockingClient client(quick_options(broker.address()));
    auto options = subscriber_of("chat");
    options.presence = true;
    options.member = "ada";
    BlockingSubscriber subscriber(client, options);

    const auto first = subscriber.next();
    CHECK(std::get<PresenceChange>(first).complete);
    CHECK_EQ(text_of(first), "presence +ada");
    CHECK_EQ(text_of(subscriber.next()), "presence +grace -edsger");
    subscriber.set_member_state("away");
    const auto anew = subscriber.next();
    CHECK(std::get<PresenceChange>(anew).complete);
    client.close();
}

TEST_CASE("a wait that ends without a push gives none, and closing ends a wait") {
    FakeBroker broker({[](FakePeer& peer) {
        FakeSubscription subscription(peer);
        subscription.stands("e1", 5);
        subscription.expect_unsubscribe();
        peer.wait_for_end();
    }});
    BlockingClient client(quick_options(broker.address()));
    BlockingSubscriber subscriber(client, subscriber_of("chat"));
    subscriber.subscribe();

    CHECK_FALSE(subscriber.next(1ms).has_value());
    auto waiting = subscriber.asynchronous().next(asio::use_future);
    subscriber.close();
    CHECK_EQ(waiting.get().error().code(), ConnectionErrc::closed);
    client.close();
}

TEST_CASE("a first subscription fails when there is no broker") {
    auto options = quick_options(address_of_nobody());
    options.give_up_after = 0ms;
    BlockingClient client(options);
    BlockingSubscriber subscriber(client, subscriber_of("chat"));

    CHECK_THROWS_AS(subscriber.next(), Error);
}

TEST_CASE("a publish whose answer was lost is sent again under the same deduplication id") {
    std::string first_id;
    FakeBroker broker({[&first_id](FakePeer& peer) {
                           peer.welcome();
                           const auto request = peer.receive();
                           first_id =
                               request.body_as<wire::Publish>()->publications()->Get(0)->deduplication_id()->str();
                           peer.close();
                       },
                       [&first_id](FakePeer& peer) {
                           peer.welcome();
                           const auto request = peer.receive();
                           const auto* publication = request.body_as<wire::Publish>()->publications()->Get(0);
                           CHECK_EQ(publication->deduplication_id()->str(), first_id);
                           flatbuffers::FlatBufferBuilder builder;
                           const wire::Uuid id(1, 2);
                           std::vector<flatbuffers::Offset<wire::PublishResult>> results{
                               wire::CreatePublishResult(builder, 0, 0, &id, 12, 0, true)};
                           peer.answer(request.id, builder, wire::CreatePublishResultsDirect(builder, &results, "e1"));
                           // A signal is not worth a repetition, and a FIFO topic has a rule of its own.
                           for (int i = 0; i < 2; ++i) {
                               const auto plain = peer.receive();
                               const auto* one = plain.body_as<wire::Publish>()->publications()->Get(0);
                               CHECK_EQ(one->deduplication_id(), nullptr);
                               peer.refuse(plain.id, static_cast<std::uint16_t>(Status::subject_invalid));
                           }
                           peer.wait_for_end();
                       }});
    BlockingClient client(quick_options(broker.address()));

    const auto published = client.publish({.subject = "chat", .data = "hello"});
    CHECK_EQ(published.offset, 12);
    CHECK_EQ(published.epoch, "e1");
    CHECK(published.duplicate);
    CHECK_FALSE(first_id.empty());
    CHECK_EQ(status_of([&] { client.publish({.subject = "chat", .data = "x"}, {.ephemeral = true}); }),
             Status::subject_invalid);
    CHECK_EQ(status_of([&] { client.publish({.subject = "orders.fifo.x", .data = "x"}); }), Status::subject_invalid);
    client.close();
}

}  // namespace tern
