#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tern/error.hpp"
#include "tern/publication.hpp"
#include "tern/topic.hpp"

namespace tern {

/// What happens when a subscriber does not read fast enough.
enum class SlowPolicy : std::uint8_t {
    catch_up = 0,     // what waits no more is read from the topic's history later
    drop_oldest = 1,  // the oldest of what waits is dropped, and a gap tells so
    disconnect = 2,   // the subscription ends with subscriber_too_slow
};

struct SubscriberOptions {
    std::string namespace_name = {};
    /// A subject, or a pattern: * is one part, > at the end is all the rest. It begins with the topic's name.
    std::string pattern = {};
    /// Where the first subscription begins; later ones, after a lost connection, begin where the one before ended.
    HistoryStart from = FromNow{};
    /// JSON, as of SNS: only what it lets through is pushed.
    std::string filter_policy = {};
    FilterScope filter_scope = FilterScope::attributes;
    /// Absent: catch_up where there is a history, else drop_oldest.
    std::optional<SlowPolicy> slow_policy = {};

    /// The name of a durable subscription, made if need be: what is not acknowledged is pushed again. Everybody who
    /// subscribes under the name shares the publications.
    std::string durable = {};
    /// Durable only: pushed to this subscriber and not acknowledged.
    std::uint32_t in_flight_max = 100;
    /// Durable only: pushed again after so long without acknowledgement. Absent: the broker's default.
    std::optional<std::chrono::milliseconds> ack_wait = {};
    /// Durable only: after so many deliveries it goes to the dead-letter queue; 0: no limit.
    std::uint32_t deliveries_max = 0;
    std::string dead_letter_queue = {};

    /// Tells who is on the topic, now and as it changes.
    bool presence = false;
    /// Under this name it is there itself; empty: it is not shown.
    std::string member = {};
    /// Told to the others, up to 1,024 bytes.
    std::string member_state = {};

    /// What may wait in the client for next(). Past it, the slow policy holds: with catch_up, the subscription is given
    /// up until half of it is taken, and begun again where it ended. (A durable one is bounded by in_flight_max.)
    std::size_t waiting_bytes_max = 4u << 20;
    /// Told, on the client's executor, of failures that pass by themselves.
    std::function<void(const Error&)> on_error = {};
};

/// A subscription as it stands.
struct Subscribed {
    std::string topic;
    std::string epoch;
    /// Of the next publication that is pushed.
    std::uint64_t offset = 0;
    /// False: what was asked for is no longer kept, or is of another epoch; it goes on at the offset.
    bool recovered = true;
    /// When presence was asked for.
    std::vector<PresenceMember> members;
};

}  // namespace tern
