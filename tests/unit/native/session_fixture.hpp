#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "broker/frontends/native/frame_codec.hpp"
#include "broker/frontends/native/frame_intake.hpp"
#include "broker/frontends/native/session_core.hpp"
#include "clients/cpp/source/decode.hpp"
#include "clients/cpp/source/encode.hpp"
#include "protocol/framing.hpp"

namespace tern::native {

/// A broker that writes down what it is asked.
struct ScriptedBroker final : SessionSurroundings {
    struct Submitted {
        std::uint64_t request;
        engine::Command command;
        runtime::Frame frame;
        std::size_t bytes = 0;
    };

    Result<void> submit(std::uint64_t request, engine::Command&& command, runtime::Frame&& frame,
                        std::size_t bytes) override {
        if (refusal != Errc::ok) return refusal;
        submitted.push_back({request, std::move(command), std::move(frame), bytes});
        return {};
    }
    void answer(ReplyTo to, const Query& query) override {
        queries.push_back(query);
        codec.writer().write_backup_done(to, 1);
    }
    Result<void> begin_backup(std::uint64_t, const std::string& path) override {
        backups.push_back(path);
        if (refusal != Errc::ok) return refusal;
        return {};
    }
    void give_back(engine::Answer&& answer) override { given_back.push_back(std::move(answer)); }
    std::string_view broker_name() const override { return "test"; }
    engine::Fetched read(const Fetch& fetch) override {
        fetches.push_back(fetch);
        if (!stored.partitions.empty()) return stored;
        engine::Fetched nothing;
        nothing.partitions.resize(fetch.positions.size());
        return nothing;
    }
    runtime::WaitingFetches& waiting_fetches() override { return waiting; }
    Result<void> submit_own(std::uint64_t request, engine::Command&& command) override {
        if (refusal != Errc::ok) return refusal;
        own.push_back({request, std::move(command), nullptr});
        return {};
    }
    Result<engine::HistoryPiece> read_history(std::uint32_t, std::uint64_t, const engine::HistoryLimits&) override {
        return engine::HistoryPiece{};
    }
    Result<std::uint64_t> find_in_history(std::uint32_t, Timestamp) override { return std::uint64_t{0}; }
    Result<engine::RetainedPiece> read_retained(std::uint32_t, const std::string&, const std::string&,
                                                const engine::HistoryLimits&) override {
        return engine::RetainedPiece();
    }
    runtime::TopicSubscribers& topic_subscribers() override { return hub; }
    runtime::Presence& presence() override { return who; }
    void presence_changed() override {}
    runtime::Metrics& metrics() override { return counters; }
    void touch() override {}
    void ask_for_turn() override { turn_asked = true; }
    std::uint64_t session() const override { return 1; }
    Timestamp now() const override { return Timestamp(1'000'000); }

    FrameCodec codec;
    Errc refusal = Errc::ok;
    std::vector<Submitted> submitted;
    /// What subscriptions asked by themselves.
    std::vector<Submitted> own;
    runtime::Metrics counters;
    runtime::SubscriberCounts counts{counters.subscribers};
    runtime::TopicSubscribers hub{counters, counts};
    runtime::Presence who{counters.presence_members};
    std::vector<Query> queries;
    std::vector<std::string> backups;
    std::vector<engine::Answer> given_back;
    bool turn_asked = false;
    /// What was read, and what a read finds; nothing, unless a test says otherwise.
    std::vector<Fetch> fetches;
    engine::Fetched stored;
    static constexpr std::uint64_t waiting_fetches_max = 20;
    runtime::Counter waiting_count;
    runtime::WaitingFetches waiting{waiting_count, waiting_fetches_max, [] {}};
};

struct Reply {
    std::uint64_t id = 0;
    Errc status = Errc::ok;
    std::string message;
    protocol::wire::ReplyBody kind{};
};

/// A session core between the scripted broker and a test that speaks for the peer.
struct SessionFixture {
    ScriptedBroker broker;
    SessionLimits limits;
    /// Shared with other sessions, if there is one.
    runtime::BytesBudget* budget = nullptr;
    std::unique_ptr<SessionCore> core;
    std::unique_ptr<FrameIntake> intake;

    SessionFixture() { restart(); }
    void restart() {
        core = std::make_unique<SessionCore>(broker, broker.codec, limits);
        intake = std::make_unique<FrameIntake>(*core, budget);
    }

    void receive(std::string bytes) {
        while (!bytes.empty() && core->wants_requests()) {
            const auto space = intake->space();
            const auto count = std::min(space.size, bytes.size());
            std::copy_n(bytes.begin(), count, space.bytes);
            bytes.erase(0, count);
            intake->arrived(count);
        }
    }
    void greet() {
        detail::Builder builder;
        receive(detail::frame_of(builder, 0, protocol::wire::CreateHelloDirect(builder, 1, 1, "peer")));
        written();
    }
    /// What the session would write next, as one.
    std::string next_bytes() {
        std::string bytes;
        for (const auto piece : core->next_pieces(64u << 10)) bytes += piece;
        return bytes;
    }
    void written(std::size_t bytes) {
        core->written(bytes);
        intake->proceed();
    }
    /// All that the session has written, frame by frame, without their lengths.
    std::vector<std::string> written_frames() {
        std::string bytes;
        for (auto piece = next_bytes(); !piece.empty(); piece = next_bytes()) {
            bytes += piece;
            written(piece.size());
        }
        std::vector<std::string> frames;
        protocol::FrameReader reader(protocol::frame_bytes_max);
        std::string_view rest = bytes;
        while (!rest.empty()) {
            const auto space = reader.space();
            const auto count = std::min(space.size, rest.size());
            std::copy_n(rest.begin(), count, space.bytes);
            rest.remove_prefix(count);
            reader.arrived(count);
            while (const auto frame = reader.next()) frames.emplace_back(frame->view());
        }
        return frames;
    }
    /// All that the session has written, as replies.
    std::vector<Reply> written() {
        std::vector<Reply> replies;
        for (const auto& frame : written_frames()) replies.push_back(reply_of(frame));
        return replies;
    }
    static Reply reply_of(std::string_view frame) {
        const auto* reply = detail::verified_reply(frame);
        if (!reply) return {0, Errc::malformed_frame, "not a reply", {}};
        return {reply->id(), static_cast<Errc>(reply->status()), detail::text_of(reply->message()), reply->body_type()};
    }
    /// An answer with one message of so many bytes.
    static engine::Answer messages_answer(std::size_t bytes, std::string receipt_handle = "handle");
};

/// A frame with these bytes and the length in front.
inline std::string framed(std::string_view body) {
    std::string frame(protocol::frame_header_bytes, '\0');
    protocol::store_frame_length(frame.data(), static_cast<std::uint32_t>(body.size()));
    return frame.append(body);
}

}  // namespace tern::native
