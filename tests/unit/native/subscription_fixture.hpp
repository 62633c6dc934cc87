#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "broker/frontends/native/session_subscriptions.hpp"
#include "broker/runtime/presence.hpp"
#include "broker/runtime/topic_subscribers.hpp"
#include "tests/unit/native/text_writer.hpp"

namespace tern::native {

/// One session's subscriptions between a scripted broker with one topic, chat, and a test that speaks for both ends.
struct SubscriptionFixture : TopicSurroundings {
    struct Asked {
        std::uint64_t request;
        engine::Command command;
    };
    static constexpr std::uint32_t topic = 7;

    ~SubscriptionFixture() override { subscriptions.reset(); }

    // ---- the broker

    Result<void> submit_own(std::uint64_t request, engine::Command&& command) override {
        if (refusal != Errc::ok) return refusal;
        asked.push_back({request, std::move(command)});
        return {};
    }
    void give_back(engine::Answer&& answer) override { given_back.push_back(std::move(answer)); }
    Result<engine::HistoryPiece> read_history(std::uint32_t, std::uint64_t offset,
                                              const engine::HistoryLimits& limits) override {
        ++reads;
        if (reading_refusal != Errc::ok) return reading_refusal;
        engine::HistoryPiece piece;
        piece.start_offset = start;
        piece.end_offset = start + history.size();
        piece.next_offset = std::clamp(offset, piece.start_offset, piece.end_offset);
        while (piece.next_offset < piece.end_offset && piece.publications.size() < limits.publications_max) {
            piece.publications.push_back(history[piece.next_offset++ - start]);
        }
        return piece;
    }
    Result<std::uint64_t> find_in_history(std::uint32_t, Timestamp time) override {
        const auto found = std::ranges::find_if(history, [time](const auto& stored) { return stored.at >= time; });
        return start + static_cast<std::uint64_t>(found - history.begin());
    }
    /// They are in the order of their subjects.
    Result<engine::RetainedPiece> read_retained(std::uint32_t, const std::string&, const std::string& after,
                                                const engine::HistoryLimits& limits) override {
        engine::RetainedPiece piece;
        for (const auto& stored : retained) {
            if (stored.publication.subject <= after) continue;
            if (piece.publications.size() == limits.publications_max) return piece;
            piece.next_after = stored.publication.subject;
            piece.publications.push_back(stored);
        }
        piece.next_after.clear();
        return piece;
    }
    runtime::TopicSubscribers& topic_subscribers() override { return hub; }
    runtime::Presence& presence() override { return who; }
    void presence_changed() override {}
    runtime::Metrics& metrics() override { return counters; }
    void touch() override { ++touches; }
    void ask_for_turn() override { turn_asked = true; }
    Timestamp now() const override { return time; }

    /// Makes the publication durable; subscribers are told by tell().
    void store(const std::string& subject, const std::string& data = "x") {
        const auto offset = start + history.size();
        history.push_back({offset, time, {0, offset}, {subject, data, {}, {}, {}}});
        news.published.push_back(published(subject, data, offset));
    }
    /// Published to a topic without a history, or an ephemeral one.
    void send(const std::string& subject, const std::string& data, std::optional<std::uint64_t> offset) {
        news.published.push_back(published(subject, data, offset));
    }
    void tell() {
        hub.deliver(news);
        news = {};
        subscriptions->on_told();
    }
    void publish(const std::string& subject, const std::string& data = "x") {
        store(subject, data);
        tell();
    }
    void truncate(std::uint64_t before) {
        history.erase(history.begin(), history.begin() + static_cast<std::ptrdiff_t>(before - start));
        start = before;
    }
    /// Answers the last question.
    void answer(engine::Answer&& what) { subscriptions->on_own_answer(asked.back().request, std::move(what)); }
    engine::TopicOpened opened() const {
        engine::TopicOpened body;
        body.topic = topic;
        body.epoch = "e1";
        body.end_offset = start + history.size();
        body.history = with_history;
        body.retained = !retained.empty();
        body.presence = with_presence;
        return body;
    }
    void open() {
        answer({Errc::ok, {}, opened()});
        subscriptions->on_told();
    }

    // ---- the peer

    static Subscribe to(std::string pattern) {
        Subscribe wish;
        wish.pattern = std::move(pattern);
        return wish;
    }
    static Subscribe from(std::uint64_t offset, std::string epoch = "e1") {
        auto wish = to("chat.>");
        wish.start.from = StartFrom::offset;
        wish.start.offset = offset;
        wish.start.epoch = std::move(epoch);
        return wish;
    }
    /// Subscribes and lets the topic be opened.
    void subscribe(std::uint64_t id, Subscribe wish) {
        const auto refused = subscriptions->subscribe(id, std::move(wish));
        REQUIRE_EQ(refused.status, Errc::ok);
        open();
    }
    /// What the peer reads: line by line, up to so many bytes at once.
    std::vector<std::string> read(std::size_t writes_max = 10'000) {
        std::string bytes;
        for (std::size_t i = 0; i < writes_max && !outbox.empty(); ++i) {
            std::size_t size = 0;
            for (const auto piece : outbox.next_pieces(64u << 10)) {
                bytes += piece;
                size += piece.size();
            }
            outbox.written(size);
            subscriptions->proceed();
            while (std::exchange(turn_asked, false)) subscriptions->proceed();
        }
        std::vector<std::string> lines;
        std::istringstream stream(bytes);
        for (std::string line; std::getline(stream, line);) lines.push_back(line);
        return lines;
    }
    using Lines = std::vector<std::string>;

    void restart() {
        subscriptions.reset();
        subscriptions = std::make_unique<SessionSubscriptions>(*this, writer, outbox, limits);
    }

    static engine::Published published(const std::string& subject, const std::string& data,
                                       std::optional<std::uint64_t> offset) {
        auto batch = std::make_shared<engine::PublicationBatch>();
        batch->push_back({subject, data, {}, {}, {}});
        return {topic, offset, Timestamp(1), {}, 0, std::move(batch)};
    }

    Timestamp time{1'000'000};
    bool with_history = true;
    bool with_presence = false;
    Errc refusal = Errc::ok;
    Errc reading_refusal = Errc::ok;
    std::uint64_t start = 0;
    std::vector<engine::StoredPublication> history;
    std::vector<engine::StoredPublication> retained;
    std::vector<Asked> asked;
    std::vector<engine::Answer> given_back;
    int reads = 0;
    int touches = 0;
    bool turn_asked = false;

    runtime::Metrics counters;
    runtime::SubscriberCounts counts{counters.subscribers};
    runtime::TopicSubscribers hub{counters, counts};
    runtime::Presence who{counters.presence_members};
    runtime::StreamNews news;
    TextWriter writer;
    Outbox outbox;
    PushLimits limits;
    std::unique_ptr<SessionSubscriptions> subscriptions =
        std::make_unique<SessionSubscriptions>(*this, writer, outbox, limits);
};

}  // namespace tern::native
