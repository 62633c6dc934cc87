#include <doctest/doctest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <string>
#include <vector>

#include "tern/blocking_client.hpp"
#include "tern/client.hpp"
#include "tests/unit/client/fake_broker.hpp"
#include "tests/unit/client/status_of.hpp"

/// What there is of a group, page by page, from a scripted broker.
namespace tern {

namespace asio = boost::asio;
namespace wire = protocol::wire;
using Builder = flatbuffers::FlatBufferBuilder;

namespace {

void answer_offsets(FakePeer& peer, std::uint64_t request, const char* stream, const char* next_token) {
    Builder builder;
    const std::vector<flatbuffers::Offset<wire::CommittedOffset>> offsets{
        wire::CreateCommittedOffsetDirect(builder, stream, 3, 42)};
    peer.answer(request, builder, wire::CreateCommittedOffsetsDirect(builder, &offsets, next_token));
}

void answer_member(FakePeer& peer, std::uint64_t request, const char* member, std::uint32_t generation,
                   const char* next_token) {
    Builder builder;
    const auto summary = wire::CreateGroupSummaryDirect(builder, "g", wire::GroupState::stable, 2, generation);
    const std::vector<flatbuffers::Offset<wire::GroupMember>> members{wire::CreateGroupMemberDirect(builder, member)};
    peer.answer(request, builder, wire::CreateGroupDescriptionDirect(builder, summary, &members, nullptr, next_token));
}

std::string token_of(const FakePeer::Request& request) {
    const auto* token = request.body_as<wire::FetchOffsets>()->page_token();
    return token ? token->str() : "";
}

}  // namespace

TEST_CASE("pages are asked for until the last, and given as one in the order of the streams") {
    std::vector<std::string> tokens;
    FakeBroker broker({[&](FakePeer& peer) {
        peer.welcome();
        for (const auto& [stream, next] : {std::pair("z", "one"), {"m", "two"}, {"a", nullptr}}) {
            const auto request = peer.receive();
            tokens.push_back(token_of(request));
            CHECK_EQ(request.body_as<wire::FetchOffsets>()->entries_max(), 1000);
            answer_offsets(peer, request.id, stream, next);
        }
        peer.wait_for_end();
    }});
    BlockingClient client(options_for(broker.address()));

    const auto offsets = client.fetch_offsets("g");

    REQUIRE_EQ(offsets.size(), 3);
    CHECK_EQ(offsets[0].stream, "a");
    CHECK_EQ(offsets[1].stream, "m");
    CHECK_EQ(offsets[2].stream, "z");
    client.close();
    broker.join();
    CHECK(tokens == std::vector<std::string>{"", "one", "two"});
}

TEST_CASE("offsets of partitions that are named are asked for at once, and keep their order") {
    FakeBroker broker({[&](FakePeer& peer) {
        peer.welcome();
        const auto request = peer.receive();
        const auto* body = request.body_as<wire::FetchOffsets>();
        CHECK_EQ(body->entries_max(), 0);
        CHECK_EQ(body->partitions()->size(), 1);
        Builder builder;
        const std::vector<flatbuffers::Offset<wire::CommittedOffset>> offsets{
            wire::CreateCommittedOffsetDirect(builder, "z", 0), wire::CreateCommittedOffsetDirect(builder, "a", 0)};
        peer.answer(request.id, builder, wire::CreateCommittedOffsetsDirect(builder, &offsets));
        peer.wait_for_end();
    }});
    BlockingClient client(options_for(broker.address()));

    const auto offsets = client.fetch_offsets("g", {{"z", {0}}});

    CHECK_EQ(offsets.at(0).stream, "z");
    client.close();
}

TEST_CASE("a group's pages are joined, with the summary of the last") {
    FakeBroker broker({[&](FakePeer& peer) {
        peer.welcome();
        answer_member(peer, peer.receive().id, "one", 7, "next");
        answer_member(peer, peer.receive().id, "two", 8, nullptr);
        peer.wait_for_end();
    }});
    BlockingClient client(options_for(broker.address()));

    const auto group = client.describe_group("g");

    CHECK_EQ(group.summary.generation, 8);
    REQUIRE_EQ(group.members.size(), 2);
    CHECK_EQ(group.members[0].member, "one");
    CHECK_EQ(group.members[1].member, "two");
    client.close();
}

TEST_CASE("a page that is refused fails the whole") {
    FakeBroker broker({[&](FakePeer& peer) {
        peer.welcome();
        answer_offsets(peer, peer.receive().id, "s", "next");
        peer.refuse(peer.receive().id, static_cast<std::uint16_t>(Status::group_does_not_exist));
        peer.wait_for_end();
    }});
    BlockingClient client(options_for(broker.address()));

    CHECK_EQ(status_of([&] { client.fetch_offsets("g"); }), Status::group_does_not_exist);
    client.close();
}

TEST_CASE("a page is asked for again when the connection was lost") {
    FakeBroker broker({[](FakePeer& peer) {
                           peer.welcome();
                           answer_offsets(peer, peer.receive().id, "a", "next");
                           peer.receive();
                           peer.close();
                       },
                       [](FakePeer& peer) {
                           peer.welcome();
                           const auto again = peer.receive();
                           CHECK_EQ(token_of(again), "next");
                           answer_offsets(peer, again.id, "b", nullptr);
                           peer.wait_for_end();
                       }});
    BlockingClient client(options_for(broker.address()));

    CHECK_EQ(client.fetch_offsets("g").size(), 2);
    client.close();
}

TEST_CASE("between two pages a walk can be cancelled, or ended by closing the client") {
    std::promise<void> asked;
    std::promise<void> go_on;
    FakeBroker broker({[&](FakePeer& peer) {
        peer.welcome();
        const auto first = peer.receive();
        peer.receive();
        asked.set_value();
        go_on.get_future().wait();
        answer_offsets(peer, first.id, "s", "next");
        peer.wait_for_end();
    }});
    BlockingClient client(options_for(broker.address()));
    asio::cancellation_signal signal;
    std::promise<Error> cancelled;
    std::promise<Error> closed;
    auto& asynchronous = client.asynchronous();
    asynchronous.fetch_offsets("g", {}, asio::bind_cancellation_slot(signal.slot(), [&](const auto& outcome) {
                                   cancelled.set_value(outcome.error());
                               }));
    asynchronous.fetch_offsets("other", {}, [&](const auto& outcome) { closed.set_value(outcome.error()); });
    asked.get_future().wait();

    std::promise<void> signalled;
    asio::post(asynchronous.get_executor(), [&] {
        signal.emit(asio::cancellation_type::all);
        signalled.set_value();
    });
    signalled.get_future().wait();
    go_on.set_value();

    CHECK_EQ(cancelled.get_future().get().code(), ConnectionErrc::cancelled);
    client.close();
    CHECK_EQ(closed.get_future().get().code(), ConnectionErrc::closed);
}

}  // namespace tern
