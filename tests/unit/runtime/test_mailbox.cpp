#include <doctest/doctest.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "broker/runtime/mailbox.hpp"

namespace tern::runtime {

using namespace std::chrono_literals;

namespace {

Result<void> put(Mailbox& mailbox, std::uint64_t request, std::size_t bytes = 10) {
    return mailbox.put({{0, 1, request}, engine::EndSession{}, nullptr, bytes});
}

std::vector<std::uint64_t> requests_in(std::span<const Envelope> batch) {
    std::vector<std::uint64_t> requests;
    for (const auto& envelope : batch) requests.push_back(envelope.ticket.request);
    return requests;
}

using Requests = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("commands come out in the order in which they went in") {
    Mailbox mailbox;
    for (std::uint64_t i = 1; i <= 3; ++i) REQUIRE(put(mailbox, i).has_value());

    CHECK_EQ(requests_in(mailbox.take()), Requests{1, 2, 3});
    CHECK(mailbox.take().empty());
    CHECK(mailbox.empty());
}

TEST_CASE("past its number of commands the mailbox refuses, and takes again when some have left") {
    Mailbox mailbox({.commands_max = 2});
    REQUIRE(put(mailbox, 1).has_value());
    REQUIRE(put(mailbox, 2).has_value());

    CHECK_EQ(put(mailbox, 3).error(), Errc::overloaded);
    mailbox.take();
    CHECK(put(mailbox, 4).has_value());
}

TEST_CASE("past its bytes the mailbox refuses, but one command of any length is taken when it is empty") {
    Mailbox mailbox({.bytes_max = 100});

    REQUIRE(put(mailbox, 1, 1000).has_value());
    CHECK_EQ(put(mailbox, 2, 1).error(), Errc::overloaded);
    CHECK_EQ(mailbox.bytes(), 1000);
    mailbox.take();
    CHECK_EQ(mailbox.bytes(), 0);
    CHECK(put(mailbox, 3, 60).has_value());
    CHECK(put(mailbox, 4, 40).has_value());
    CHECK_EQ(put(mailbox, 5, 1).error(), Errc::overloaded);
}

TEST_CASE("the runtime's own commands are taken beyond the limits") {
    Mailbox mailbox({.commands_max = 1});
    REQUIRE(put(mailbox, 1).has_value());

    mailbox.put_internal({0, 9, 2}, engine::EndSession{});

    CHECK_EQ(requests_in(mailbox.take()), Requests{1, 2});
}

TEST_CASE("a batch has a bounded number of commands, and what is left comes with the next, before what is newer") {
    Mailbox mailbox({.batch_commands_max = 2});
    for (std::uint64_t i = 1; i <= 3; ++i) REQUIRE(put(mailbox, i).has_value());

    CHECK_EQ(requests_in(mailbox.take()), Requests{1, 2});
    CHECK_EQ(mailbox.commands(), 1);
    REQUIRE(put(mailbox, 4).has_value());
    CHECK_EQ(requests_in(mailbox.take()), Requests{3});
    CHECK_EQ(requests_in(mailbox.take()), Requests{4});
}

TEST_CASE("a batch has a bounded number of bytes, but always a command") {
    Mailbox mailbox({.batch_bytes_max = 100});
    REQUIRE(put(mailbox, 1, 500).has_value());
    REQUIRE(put(mailbox, 2, 60).has_value());
    REQUIRE(put(mailbox, 3, 40).has_value());
    REQUIRE(put(mailbox, 4, 1).has_value());

    CHECK_EQ(requests_in(mailbox.take()), Requests{1});
    CHECK_EQ(requests_in(mailbox.take()), Requests{2, 3});
    CHECK_EQ(requests_in(mailbox.take()), Requests{4});
}

TEST_CASE("a closed mailbox refuses commands, hands out what it has, and still takes the runtime's own") {
    Mailbox mailbox;
    REQUIRE(put(mailbox, 1).has_value());
    mailbox.close();

    CHECK_EQ(put(mailbox, 2).error(), Errc::shutting_down);
    mailbox.put_internal({0, 9, 3}, engine::EndSession{});
    CHECK_EQ(requests_in(mailbox.take()), Requests{1, 3});
    CHECK_FALSE(mailbox.finished());
}

TEST_CASE("a finished mailbox takes nothing more") {
    Mailbox mailbox;
    mailbox.finish();

    CHECK_EQ(put(mailbox, 1).error(), Errc::shutting_down);
    mailbox.put_internal({0, 9, 2}, engine::EndSession{});
    CHECK(mailbox.empty());
}

TEST_CASE("frames keep their place in memory from put to the next take, and are freed then") {
    Mailbox mailbox;
    Frame frame(new char[4]{'b', 'o', 'd', 'y'});
    const auto* const where = frame.get();
    engine::NewMessage message;
    message.body = {where, 4};
    REQUIRE(mailbox.put({{}, engine::SendMessages{{"", "q"}, {message}}, std::move(frame), 4}).has_value());

    const auto batch = mailbox.take();
    CHECK_EQ(std::get<engine::SendMessages>(batch[0].command).messages[0].body, "body");
    CHECK_EQ(batch[0].frame.get(), where);
}

TEST_CASE("a command wakes the one who waits") {
    Mailbox mailbox;
    Requests seen;
    std::thread taker([&] {
        while (!mailbox.finished() || !mailbox.empty()) {
            mailbox.wait(std::nullopt);
            for (const auto request : requests_in(mailbox.take())) seen.push_back(request);
        }
    });

    REQUIRE(mailbox.wait_until_idle(10s));
    REQUIRE(put(mailbox, 1).has_value());
    REQUIRE(mailbox.wait_until_idle(10s));
    REQUIRE(put(mailbox, 2).has_value());
    mailbox.finish();
    taker.join();

    CHECK_EQ(seen, Requests{1, 2});
}

TEST_CASE("waiting ends at its moment, and at once when there is something already") {
    Mailbox mailbox;
    mailbox.wait(std::chrono::steady_clock::now());
    mailbox.wake();
    mailbox.wait(std::nullopt);
    REQUIRE(put(mailbox, 1).has_value());
    mailbox.wait(std::nullopt);

    CHECK_EQ(mailbox.take().size(), 1);
}

TEST_CASE("commands of many threads all arrive, each thread's in its order") {
    constexpr std::uint64_t threads = 4;
    constexpr std::uint64_t each = 5'000;
    Mailbox mailbox({.commands_max = 1'000'000, .batch_commands_max = 100});
    std::vector<std::thread> putters;
    for (std::uint64_t thread = 0; thread < threads; ++thread) {
        putters.emplace_back([&, thread] {
            for (std::uint64_t i = 0; i < each; ++i) {
                if (!put(mailbox, thread * each + i).has_value()) return;
            }
        });
    }

    std::vector<std::uint64_t> next(threads, 0);
    std::uint64_t taken = 0;
    bool in_order = true;
    while (taken < threads * each) {
        mailbox.wait(std::nullopt);
        for (const auto request : requests_in(mailbox.take())) {
            in_order = in_order && request % each == next[request / each]++;
            ++taken;
        }
    }
    for (auto& putter : putters) putter.join();

    CHECK(in_order);
    CHECK_EQ(mailbox.commands(), 0);
    CHECK_EQ(mailbox.bytes(), 0);
}

}  // namespace tern::runtime
