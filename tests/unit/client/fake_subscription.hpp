#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/unit/client/fake_broker.hpp"

namespace tern {

struct PushedEntry {
    std::int64_t offset = -1;
    std::string data = {};
    bool retained = false;
    std::string handle = {};
};

/// The broker's end of one subscription.
class FakeSubscription {
public:
    /// Welcomes the client and takes its Subscribe.
    explicit FakeSubscription(FakePeer& peer) : peer_(peer) {
        peer.welcome();
        take();
    }
    void take() {
        request_ = peer_.receive();
        REQUIRE_EQ(request_.kind, protocol::wire::RequestBody::Subscribe);
    }
    const protocol::wire::Subscribe& asked() const { return *request_.body_as<protocol::wire::Subscribe>(); }
    std::uint64_t id() const { return request_.id; }

    void stands(const std::string& epoch, std::uint64_t offset, bool recovered = true) {
        flatbuffers::FlatBufferBuilder builder;
        peer_.answer(id(), builder,
                     protocol::wire::CreateSubscribedDirect(builder, "chat", epoch.c_str(), offset, recovered));
    }
    void push(const std::vector<PushedEntry>& entries) {
        flatbuffers::FlatBufferBuilder builder;
        std::vector<flatbuffers::Offset<protocol::wire::PushedPublication>> publications;
        for (const auto& entry : entries) {
            const std::vector<std::uint8_t> data(entry.data.begin(), entry.data.end());
            publications.push_back(protocol::wire::CreatePushedPublicationDirect(
                builder, "chat.room", entry.offset, 1, &data, nullptr, entry.retained, entry.handle.c_str()));
        }
        peer_.answer(id(), builder, protocol::wire::CreatePublicationsDirect(builder, &publications));
    }
    void end(Status status) {
        flatbuffers::FlatBufferBuilder builder;
        peer_.answer(
            id(), builder,
            protocol::wire::CreateSubscriptionEndedDirect(builder, static_cast<std::uint16_t>(status), "ended"));
    }
    /// Takes the Unsubscribe of this subscription.
    void expect_unsubscribe() {
        const auto request = peer_.receive();
        REQUIRE_EQ(request.kind, protocol::wire::RequestBody::Unsubscribe);
        CHECK_EQ(request.body_as<protocol::wire::Unsubscribe>()->request(), id());
        peer_.answer_done(request.id);
    }

private:
    FakePeer& peer_;
    FakePeer::Request request_;
};

}  // namespace tern
