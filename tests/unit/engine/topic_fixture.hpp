#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/engine/audit.hpp"
#include "broker/engine/engine.hpp"
#include "broker/engine/message_record.hpp"
#include "broker/engine/topic_queries.hpp"
#include "broker/store/memory_store.hpp"

namespace tern::test {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

inline std::string numbered(std::string prefix, std::uint64_t number) {
    return prefix.append(std::to_string(number));
}

/// An engine on a store in memory, with a clock that is moved by hand. Each command is a batch of its own; after each
/// the tables are checked against each other.
class TopicFixture {
public:
    explicit TopicFixture(engine::EngineLimits limits = {})
        : limits_(limits),
          engine_(std::make_unique<engine::Engine>(limits)) {}

    Timestamp now{1'700'000'000'000};
    engine::TopicName topic{"", "chat"};
    /// Off where many batches would make it slow.
    bool audited = true;
    /// What the last batch published, and which topics it deleted.
    std::vector<engine::Published> published;
    std::vector<std::uint32_t> deleted_topics;

    void advance(Milliseconds by) {
        now = now + by;
        idle();
    }
    /// Batches without commands until nothing more is due.
    void idle() {
        for (int round = 1; round < 10'000; ++round) {
            run({});
            const auto next = engine_->next_deadline();
            if (!next || *next > now) return;
        }
        FAIL("the engine does not come to rest");
    }
    /// As after a restart: nothing but what is stored.
    void restart() {
        engine_ = std::make_unique<engine::Engine>(limits_);
        engine_->open(*store.begin_read());
    }

    /// Executes commands in one batch and answers their answers, in order of completion.
    std::vector<engine::Completion> run(const std::vector<engine::Command>& commands) {
        std::vector<engine::Completion> completions;
        const auto transaction = store.begin_write();
        engine_->begin_batch(*transaction, now, random_);
        for (const auto& command : commands) engine_->apply({0, 1, ++request_}, command, completions);
        engine_->advance(completions);
        engine_->end_batch();
        transaction->commit();
        published = engine_->take_published();
        deleted_topics = engine_->take_deleted_topics();
        if (audited) audit();
        return completions;
    }
    void audit() {
        const auto findings = engine::audit(*store.begin_read());
        CHECK_MESSAGE(findings.empty(), (findings.empty() ? "" : findings.front()));
    }
    engine::Answer call(const engine::Command& command) {
        auto completions = run({command});
        REQUIRE_EQ(completions.size(), 1);
        return std::move(completions.front().answer);
    }
    template <class Body>
    Body expect(const engine::Command& command) {
        auto answer = call(command);
        REQUIRE_EQ(answer.status, Errc::ok);
        REQUIRE(std::holds_alternative<Body>(answer.body));
        return std::get<Body>(std::move(answer.body));
    }

    engine::Answer create(engine::TopicSettingsChange settings = {}) {
        return call(engine::CreateTopic{topic, settings, {}});
    }
    engine::PublishResults publish_all(std::vector<engine::Publication> publications, bool ephemeral = false) {
        return expect<engine::PublishResults>(engine::Publish{
            topic, std::make_shared<const engine::PublicationBatch>(std::move(publications)), ephemeral});
    }
    engine::PublishResult publish(engine::Publication publication) {
        return publish_all({std::move(publication)}).results.at(0);
    }
    engine::PublishResult publish(const std::string& data) { return publish(publication_of(data)); }
    engine::Publication publication_of(const std::string& data, const std::string& subject = "") const {
        engine::Publication publication;
        publication.subject = subject.empty() ? topic.name : subject;
        publication.data = data;
        return publication;
    }

    engine::TopicOpened ensure() { return expect<engine::TopicOpened>(engine::EnsureTopic{topic}); }
    engine::TopicDescription describe() {
        auto described = engine::describe_topic(*store.begin_read(), topic, {});
        REQUIRE(described.has_value());
        return *described;
    }
    engine::HistoryPiece history(std::uint64_t offset = 0, engine::HistoryLimits limits = {}) {
        auto piece = engine::read_history(*store.begin_read(), describe().id, offset, limits, {});
        REQUIRE(piece.has_value());
        return *piece;
    }
    Texts history_texts(std::uint64_t offset = 0, engine::HistoryLimits limits = {}) {
        Texts texts;
        for (const auto& stored : history(offset, limits).publications) texts.push_back(stored.publication.data);
        return texts;
    }
    std::vector<engine::StoredPublication> retained(const std::string& pattern) {
        auto values = engine::read_retained(*store.begin_read(), describe().id, pattern, {}, {1000});
        REQUIRE(values.has_value());
        return std::move(values->publications);
    }

    /// The rows of all tables but `meta`.
    std::uint64_t rows_left() {
        std::uint64_t rows = 0;
        const auto snapshot = store.begin_read();
        for (std::size_t table = 1; table < store::table_count; ++table)
            rows += snapshot->rows(static_cast<store::Table>(table));
        return rows;
    }
    std::uint64_t rows(store::Table table) { return store.begin_read()->rows(table); }

    engine::Engine& engine() { return *engine_; }

    store::MemoryStore store;

private:
    engine::EngineLimits limits_;
    SeededRandom random_{42};
    std::unique_ptr<engine::Engine> engine_;
    std::uint64_t request_ = 0;
};

}  // namespace tern::test
