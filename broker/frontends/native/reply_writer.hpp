#pragma once

#include <flatbuffers/flatbuffer_builder.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/engine/answers.hpp"
#include "broker/engine/group_queries.hpp"
#include "broker/engine/queries.hpp"
#include "broker/engine/stream_queries.hpp"
#include "broker/frontends/native/outbox.hpp"

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
};

/// Where a reply goes: to the request with this id, at the end of these bytes.
struct ReplyTo {
    std::uint64_t request;
    std::string& bytes;
};

/// Renders replies as frames. One for all sessions of an I/O thread, so that its memory is used again and again.
/// Errors: write returns answer_too_large when the frame would be longer than a frame may be, storage_damaged when a
/// stored message cannot be read; then nothing was appended.
class ReplyWriter {
public:
    ReplyWriter();

    /// A reply with a status other than ok. `detail` may be empty.
    void refuse(ReplyTo to, Errc status, std::string_view detail = {});
    Errc write(ReplyTo to, const engine::Answer& answer);
    void write(ReplyTo to, const Welcome& welcome);
    Errc write(ReplyTo to, const engine::QueueDescription& queue, const std::vector<std::string>& dead_letter_sources);
    Errc write(ReplyTo to, const engine::QueuePage& page);
    Errc write(ReplyTo to, const engine::NamePage& page);
    Errc write(ReplyTo to, const engine::Messages& messages);
    Errc write(ReplyTo to, const std::vector<engine::MoveTaskDescription>& tasks);
    void write(ReplyTo to, const StatusReport& report);
    Errc write(ReplyTo to, const engine::StreamDescription& stream);
    Errc write(ReplyTo to, const engine::StreamPage& page);
    Errc write(ReplyTo to, const std::vector<engine::FoundOffset>& found);
    Errc write(ReplyTo to, const std::vector<engine::CommittedOffset>& offsets);
    Errc write(ReplyTo to, const engine::GroupPage& page);
    Errc write(ReplyTo to, const engine::GroupDescription& group);
    /// The records go into the outbox as they are, not copied when they are many.
    Errc write(std::uint64_t request, engine::Fetched&& fetched, Outbox& outbox);
    void write_backup_done(ReplyTo to, std::uint64_t bytes);

private:
    template <class Value>
    Errc write_body(ReplyTo to, const Value& value);
    template <class Kind>
    Errc finish(ReplyTo to, Kind kind, flatbuffers::Offset<void> body);
    void append_to(std::string& bytes);

    flatbuffers::FlatBufferBuilder builder_;
};

/// The sentence that a client shows: what the status says, and what it speaks of.
std::string message_of(Errc status, std::string_view detail);

}  // namespace tern::native
