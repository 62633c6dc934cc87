#include "tools/bench/subscriber.hpp"

#include <fmt/format.h>

#include <cstring>
#include <vector>

#include "protocol/limits.hpp"
#include "tools/bench/bench_error.hpp"
#include "tools/bench/connection.hpp"
#include "tools/bench/topic_frame.hpp"
#include "tools/bench/websocket_wire.hpp"

namespace tern::bench {

namespace wire = protocol::wire;

namespace {

constexpr std::uint64_t hello_id = 1;
constexpr std::uint64_t subscribe_id = 2;

std::string subscription_of(TopicEncoding encoding, const std::string& pattern) {
    if (encoding == TopicEncoding::json) {
        return client_frame(WebSocketOpcode::text,
                            fmt::format(R"({{"id":{},"subscribe":{{"pattern":"{}"}}}})", subscribe_id, pattern));
    }
    auto hello = hello_frame();
    hello.set_id(hello_id);
    auto subscribe = subscribe_frame(pattern);
    subscribe.set_id(subscribe_id);
    return client_frame(WebSocketOpcode::binary, hello.bytes()) +
           client_frame(WebSocketOpcode::binary, subscribe.bytes());
}

}  // namespace

Subscriber::Subscriber(const std::string& host, TopicEncoding encoding, const std::string& pattern)
    : encoding_(encoding),
      subscription_(subscription_of(encoding, pattern)),
      output_(websocket_request(host, encoding == TopicEncoding::json ? "tern.json.v1" : "tern.fbs.v1")) {}

std::string_view Subscriber::take_frame(std::string_view& input) {
    if (step_ == Step::upgrading) {
        const auto response = websocket_response_bytes(input);
        if (!response) return {};
        input.remove_prefix(*response);
        step_ = Step::subscribing;
        output_ += std::exchange(subscription_, {});
    }
    while (const auto frame = server_frame(input)) {
        whole_ = input.substr(0, frame->bytes);
        input.remove_prefix(frame->bytes);
        switch (frame->opcode) {
            case WebSocketOpcode::ping: output_ += client_frame(WebSocketOpcode::pong, frame->payload); break;
            case WebSocketOpcode::pong: break;
            case WebSocketOpcode::close: throw BenchError("The broker closed a WebSocket.");
            default: return frame->payload;
        }
    }
    return {};
}

void Subscriber::take_answer(std::string_view payload) {
    if (encoding_ == TopicEncoding::fbs) {
        take_native_answer(payload);
        return;
    }
    if (payload.find("\"error\"") != payload.npos)
        throw BenchError(fmt::format("The broker refused a subscription: {}", payload));
    if (payload.find("\"subscribe\"") != payload.npos) step_ = Step::subscribed;
}

void Subscriber::take_native_answer(std::string_view payload) {
    while (payload.size() >= protocol::frame_header_bytes) {
        std::uint32_t length = 0;
        std::memcpy(&length, payload.data(), sizeof length);
        payload.remove_prefix(protocol::frame_header_bytes);
        if (length > payload.size()) throw BenchError("A WebSocket message holds half a frame.");
        std::vector<std::uint64_t> copy(length / sizeof(std::uint64_t) + 1);
        std::memcpy(copy.data(), payload.data(), length);
        payload.remove_prefix(length);
        flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(copy.data()), length);
        if (!verifier.VerifyBuffer<wire::Reply>(nullptr)) throw BenchError("The peer is not a Tern broker.");
        const auto& reply = *flatbuffers::GetRoot<wire::Reply>(copy.data());
        if (reply.status() != 0) throw BenchError(refusal("subscription", reply.status(), reply.message()));
        if (reply.id() == subscribe_id) step_ = Step::subscribed;
    }
}

}  // namespace tern::bench
