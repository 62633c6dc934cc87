#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/frontends/native/reply_writer.hpp"
#include "broker/frontends/websocket/json_ask.hpp"

namespace tern::websocket {

/// How often a client hears from us at least, so that it notices a dead connection.
inline constexpr std::int64_t ping_ms = 25'000;

/// Renders answers and pushes as JSON, each on a line of its own with its end. An answer to a request without an id is
/// nothing. Answers to what cannot be asked in JSON are refused with unknown_request.
class JsonWriter final : public native::ReplyWriter {
public:
    void refuse(native::ReplyTo to, Errc status, std::string_view detail = {}) override;
    Errc write(native::ReplyTo to, const engine::Answer& answer) override;
    void write(native::ReplyTo to, const native::Welcome& welcome) override;
    Errc write(native::ReplyTo, const engine::QueueDescription&, const std::vector<std::string>&) override {
        return Errc::unknown_request;
    }
    Errc write(native::ReplyTo, const engine::QueuePage&) override { return Errc::unknown_request; }
    Errc write(native::ReplyTo, const engine::NamePage&) override { return Errc::unknown_request; }
    Errc write(native::ReplyTo to, const engine::Messages& messages) override;
    Errc write(native::ReplyTo, const std::vector<engine::MoveTaskDescription>&) override {
        return Errc::unknown_request;
    }
    void write(native::ReplyTo to, const native::StatusReport&) override { refuse(to, Errc::unknown_request); }
    Errc write(native::ReplyTo, const engine::StreamDescription&) override { return Errc::unknown_request; }
    Errc write(native::ReplyTo, const engine::StreamPage&) override { return Errc::unknown_request; }
    Errc write(native::ReplyTo, const std::vector<engine::FoundOffset>&) override { return Errc::unknown_request; }
    Errc write(native::ReplyTo, const engine::OffsetPage&) override { return Errc::unknown_request; }
    Errc write(native::ReplyTo, const engine::GroupPage&) override { return Errc::unknown_request; }
    Errc write(native::ReplyTo, const engine::GroupDescription&) override { return Errc::unknown_request; }
    Errc write(std::uint64_t request, const native::Fetch& fetch, engine::Fetched&& fetched,
               native::Outbox& outbox) override;
    Errc write(native::ReplyTo, const native::TopicReport&) override { return Errc::unknown_request; }
    Errc write(native::ReplyTo, const native::TopicListing&) override { return Errc::unknown_request; }
    Errc write(native::ReplyTo, const engine::SubscriptionPage&) override { return Errc::unknown_request; }
    Errc write(native::ReplyTo to, const native::PresenceReport& report) override;
    Errc write(native::ReplyTo to, const native::History& history) override;
    Errc write(native::ReplyTo to, const native::Subscribed& subscribed) override;
    Errc write(native::ReplyTo to, std::span<const native::PushedPublication> publications) override;
    Errc write(native::ReplyTo to, const native::PublicationGap& gap) override;
    Errc write(native::ReplyTo to, const runtime::PresenceChange& change) override;
    Errc write(native::ReplyTo to, const native::SubscriptionEnded& ended) override;
    void write_backup_done(native::ReplyTo to, std::uint64_t) override { refuse(to, Errc::unknown_request); }
};

/// The push that tells a client that we are there.
inline constexpr std::string_view ping_line = "{\"ping\":{}}\n";

}  // namespace tern::websocket
