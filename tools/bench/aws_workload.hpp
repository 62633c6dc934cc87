#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace tern::bench {

/// Which requests of SQS are made: SendMessage; SendMessageBatch of ten; ReceiveMessage and DeleteMessage in turn, with
/// a SendMessageBatch when the queue is empty.
enum class AwsMix : std::uint8_t { send, send_batch, receive_delete };

constexpr const char* name_of(AwsMix mix) {
    return mix == AwsMix::send ? "send" : mix == AwsMix::send_batch ? "send-batch" : "receive-delete";
}

struct AwsWorkload {
    AwsMix mix = AwsMix::send;
    /// Each with one request under way, as SDKs do.
    std::size_t connections = 64;
    std::size_t body_bytes = 200;
    std::string queue;
};

inline constexpr std::size_t messages_of_a_batch = 10;

}  // namespace tern::bench
