#include <doctest/doctest.h>

#include <string>

#include "tests/unit/native/session_fixture.hpp"

namespace tern::native {
namespace {

constexpr std::size_t frame_bytes = 1u << 20;

/// One of several sessions with a common budget, greeted.
struct UnfinishedFixture : SessionFixture {
    explicit UnfinishedFixture(runtime::BytesBudget& common) {
        budget = &common;
        restart();
        greet();
    }

    /// So much of a frame that goes on.
    void receive_part(std::size_t bytes) {
        std::string header(protocol::frame_header_bytes, '\0');
        protocol::store_frame_length(header.data(), frame_bytes);
        receive(header + std::string(bytes, 'x'));
    }
};

}  // namespace

TEST_CASE("the unfinished frames of all sessions together are bounded, and what is over gives its bytes back") {
    runtime::BytesBudget common(1'000'000);
    UnfinishedFixture first(common);
    first.receive_part(700'000);
    CHECK_EQ(common.bytes(), 700'000);
    {
        UnfinishedFixture second(common);
        second.receive_part(290'000);
        CHECK_FALSE(second.core->ending());
        second.receive(std::string(20'000, 'x'));
        CHECK(second.core->ending());
        CHECK_EQ(second.written().at(0).status, Errc::overloaded);
    }
    CHECK_EQ(common.bytes(), 700'000);
    CHECK_FALSE(first.core->ending());

    UnfinishedFixture third(common);
    third.receive_part(290'000);
    CHECK_EQ(common.bytes(), 990'000);

    first.receive(std::string(frame_bytes - 700'000, 'x'));
    CHECK_EQ(common.bytes(), 290'000);
}

TEST_CASE("short requests take nothing of what is for long ones") {
    runtime::BytesBudget common(1);
    UnfinishedFixture session(common);

    CHECK_FALSE(session.core->ending());
    CHECK_EQ(common.bytes(), 0);
}

}  // namespace tern::native
