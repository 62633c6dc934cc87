#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/status.hpp"

namespace tern {

using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;

struct MessageId {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    auto operator<=>(const MessageId&) const = default;
};

/// In the form of a UUID: "8a1f1c2e-5c1b-4d6e-9c3a-0123456789ab".
std::string to_string(const MessageId& id);

/// Typed as in SQS: the type begins with String, Number or Binary.
struct MessageAttribute {
    std::string name;
    std::string type;
    std::string value;

    bool operator==(const MessageAttribute&) const = default;
};

/// Body and attributes count to the queue's maximum message size; up to 10 attributes.
struct NewMessage {
    std::string body;
    std::vector<MessageAttribute> attributes = {};
    /// Up to 15 minutes; absent: the queue's setting. Not on FIFO queues.
    std::optional<std::chrono::milliseconds> delay = {};
    /// FIFO queues: messages of one group are received in order. On standard queues it is only carried along.
    std::string group_id = {};
    /// FIFO queues: a second message with the same id within five minutes is accepted and dropped.
    std::optional<std::string> deduplication_id = {};
    std::string trace_header = {};
};

/// A message that is stored durably.
struct Sent {
    MessageId id;
    std::uint64_t sequence = 0;
};

/// The result of one entry of a batch of sends, in the order of the entries.
struct SendResult {
    protocol::Status status = protocol::Status::ok;
    std::string detail;
    MessageId id;
    std::uint64_t sequence = 0;

    bool ok() const { return status == protocol::Status::ok; }
};

/// The result of one entry of another batch, in the order of the entries.
struct EntryResult {
    protocol::Status status = protocol::Status::ok;
    std::string detail;

    bool ok() const { return status == protocol::Status::ok; }
};

struct ReceiveOptions {
    /// 1 to 10.
    std::uint32_t messages_max = 1;
    /// Absent: the queue's setting.
    std::optional<std::chrono::milliseconds> visibility_timeout = {};
    /// How long to wait for a first message, up to 20 seconds. Absent: the queue's setting.
    std::optional<std::chrono::milliseconds> wait = {};
    /// FIFO queues: a repeated receive with the same id gives the same messages.
    std::string attempt_id = {};
};

struct ReceivedMessage {
    MessageId id;
    /// Names this receive of the message when it is deleted or its visibility changed. Empty in a peek.
    std::string receipt_handle;
    std::string body;
    std::vector<MessageAttribute> attributes;
    TimePoint sent_at;
    TimePoint first_received_at;
    std::uint32_t receive_count = 0;
    std::uint64_t sequence = 0;
    std::string group_id;
    std::string deduplication_id;
    std::string trace_header;
    std::string sender_id;
    /// The queue from which the message came here as a dead letter.
    std::string dead_letter_source;
    /// In a peek: when the message can be received, in the past for a visible one.
    TimePoint available_at;
};

struct VisibilityChange {
    std::string receipt_handle;
    /// From now on; zero makes the message visible at once.
    std::chrono::milliseconds visibility_timeout{};
};

/// Which messages a peek shows, in the order in which they would be received.
struct PeekOptions {
    /// 1 to 1,000.
    std::uint32_t messages_max = 10;
    bool visible = true;
    bool in_flight = false;
    bool delayed = false;
};

}  // namespace tern
