#include <doctest/doctest.h>

#include <cstring>
#include <string>

#include "protocol/limits.hpp"
#include "tern_generated.h"
#include "tools/bench/request_frame.hpp"

using namespace tern::bench;
namespace wire = tern::protocol::wire;

namespace {

/// The request in a frame, from a copy that is aligned as a broker's would be; checks length and structure.
class Parsed {
public:
    explicit Parsed(std::string_view frame) : bytes_(frame.substr(tern::protocol::frame_header_bytes)) {
        std::uint32_t length = 0;
        std::memcpy(&length, frame.data(), sizeof length);
        REQUIRE_EQ(length, bytes_.size());
        flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(bytes_.data()), bytes_.size());
        REQUIRE(wire::VerifyRequestBuffer(verifier));
    }
    const wire::Request& operator*() const { return *wire::GetRequest(bytes_.data()); }
    const wire::Request* operator->() const { return &**this; }

private:
    std::string bytes_;
};

}  // namespace

TEST_CASE("a patched id is the id that a broker reads, also 0 and the greatest") {
    auto frame = receive_frame("jobs", 10);
    for (const std::uint64_t id : {std::uint64_t{0}, std::uint64_t{77}, UINT64_MAX}) {
        frame.set_id(id);

        const Parsed request(frame.bytes());
        CHECK_EQ(request->id(), id);
        CHECK_EQ(request->body_as_Receive()->queue()->str(), "jobs");
        CHECK_EQ(request->body_as_Receive()->messages_max(), 10);
    }
}

TEST_CASE("a send holds as many messages of such a length as asked for") {
    const auto frame = send_frame("jobs", {.messages = 3, .body_bytes = 200});

    const Parsed request(frame.bytes());
    const auto* send = request->body_as_Send();
    REQUIRE_EQ(send->messages()->size(), 3);
    for (const auto* message : *send->messages()) CHECK_EQ(message->body()->size(), 200);
}

TEST_CASE("each handle of a delete is patched on its own and can be patched again") {
    DeleteFrame frame("jobs", 3, 48);
    for (const char first : {'a', 'p'}) {
        for (std::size_t entry = 0; entry < 3; ++entry)
            frame.set_handle(entry, std::string(48, static_cast<char>(first + static_cast<char>(entry))));
        frame.set_id(5);

        const Parsed request(frame.bytes());
        CHECK_EQ(request->id(), 5);
        const auto* handles = request->body_as_Delete()->receipt_handles();
        REQUIRE_EQ(handles->size(), 3);
        for (unsigned entry = 0; entry < 3; ++entry)
            CHECK_EQ(handles->Get(entry)->str(), std::string(48, static_cast<char>(first + static_cast<char>(entry))));
    }
}

TEST_CASE("requests around a measurement are well-formed") {
    CHECK_EQ(Parsed(hello_frame().bytes())->body_as_Hello()->version_max(), tern::protocol::version_max);
    CHECK_EQ(Parsed(create_queue_frame("jobs", 5000).bytes())->body_as_CreateQueue()->settings()->message_bytes_max(),
             5000);
    CHECK_EQ(Parsed(delete_queue_frame("jobs").bytes())->body_as_DeleteQueue()->name()->str(), "jobs");
    CHECK_EQ(Parsed(describe_queue_frame("jobs").bytes())->body_as_DescribeQueue()->name()->str(), "jobs");
    CHECK_NE(Parsed(broker_status_frame().bytes())->body_as_BrokerStatus(), nullptr);
}
