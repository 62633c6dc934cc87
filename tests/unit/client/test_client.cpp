#include <doctest/doctest.h>

#include <boost/asio/use_future.hpp>
#include <chrono>
#include <future>
#include <vector>

#include "tern/blocking_client.hpp"
#include "tern/client.hpp"
#include "tern/sender.hpp"
#include "tests/unit/client/fake_broker.hpp"
#include "tests/unit/client/status_of.hpp"

/// The client against a scripted broker that answers, hangs up and says nonsense.
namespace tern {

using namespace std::chrono_literals;
namespace asio = boost::asio;

TEST_CASE("answers find their requests in any order") {
    FakeBroker broker({[](FakePeer& peer) {
        peer.welcome();
        const auto first = peer.receive();
        const auto second = peer.receive();
        peer.refuse(second.id, 203);
        peer.answer_done(first.id);
        peer.wait_for_end();
    }});
    BlockingClient client(options_for(broker.address()));

    auto first = client.asynchronous().purge_queue("first", asio::use_future);
    auto second = client.asynchronous().purge_queue("second", asio::use_future);

    CHECK(first.get().has_value());
    CHECK_EQ(second.get().error().status(), Status::purge_in_progress);
    client.close();
}

TEST_CASE("a send whose answer was lost is perhaps executed, and is not sent again") {
    FakeBroker broker({[](FakePeer& peer) {
        peer.welcome();
        peer.receive();
        peer.close();
    }});
    BlockingClient client(options_for(broker.address()));

    const auto error = error_of([&] { client.send("q", {.body = "x"}); });

    CHECK(error.is_connection_error());
    CHECK_EQ(error.name(), "connection_lost");
    CHECK_EQ(error.execution(), Execution::perhaps);
}

TEST_CASE("what may be done twice is sent again on a new connection") {
    FakeBroker broker({[](FakePeer& peer) {
                           peer.welcome();
                           peer.receive();
                           peer.close();
                       },
                       [](FakePeer& peer) {
                           peer.welcome();
                           const auto again = peer.receive();
                           peer.answer_done(again.id);
                           peer.wait_for_end();
                       }});
    BlockingClient client(options_for(broker.address()));

    CHECK_NOTHROW(client.set_queue("q", {.delay = 1s}));
    client.close();
}

TEST_CASE("nothing is sent again when the options say so") {
    FakeBroker broker({[](FakePeer& peer) {
        peer.welcome();
        peer.receive();
        peer.close();
    }});
    auto options = options_for(broker.address());
    options.retry_idempotent = false;
    BlockingClient client(options);

    CHECK_EQ(error_of([&] { client.set_queue("q", {.delay = 1s}); }).execution(), Execution::perhaps);
}

TEST_CASE("requests that were not written go over the next connection") {
    FakeBroker broker({[](FakePeer& peer) {
                           // One in flight only: the second request stays in the client.
                           peer.welcome(1);
                           peer.receive();
                           peer.close();
                       },
                       [](FakePeer& peer) {
                           peer.welcome();
                           peer.answer_sent(peer.receive());
                           peer.wait_for_end();
                       }});
    BlockingClient client(options_for(broker.address()));

    auto lost = client.asynchronous().send("q", NewMessage{.body = "1"}, asio::use_future);
    auto kept = client.asynchronous().send("q", NewMessage{.body = "2"}, asio::use_future);

    CHECK_EQ(lost.get().error().execution(), Execution::perhaps);
    CHECK(kept.get().has_value());
    client.close();
}

TEST_CASE("a client tries again until the broker is there") {
    const std::vector<FakeBroker::Script> scripts(3, [](FakePeer& peer) { peer.close(); });
    auto all = scripts;
    all.push_back([](FakePeer& peer) {
        peer.welcome();
        peer.answer_sent(peer.receive());
        peer.wait_for_end();
    });
    FakeBroker broker(all);
    BlockingClient client(options_for(broker.address()));

    CHECK_NOTHROW(client.send("q", {.body = "x"}));
    client.close();
}

TEST_CASE("without patience the first failed attempt fails the request, surely not executed") {
    auto options = options_for(address_of_nobody());
    options.give_up_after = 0ms;
    BlockingClient client(options);

    const auto error = error_of([&] { client.broker_status(); });

    CHECK_EQ(error.name(), "connection_failed");
    CHECK_EQ(error.execution(), Execution::surely_not);
    CHECK_NE(error.detail().find(options.server.text()), std::string::npos);
}

TEST_CASE("with some patience a request fails when it is over") {
    auto options = options_for(address_of_nobody());
    options.give_up_after = 100ms;
    BlockingClient client(options);

    CHECK_EQ(error_of([&] { client.send("q", {.body = "x"}); }).execution(), Execution::surely_not);
}

TEST_CASE("a broker that never answers is given up, and the request is perhaps executed") {
    FakeBroker broker({[](FakePeer& peer) {
        peer.welcome();
        peer.wait_for_end();
    }});
    auto options = options_for(broker.address());
    options.request_timeout = 100ms;
    BlockingClient client(options);

    const auto error = error_of([&] { client.send("q", {.body = "x"}); });

    CHECK_EQ(error.name(), "request_timed_out");
    CHECK_EQ(error.execution(), Execution::perhaps);
}

TEST_CASE("a broker that speaks another version is told in a clear error") {
    FakeBroker broker({[](FakePeer& peer) {
        peer.refuse(peer.receive().id, 102);
        peer.wait_for_end();
    }});
    BlockingClient client(options_for(broker.address()));

    CHECK_EQ(error_of([&] { client.broker_status(); }).name(), "version_refused");
    client.close();
}

TEST_CASE("what is no Tern broker is told so") {
    FakeBroker broker({[](FakePeer& peer) {
        peer.write("HTTP/1.1 400 Bad Request\r\n\r\n");
        peer.wait_for_end();
    }});
    auto options = options_for(broker.address());
    options.give_up_after = 0ms;
    BlockingClient client(options);

    const auto error = error_of([&] { client.broker_status(); });

    CHECK_NE(error.detail().find("not a Tern broker"), std::string::npos);
}

TEST_CASE("an answer that cannot be read ends the connection, not the client") {
    FakeBroker broker({[](FakePeer& peer) {
                           peer.welcome();
                           peer.receive();
                           peer.write(std::string("\x08\x00\x00\x00garbage!", 12));
                           peer.wait_for_end();
                       },
                       [](FakePeer& peer) {
                           peer.welcome();
                           peer.answer_done(peer.receive().id);
                           peer.wait_for_end();
                       }});
    BlockingClient client(options_for(broker.address()));

    CHECK_NOTHROW(client.tag_queue("q", {{"k", "v"}}));
    client.close();
}

TEST_CASE("an answer of another kind than asked for is surely executed, and not understood") {
    FakeBroker broker({[](FakePeer& peer) {
        peer.welcome();
        peer.answer_done(peer.receive().id);
        peer.wait_for_end();
    }});
    BlockingClient client(options_for(broker.address()));

    const auto error = error_of([&] { client.send("q", {.body = "x"}); });

    CHECK_EQ(error.name(), "answer_not_understood");
    CHECK_EQ(error.execution(), Execution::surely);
    client.close();
}

TEST_CASE("closing the client fails what is unanswered and all that follows") {
    std::promise<void> received;
    FakeBroker broker({[&received](FakePeer& peer) {
        peer.welcome();
        peer.receive();
        received.set_value();
        peer.wait_for_end();
    }});
    BlockingClient client(options_for(broker.address()));
    auto unanswered = client.asynchronous().send("q", NewMessage{.body = "x"}, asio::use_future);
    received.get_future().wait();

    client.close();

    const auto outcome = unanswered.get();
    CHECK_EQ(outcome.error().name(), "closed");
    CHECK_EQ(outcome.error().execution(), Execution::perhaps);
    CHECK_EQ(error_of([&] { client.send("q", {.body = "x"}); }).execution(), Execution::surely_not);
}

TEST_CASE("a client holds no more requests than its options allow") {
    std::promise<void> connected;
    FakeBroker broker({[&](FakePeer& peer) {
        peer.welcome();
        connected.set_value();
        peer.wait_for_end();
    }});
    auto options = options_for(broker.address());
    options.requests_waiting_max = 2;
    BlockingClient client(options);

    std::vector<std::future<Outcome<void>>> requests;
    for (int i = 0; i < 3; ++i) requests.push_back(client.asynchronous().purge_queue("q", asio::use_future));

    const auto refused = requests[2].get();
    CHECK_EQ(refused.error().name(), "too_much_waiting");
    CHECK_EQ(refused.error().execution(), Execution::surely_not);
    connected.get_future().wait();
    client.close();
}

TEST_CASE("a sender sends the first message at once and gathers the next while that is on its way") {
    std::promise<void> gathered;
    std::vector<std::size_t> batches;
    FakeBroker broker({[&](FakePeer& peer) {
        peer.welcome();
        const auto first = peer.receive();
        batches.push_back(first.messages);
        gathered.get_future().wait();
        peer.answer_sent(first);
        for (std::size_t answered = 1; answered < 11;) {
            const auto next = peer.receive();
            batches.push_back(next.messages);
            peer.answer_sent(next);
            answered += next.messages;
        }
        peer.wait_for_end();
    }});
    BlockingClient client(options_for(broker.address()));
    Sender sender(client.asynchronous(), "q", {.batch_entries_max = 6});

    std::vector<std::future<Outcome<Sent>>> sends;
    sends.push_back(sender.send({.body = "first"}, asio::use_future));
    for (int i = 0; i < 10; ++i) sends.push_back(sender.send({.body = "next"}, asio::use_future));
    gathered.set_value();
    std::vector<std::uint64_t> sequences;
    for (auto& send : sends) sequences.push_back(send.get()->sequence);
    client.close();
    broker.join();

    // However the first of them fell together, none waited for company and no batch was longer than allowed.
    std::size_t total = 0;
    for (const auto size : batches) {
        CHECK_LE(size, 6);
        total += size;
    }
    CHECK_EQ(total, 11);
    CHECK_LE(batches.size(), 4);
    CHECK_EQ(sequences.at(0), 0);
}

TEST_CASE("when a batch fails, each of its sends fails") {
    FakeBroker broker({[](FakePeer& peer) {
        peer.welcome();
        peer.refuse(peer.receive().id, 200);
        peer.wait_for_end();
    }});
    BlockingClient client(options_for(broker.address()));
    Sender sender(client.asynchronous(), "q");

    const auto outcome = sender.send({.body = "x"}, asio::use_future).get();

    CHECK_EQ(outcome.error().status(), Status::queue_does_not_exist);
    client.close();
}

TEST_CASE("addresses are read as people write them") {
    CHECK(ServerAddress::parse("broker") == ServerAddress{"broker", 4565});
    CHECK(ServerAddress::parse("broker:99") == ServerAddress{"broker", 99});
    CHECK(ServerAddress::parse("[::1]:99") == ServerAddress{"::1", 99});
    CHECK_EQ(ServerAddress{"::1", 99}.text(), "[::1]:99");
    for (const char* bad : {"", ":99", "broker:", "broker:0", "broker:70000", "broker:x", "::1", "[::1", "[::1]99"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(ServerAddress::parse(bad), std::invalid_argument);
    }
}

}  // namespace tern
