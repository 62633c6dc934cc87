#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/engine/answers.hpp"
#include "broker/engine/group_queries.hpp"
#include "broker/engine/queries.hpp"
#include "broker/engine/stream_queries.hpp"
#include "broker/frontends/native/outbox.hpp"
#include "broker/frontends/native/request.hpp"
#include "broker/frontends/native/topic_replies.hpp"

namespace tern::native {

struct Welcome {
    std::uint16_t version = 0;
    std::string_view broker;
};

struct StatusReport {
    std::string version;
    std::string data_folder;
    Timestamp started_at;
    Timestamp now;
    std::uint64_t queues = 0;
    std::uint64_t connections = 0;
    std::uint64_t waiting_receives = 0;
    std::uint64_t commits_total = 0;
    std::uint64_t commands_total = 0;
    std::uint64_t file_bytes = 0;
    std::uint64_t used_bytes = 0;
    std::uint64_t disk_free_bytes = 0;
    std::string_view storage;
    std::uint64_t rss_anonymous_bytes = 0;
    double cpu_seconds = 0;
    std::uint64_t streams = 0;
    std::uint64_t groups = 0;
    std::uint64_t waiting_fetches = 0;
    std::uint64_t topics = 0;
    std::uint64_t subscribers = 0;
};

/// Where a reply goes: to the request with this id, at the end of these bytes.
struct ReplyTo {
    std::uint64_t request;
    std::string& bytes;
};

/// Renders replies in one wire form: frames, or JSON. Errors: write returns answer_too_large when the message would be
/// longer than one may be, storage_damaged when a stored message cannot be read; then nothing was appended.
class ReplyWriter {
public:
    virtual ~ReplyWriter() = default;

    /// A reply with a status other than ok. `detail` may be empty.
    virtual void refuse(ReplyTo to, Errc status, std::string_view detail = {}) = 0;
    virtual Errc write(ReplyTo to, const engine::Answer& answer) = 0;
    virtual void write(ReplyTo to, const Welcome& welcome) = 0;
    virtual Errc write(ReplyTo to, const engine::QueueDescription& queue,
                       const std::vector<std::string>& dead_letter_sources) = 0;
    virtual Errc write(ReplyTo to, const engine::QueuePage& page) = 0;
    virtual Errc write(ReplyTo to, const engine::NamePage& page) = 0;
    virtual Errc write(ReplyTo to, const engine::Messages& messages) = 0;
    virtual Errc write(ReplyTo to, const std::vector<engine::MoveTaskDescription>& tasks) = 0;
    virtual void write(ReplyTo to, const StatusReport& report) = 0;
    virtual Errc write(ReplyTo to, const engine::StreamDescription& stream) = 0;
    virtual Errc write(ReplyTo to, const engine::StreamPage& page) = 0;
    virtual Errc write(ReplyTo to, const std::vector<engine::FoundOffset>& found) = 0;
    virtual Errc write(ReplyTo to, const engine::OffsetPage& page) = 0;
    virtual Errc write(ReplyTo to, const engine::GroupPage& page) = 0;
    virtual Errc write(ReplyTo to, const engine::GroupDescription& group) = 0;
    /// What the fetch has found; begins a message of the outbox. The records may go there as they are, not copied.
    virtual Errc write(std::uint64_t request, const Fetch& fetch, engine::Fetched&& fetched, Outbox& outbox) = 0;
    virtual Errc write(ReplyTo to, const TopicReport& topic) = 0;
    virtual Errc write(ReplyTo to, const TopicListing& topics) = 0;
    virtual Errc write(ReplyTo to, const engine::SubscriptionPage& page) = 0;
    virtual Errc write(ReplyTo to, const PresenceReport& report) = 0;
    virtual Errc write(ReplyTo to, const History& history) = 0;
    virtual Errc write(ReplyTo to, const Subscribed& subscribed) = 0;
    /// Some publications, as one message or several.
    virtual Errc write(ReplyTo to, std::span<const PushedPublication> publications) = 0;
    virtual Errc write(ReplyTo to, const PublicationGap& gap) = 0;
    virtual Errc write(ReplyTo to, const runtime::PresenceChange& change) = 0;
    virtual Errc write(ReplyTo to, const SubscriptionEnded& ended) = 0;
    virtual void write_backup_done(ReplyTo to, std::uint64_t bytes) = 0;
};

/// The sentence that a client shows: what the status says, and what it speaks of.
std::string message_of(Errc status, std::string_view detail);

}  // namespace tern::native
