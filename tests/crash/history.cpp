#include "tests/crash/history.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "protocol/framing.hpp"
#include "tests/crash/queue_notes.hpp"
#include "tests/crash/stream_notes.hpp"
#include "tests/crash/topic_notes.hpp"
#include "tests/crash/wire_client.hpp"

namespace tern::crash {
namespace {

struct PlacedFrame {
    protocol::FrameBytes bytes;
    Position at = 0;
};

/// Puts the frames of one direction of a connection together.
class ByteStream {
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
    ByteStream requests;
    ByteStream answers;
    std::map<std::uint64_t, PlacedFrame> unanswered;
    /// What is pushed has the id of the request that subscribed.
    std::map<std::uint64_t, PlacedFrame> subscriptions;
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
        if (const auto subscribed = connection.subscriptions.find(reply->id());
            subscribed != connection.subscriptions.end()) {
            const auto* subscribe = verified_request(subscribed->second.bytes.view())->body_as_Subscribe();
            return topics_.on_pushed(*subscribe, *reply, frame.at);
        }
        auto request = connection.unanswered.extract(reply->id());
        if (request.empty()) throw std::runtime_error("an answer to a request that was not made");
        ++history_.acknowledgements;
        if (reply->status() != 0) {
            ++history_.refusals;
            return;
        }
        const auto& asked = request.mapped();
        apply(*verified_request(asked.bytes.view()), reply, {asked.at, frame.at});
        if (reply->body_as_Subscribed() != nullptr) connection.subscriptions[reply->id()] = std::move(request.mapped());
    }

    /// Notes what a command does. Without a reply nobody knows whether it was done.
    void apply(const wire::Request& request, const wire::Reply* reply, Span span) {
        if (const auto* transact = request.body_as_Transact())
            return on_transact(*transact, reply ? reply->body_as_TransactionResults() : nullptr, span);
        queues_.note(request, reply, span);
        streams_.note(request, reply, span);
        topics_.note(request, reply, span);
    }

    void on_transact(const wire::Transact& transact, const wire::TransactionResults* answer, Span span) {
        TransactionHistory noted;
        noted.span = span;
        const auto add = [](auto& to, auto&& parts) { std::ranges::move(parts, std::back_inserter(to)); };
        const auto count = [](const auto* steps) { return steps ? steps->size() : 0; };
        for (flatbuffers::uoffset_t i = 0; i < count(transact.deletes()); ++i)
            add(noted.deletes, queues_.on_delete(*transact.deletes()->Get(i), nullptr, span));
        for (flatbuffers::uoffset_t i = 0; i < count(transact.sends()); ++i)
            add(noted.sends,
                queues_.on_send(*transact.sends()->Get(i), answer ? answer->sends()->Get(i) : nullptr, span));
        for (flatbuffers::uoffset_t i = 0; i < count(transact.appends()); ++i)
            add(noted.appends,
                streams_.on_append(*transact.appends()->Get(i), answer ? answer->appends()->Get(i) : nullptr, span));
        for (flatbuffers::uoffset_t i = 0; i < count(transact.commits()); ++i)
            add(noted.commits, streams_.on_commit(*transact.commits()->Get(i), nullptr, span));
        history_.transactions.push_back(std::move(noted));
    }

    const Trace& trace_;
    std::map<std::uint32_t, Connection> connections_;
    History history_;
    QueueNotes queues_{history_};
    StreamNotes streams_{history_};
    TopicNotes topics_{history_};
};

}  // namespace

std::size_t History::shown() const {
    std::size_t count = 0;
    for (const auto& [key, partition] : partitions) count += partition.shown.size();
    return count;
}

std::size_t History::seen() const {
    std::size_t count = 0;
    for (const auto& [name, topic] : topics) count += topic.shown.size();
    return count;
}

std::size_t History::done_with() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(publications, [](const auto& each) { return !each.second.acknowledgements.empty(); }));
}

History read_history(const Trace& trace) {
    return Reader(trace).read();
}

}  // namespace tern::crash
