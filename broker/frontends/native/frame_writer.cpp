#include "broker/frontends/native/frame_writer.hpp"

#include "broker/frontends/native/reply_bodies.hpp"
#include "protocol/framing.hpp"
#include "protocol/limits.hpp"

namespace tern::native {

namespace {

constexpr std::size_t builder_bytes_at_first = 4096;
// A builder that grew for one long answer is not kept.
constexpr std::size_t builder_bytes_kept_max = 1u << 20;
// What an answer needs beside the stored messages: tables, receipt handles. Generous.
constexpr std::size_t rendered_bytes_per_message = 1024;
// More publications at once go in several frames.
constexpr std::size_t pushed_bytes_per_frame_max = 1u << 20;

std::size_t rendered_bytes_max(const engine::Messages& messages) {
    std::size_t bytes = 0;
    for (const auto& message : messages.messages) bytes += message.record.size() + rendered_bytes_per_message;
    return bytes;
}

/// At least one: the longest publication there may be fits into a frame.
std::size_t how_many_fit(std::span<const PushedPublication> publications) {
    std::size_t count = 0;
    std::size_t bytes = 0;
    for (const auto& pushed : publications) {
        const auto& publication = *pushed.publication;
        bytes += rendered_bytes_per_message + publication.subject.size() + publication.data.size();
        for (const auto& attribute : publication.attributes) bytes += attribute.value.size();
        if (count > 0 && bytes > pushed_bytes_per_frame_max) break;
        ++count;
    }
    return count;
}

}  // namespace

std::string message_of(Errc status, std::string_view detail) {
    std::string message(protocol::sentence_of(status));
    if (!detail.empty()) message.append(" (").append(detail).append(")");
    return message;
}

FrameWriter::FrameWriter() : builder_(builder_bytes_at_first) {}

void FrameWriter::refuse(ReplyTo to, Errc status, std::string_view detail) {
    builder_.Clear();
    const auto message = builder_.CreateString(message_of(status, detail));
    wire::ReplyBuilder reply(builder_);
    reply.add_id(to.request);
    reply.add_status(static_cast<std::uint16_t>(status));
    reply.add_message(message);
    builder_.Finish(reply.Finish(), wire::RequestIdentifier());
    append_to(to.bytes);
}

template <class Kind>
Errc FrameWriter::finish(ReplyTo to, Kind kind, flatbuffers::Offset<void> body) {
    wire::ReplyBuilder reply(builder_);
    reply.add_id(to.request);
    reply.add_body(body);
    reply.add_body_type(kind);
    builder_.Finish(reply.Finish(), wire::RequestIdentifier());
    if (builder_.GetSize() > protocol::frame_bytes_max) return Errc::answer_too_large;
    append_to(to.bytes);
    return Errc::ok;
}

void FrameWriter::append_to(std::string& bytes) {
    char header[protocol::frame_header_bytes];
    protocol::store_frame_length(header, builder_.GetSize());
    bytes.append(header, sizeof header);
    bytes.append(reinterpret_cast<const char*>(builder_.GetBufferPointer()), builder_.GetSize());
    if (builder_.GetSize() > builder_bytes_kept_max) builder_ = Builder(builder_bytes_at_first);
}

Errc FrameWriter::write(ReplyTo to, const engine::Answer& answer) {
    if (answer.status != Errc::ok) {
        refuse(to, answer.status, answer.detail);
        return Errc::ok;
    }
    if (const auto* messages = std::get_if<engine::Messages>(&answer.body)) return write(to, *messages);
    builder_.Clear();
    const auto body = body_of(builder_, answer.body);
    return finish(to, body->kind, body->offset);
}

Errc FrameWriter::write(ReplyTo to, const engine::Messages& messages) {
    // Told before the work is done: a peek may ask for a thousand long messages.
    if (rendered_bytes_max(messages) > protocol::frame_bytes_max) return Errc::answer_too_large;
    builder_.Clear();
    const auto body = body_of(builder_, messages);
    if (!body) return Errc::storage_damaged;
    return finish(to, body->kind, body->offset);
}

void FrameWriter::write(ReplyTo to, const Welcome& welcome) {
    builder_.Clear();
    const auto broker = builder_.CreateString(welcome.broker.data(), welcome.broker.size());
    wire::WelcomeBuilder body(builder_);
    body.add_version(welcome.version);
    body.add_broker(broker);
    body.add_frame_bytes_max(protocol::frame_bytes_max);
    body.add_requests_in_flight_max(protocol::requests_in_flight_max);
    body.add_batch_entries_max(protocol::batch_entries_max);
    body.add_message_bytes_max(protocol::message_bytes_max);
    finish(to, wire::ReplyBody::Welcome, body.Finish().Union());
}

template <class Value>
Errc FrameWriter::write_body(ReplyTo to, const Value& value) {
    builder_.Clear();
    const auto body = body_of(builder_, value);
    return finish(to, body.kind, body.offset);
}

Errc FrameWriter::write(ReplyTo to, const engine::QueueDescription& queue, const std::vector<std::string>& sources) {
    builder_.Clear();
    const auto body = body_of(builder_, queue, sources);
    return finish(to, body.kind, body.offset);
}

Errc FrameWriter::write(ReplyTo to, const engine::QueuePage& page) {
    return write_body(to, page);
}

Errc FrameWriter::write(ReplyTo to, const engine::NamePage& page) {
    return write_body(to, page);
}

Errc FrameWriter::write(ReplyTo to, const std::vector<engine::MoveTaskDescription>& tasks) {
    return write_body(to, tasks);
}

Errc FrameWriter::write(ReplyTo to, const engine::StreamDescription& stream) {
    return write_body(to, stream);
}

Errc FrameWriter::write(ReplyTo to, const engine::StreamPage& page) {
    return write_body(to, page);
}

Errc FrameWriter::write(ReplyTo to, const std::vector<engine::FoundOffset>& found) {
    return write_body(to, found);
}

Errc FrameWriter::write(ReplyTo to, const engine::OffsetPage& page) {
    return write_body(to, page);
}

Errc FrameWriter::write(ReplyTo to, const engine::GroupPage& page) {
    return write_body(to, page);
}

Errc FrameWriter::write(ReplyTo to, const engine::GroupDescription& group) {
    return write_body(to, group);
}

void FrameWriter::write(ReplyTo to, const StatusReport& report) {
    builder_.Clear();
    const auto body = body_of(builder_, report);
    finish(to, body.kind, body.offset);
}

Errc FrameWriter::write(ReplyTo to, const TopicReport& topic) {
    return write_body(to, topic);
}

Errc FrameWriter::write(ReplyTo to, const TopicListing& topics) {
    return write_body(to, topics);
}

Errc FrameWriter::write(ReplyTo to, const engine::SubscriptionPage& page) {
    return write_body(to, page);
}

Errc FrameWriter::write(ReplyTo to, const PresenceReport& report) {
    return write_body(to, report);
}

Errc FrameWriter::write(ReplyTo to, const History& history) {
    return write_body(to, history);
}

Errc FrameWriter::write(ReplyTo to, const Subscribed& subscribed) {
    return write_body(to, subscribed);
}

Errc FrameWriter::write(ReplyTo to, std::span<const PushedPublication> publications) {
    while (!publications.empty()) {
        const auto count = how_many_fit(publications);
        if (const auto status = write_body(to, publications.first(count)); status != Errc::ok) return status;
        publications = publications.subspan(count);
    }
    return Errc::ok;
}

Errc FrameWriter::write(ReplyTo to, const PublicationGap& gap) {
    return write_body(to, gap);
}

Errc FrameWriter::write(ReplyTo to, const runtime::PresenceChange& change) {
    return write_body(to, change);
}

Errc FrameWriter::write(ReplyTo to, const SubscriptionEnded& ended) {
    return write_body(to, ended);
}

void FrameWriter::write_backup_done(ReplyTo to, std::uint64_t bytes) {
    builder_.Clear();
    finish(to, wire::ReplyBody::BackupDone, wire::CreateBackupDone(builder_, bytes).Union());
}

}  // namespace tern::native
