#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/result.hpp"
#include "broker/engine/topic_queries.hpp"
#include "broker/runtime/presence_change.hpp"

/// What sessions are told of topics: answers to requests, and pushes, whose ReplyTo::request is that of the Subscribe.
namespace tern::native {

struct Subscribed {
    std::string_view topic;
    std::string_view epoch;
    /// Of the next publication that is pushed.
    std::uint64_t offset = 0;
    bool recovered = true;
    /// Nothing when presence was not asked for.
    std::optional<std::vector<runtime::PresenceMember>> members{};
};

/// One of the publications that are pushed; the views live until write returns.
struct PushedPublication {
    const engine::Publication* publication = nullptr;
    /// Nothing: ephemeral.
    std::optional<std::uint64_t> offset{};
    Timestamp published_at{};
    engine::MessageId id{};
    bool retained = false;
    /// Durable subscriptions only.
    std::string_view handle{};
    std::uint32_t delivery = 1;
};

/// Publications that were not pushed: from_offset up to before to_offset. Without a history only their number counts.
struct PublicationGap {
    std::string_view epoch;
    std::uint64_t from_offset = 0;
    std::uint64_t to_offset = 0;
    std::uint64_t dropped = 0;
};

struct SubscriptionEnded {
    Errc status = Errc::ok;
    std::string_view detail{};
};

struct PresenceReport {
    std::vector<runtime::PresenceMember> members;
    /// Of all, also of those that were not asked for.
    std::uint64_t count = 0;
};

struct History {
    std::vector<PushedPublication> publications;
    std::string_view epoch;
    std::uint64_t start_offset = 0;
    std::uint64_t end_offset = 0;
    /// Where to go on; with reverse where to go on with going back.
    std::uint64_t next_offset = 0;
    bool more = false;
};

struct TopicReport {
    engine::TopicDescription topic;
    std::uint64_t subscribers = 0;
};
struct TopicListing {
    engine::TopicPage page;
    /// Of each topic of the page.
    std::vector<std::uint64_t> subscribers;
};

}  // namespace tern::native
