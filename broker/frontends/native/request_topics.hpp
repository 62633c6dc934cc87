#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/time.hpp"
#include "broker/engine/commands_of_topics.hpp"
#include "broker/engine/queries.hpp"

/// What sessions can ask of topics beside the engine's own commands.
namespace tern::native {

/// Numbers are on the wire.
enum class StartFrom : std::uint8_t { live = 0, last = 1, offset = 2, time = 3, earliest = 4 };
struct StartPosition {
    StartFrom from = StartFrom::live;
    std::uint32_t last = 0;
    std::uint64_t offset = 0;
    /// Of the offset. Empty: the present one.
    std::string epoch{};
    Timestamp time{};
};

/// What happens to a subscriber that does not read fast enough. Numbers are on the wire.
enum class SlowPolicy : std::uint8_t { catch_up = 0, drop_oldest = 1, disconnect = 2 };

struct DurableOptions {
    /// Empty: the subscription is not durable, and the rest means nothing.
    std::string name{};
    std::uint32_t in_flight_max = 100;
    std::optional<Milliseconds> ack_wait{};
    std::uint32_t deliveries_max = 0;
    std::string dead_letter_queue{};
};

struct PresenceWish {
    /// Wants to know who is there.
    bool wanted = false;
    /// Under this name it is there itself; empty: it is not shown.
    std::string member{};
    std::string state{};
};

/// Publications are pushed under this request's id until Unsubscribe or the end of the session. The session judges
/// what the fields say; codecs bound their lengths only.
struct Subscribe {
    std::string namespace_name;
    std::string pattern;
    StartPosition start{};
    std::string filter_policy{};
    engine::FilterScope filter_scope = engine::FilterScope::attributes;
    /// Nothing: catch_up where there is a history, else drop_oldest.
    std::optional<SlowPolicy> slow_policy{};
    DurableOptions durable{};
    PresenceWish presence{};
};
/// In all of these `subscription` is the id of the Subscribe request, as the codec made it.
struct Unsubscribe {
    std::uint64_t subscription = 0;
};
struct Acknowledge {
    std::uint64_t subscription = 0;
    /// They point into the request's bytes.
    std::vector<std::string_view> handles;
};
struct Reject {
    std::uint64_t subscription = 0;
    std::vector<std::string_view> handles;
    Milliseconds delay{0};
};
struct SetPresence {
    std::uint64_t subscription = 0;
    std::string state;
};
/// Answered with Done.
struct Ping {};

// ---- queries

struct DescribeTopic {
    engine::TopicName topic;
};
struct ListTopics {
    std::string namespace_name;
    std::string prefix;
    engine::Page page;
};
struct ListSubscriptions {
    engine::TopicName topic;
    engine::Page page;
};
struct DescribePresence {
    engine::TopicName topic;
    std::uint32_t members_max = 1000;
};
struct ReadHistory {
    std::string namespace_name;
    std::string pattern;
    /// live means offset here. With `reverse` the offset is the one before which the publications are wanted.
    StartPosition start{.from = StartFrom::offset};
    std::uint32_t publications_max = 100;
    /// The last ones before the offset; still oldest first.
    bool reverse = false;
};

}  // namespace tern::native
