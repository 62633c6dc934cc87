#pragma once

#include <flatbuffers/flatbuffer_builder.h>

#include <cstdint>
#include <string>
#include <vector>

#include "broker/frontends/native/reply_writer.hpp"

namespace tern::native {

/// Renders replies as frames of FlatBuffers, each with its length in front. One for all sessions of an I/O thread, so
/// that its memory is used again and again.
class FrameWriter final : public ReplyWriter {
public:
    FrameWriter();

    void refuse(ReplyTo to, Errc status, std::string_view detail = {}) override;
    Errc write(ReplyTo to, const engine::Answer& answer) override;
    void write(ReplyTo to, const Welcome& welcome) override;
    Errc write(ReplyTo to, const engine::QueueDescription& queue,
               const std::vector<std::string>& dead_letter_sources) override;
    Errc write(ReplyTo to, const engine::QueuePage& page) override;
    Errc write(ReplyTo to, const engine::NamePage& page) override;
    Errc write(ReplyTo to, const engine::Messages& messages) override;
    Errc write(ReplyTo to, const std::vector<engine::MoveTaskDescription>& tasks) override;
    void write(ReplyTo to, const StatusReport& report) override;
    Errc write(ReplyTo to, const engine::StreamDescription& stream) override;
    Errc write(ReplyTo to, const engine::StreamPage& page) override;
    Errc write(ReplyTo to, const std::vector<engine::FoundOffset>& found) override;
    Errc write(ReplyTo to, const engine::OffsetPage& page) override;
    Errc write(ReplyTo to, const engine::GroupPage& page) override;
    Errc write(ReplyTo to, const engine::GroupDescription& group) override;
    Errc write(std::uint64_t request, const Fetch& fetch, engine::Fetched&& fetched, Outbox& outbox) override;
    Errc write(ReplyTo to, const TopicReport& topic) override;
    Errc write(ReplyTo to, const TopicListing& topics) override;
    Errc write(ReplyTo to, const engine::SubscriptionPage& page) override;
    Errc write(ReplyTo to, const PresenceReport& report) override;
    Errc write(ReplyTo to, const History& history) override;
    Errc write(ReplyTo to, const Subscribed& subscribed) override;
    Errc write(ReplyTo to, std::span<const PushedPublication> publications) override;
    Errc write(ReplyTo to, const PublicationGap& gap) override;
    Errc write(ReplyTo to, const runtime::PresenceChange& change) override;
    Errc write(ReplyTo to, const SubscriptionEnded& ended) override;
    void write_backup_done(ReplyTo to, std::uint64_t bytes) override;

private:
    template <class Value>
    Errc write_body(ReplyTo to, const Value& value);
    template <class Kind>
    Errc finish(ReplyTo to, Kind kind, flatbuffers::Offset<void> body);
    void append_to(std::string& bytes);

    flatbuffers::FlatBufferBuilder builder_;
};

}  // namespace tern::native
