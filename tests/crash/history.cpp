#include "tests/crash/history.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "protocol/framing.hpp"
#include "protocol/status.hpp"
#include "tests/crash/wire_client.hpp"

namespace tern::crash {
namespace {

constexpr std::int64_t hour_ms = 3'600'000;

std::int64_t hours_of(std::int64_t ms) {
    return (ms + hour_ms / 2) / hour_ms;
}

std::string text_of(const flatbuffers::String* text) {
    return text ? text->str() : std::string();
}

struct PlacedFrame {
    protocol::FrameBytes bytes;
    Position at = 0;
};

/// Puts the frames of one direction of a connection together.
class Stream {
public:
    void add(std::string_view bytes, Position at, auto on_frame) {
        while (!bytes.empty()) {
            const auto space = reader_.space();
            const auto count = std::min(space.size, bytes.size());
            std::copy_n(bytes.begin(), count, space.bytes);
            reader_.arrived(count);
            bytes.remove_prefix(count);
            while (auto frame = reader_.next()) on_frame(PlacedFrame{std::move(*frame), at});
        }
    }

private:
    protocol::FrameReader reader_{protocol::frame_bytes_max};
};

struct Connection {
    Stream requests;
    Stream answers;
    std::map<std::uint64_t, PlacedFrame> unanswered;
};

class Reader {
public:
    explicit Reader(const Trace& trace) : trace_(trace) {}

    History read() {
        std::map<std::uint64_t, Position> sending;
        for (Position at = 0; at < trace_.size(); ++at) {
            const auto& [record, payload] = trace_[at];
            auto& connection = connections_[record.connection];
            if (record.event == Event::received) {
                connection.requests.add(payload, at, [&](PlacedFrame&& frame) { on_request(connection, frame); });
            } else if (record.event == Event::sending) {
                sending[record.call] = at;
            } else if (record.event == Event::sent) {
                // What was not taken is sent again; what was taken may have been read since the call was made.
                const auto called = sending.at(record.call);
                const auto taken = trace_[called].payload.substr(0, record.offset);
                connection.answers.add(taken, called, [&](PlacedFrame&& frame) { on_answer(connection, frame); });
            }
        }
        for (auto& [number, connection] : connections_) {
            for (const auto& [id, frame] : connection.unanswered)
                apply(*verified_request(frame.bytes.view()), nullptr, {frame.at, never});
        }
        return std::move(history_);
    }

private:
    void on_request(Connection& connection, PlacedFrame& frame) {
        ++history_.requests;
        const auto id = verified_request(frame.bytes.view())->id();
        connection.unanswered[id] = std::move(frame);
    }

    void on_answer(Connection& connection, PlacedFrame& frame) {
        const auto* reply = verified_reply(frame.bytes.view());
        const auto request = connection.unanswered.extract(reply->id());
        if (request.empty()) throw std::runtime_error("an answer to a request that was not made");
        ++history_.acknowledgements;
        if (reply->status() != 0) {
            ++history_.refusals;
            return;
        }
        const auto& asked = request.mapped();
        apply(*verified_request(asked.bytes.view()), reply, {asked.at, frame.at});
    }

    /// Notes what a command does. Without a reply nobody knows whether it was done.
    void apply(const wire::Request& request, const wire::Reply* reply, Span span) {
        switch (request.body_type()) {
            case wire::RequestBody::CreateQueue: return on_create(*request.body_as_CreateQueue(), span);
            case wire::RequestBody::DeleteQueue:
                history_.queues[text_of(request.body_as_DeleteQueue()->name())].removals.push_back(span);
                return;
            case wire::RequestBody::PurgeQueue:
                history_.queues[text_of(request.body_as_PurgeQueue()->name())].purges.push_back(span);
                return;
            case wire::RequestBody::SetQueue: {
                const auto& set = *request.body_as_SetQueue();
                history_.queues[text_of(set.name())].visibility.push_back(
                    {span, hours_of(set.settings()->visibility_timeout_ms())});
                return;
            }
            case wire::RequestBody::Send: return on_send(*request.body_as_Send(), reply, span);
            case wire::RequestBody::Receive:
                if (reply) on_receive(*request.body_as_Receive(), *reply->body_as_Messages(), span);
                return;
            case wire::RequestBody::Delete: return on_delete(*request.body_as_Delete(), reply, span);
            case wire::RequestBody::ChangeVisibility:
                return on_change(*request.body_as_ChangeVisibility(), reply, span);
            default: return;
        }
    }

    void on_create(const wire::CreateQueue& create, Span span) {
        auto& queue = history_.queues[text_of(create.name())];
        queue.created = span;
        queue.fifo = create.settings() && create.settings()->fifo().value_or(false);
        queue.visibility.push_back({span, hours_of(create.settings()->visibility_timeout_ms())});
    }

    void on_send(const wire::Send& send, const wire::Reply* reply, Span span) {
        const auto* results = reply ? reply->body_as_SendResults()->results() : nullptr;
        for (flatbuffers::uoffset_t i = 0; i < send.messages()->size(); ++i) {
            if (results && results->Get(i)->status() != 0) continue;
            const auto* entry = send.messages()->Get(i);
            SentMessage message;
            message.queue = text_of(send.queue());
            message.body.assign(reinterpret_cast<const char*>(entry->body()->data()), entry->body()->size());
            message.group = text_of(entry->group_id());
            message.sent = span;
            message.sequence = results ? results->Get(i)->sequence() : 0;
            message.visibility.push_back({span, 0});
            const auto name = name_in(message.body);
            // Its receive may have been answered, and read here, before its send was.
            auto& noted = history_.messages[name];
            std::ranges::move(noted.visibility, std::back_inserter(message.visibility));
            std::swap(message.receives, noted.receives);
            std::swap(message.deletes, noted.deletes);
            noted = std::move(message);
        }
    }

    void on_receive(const wire::Receive& receive, const wire::Messages& answer, Span span) {
        if (!answer.messages()) return;
        for (const auto* received : *answer.messages()) {
            const std::string_view body(reinterpret_cast<const char*>(received->body()->data()),
                                        received->body()->size());
            const auto name = name_in(body);
            auto& message = history_.messages[name];
            message.receives.push_back(span);
            message.visibility.push_back({span, hours_of(receive.visibility_timeout_ms())});
            handles_[text_of(received->receipt_handle())] = name;
        }
    }

    static bool refused(const wire::Reply* reply, flatbuffers::uoffset_t entry) {
        if (!reply) return false;
        const auto* results = reply->body_as_EntryResults()->results();
        return results && entry < results->size() && results->Get(entry)->status() != 0;
    }

    void on_delete(const wire::Delete& remove, const wire::Reply* reply, Span span) {
        for (flatbuffers::uoffset_t i = 0; i < remove.receipt_handles()->size(); ++i) {
            if (refused(reply, i)) continue;
            const auto name = handles_.at(text_of(remove.receipt_handles()->Get(i)));
            history_.messages[name].deletes.push_back(span);
        }
    }

    void on_change(const wire::ChangeVisibility& change, const wire::Reply* reply, Span span) {
        for (flatbuffers::uoffset_t i = 0; i < change.changes()->size(); ++i) {
            if (refused(reply, i)) continue;
            const auto* entry = change.changes()->Get(i);
            const auto name = handles_.at(text_of(entry->receipt_handle()));
            history_.messages[name].visibility.push_back({span, hours_of(entry->visibility_timeout_ms())});
        }
    }

    const Trace& trace_;
    std::map<std::uint32_t, Connection> connections_;
    std::map<std::string, std::string> handles_;
    History history_;
};

}  // namespace

History read_history(const Trace& trace) {
    return Reader(trace).read();
}

}  // namespace tern::crash
