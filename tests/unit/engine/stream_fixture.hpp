#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/engine/audit.hpp"
#include "broker/engine/engine.hpp"
#include "broker/engine/stream_queries.hpp"
#include "broker/store/keys.hpp"
#include "broker/store/memory_store.hpp"
#include "protocol/record_batch.hpp"

namespace tern::test {

using namespace std::chrono_literals;

struct NewRecord {
    std::int64_t timestamp_ms = 0;
    std::string value;
};
struct FetchedRecord {
    std::uint64_t offset = 0;
    std::int64_t timestamp_ms = 0;
    std::string text;
};

/// An engine on a store, in memory unless another is given, with a clock that is moved by hand. Each command is a batch
/// of its own; after each the tables are checked against each other.
class StreamFixture {
public:
    explicit StreamFixture(engine::EngineLimits limits = {})
        : limits_(limits),
          engine_(std::make_unique<engine::Engine>(limits)) {}

    Timestamp now{1'700'000'000'000};
    engine::StreamName stream{"", "events"};
    /// Off where many batches would make it slow.
    bool audited = true;

    void advance(Milliseconds by) {
        now = now + by;
        idle();
    }

    /// Batches without commands until nothing more is due; how many it took.
    int idle() {
        for (int round = 1; round < 10'000; ++round) {
            run({});
            const auto next = engine_->next_deadline();
            if (!next || *next > now) return round;
        }
        FAIL("the engine does not come to rest");
        return 0;
    }

    /// As after a restart: nothing but what is stored.
    void restart() {
        engine_ = std::make_unique<engine::Engine>(limits_);
        engine_->open(*store().begin_read());
    }

    /// Executes commands in one batch and answers their answers, in order of completion.
    std::vector<engine::Answer> run(const std::vector<engine::Command>& commands) {
        std::vector<engine::Completion> completions;
        const auto transaction = store().begin_write();
        engine_->begin_batch(*transaction, now, random_);
        std::uint64_t request = 0;
        for (const auto& command : commands) engine_->apply({0, 1, ++request}, command, completions);
        engine_->advance(completions);
        engine_->end_batch();
        transaction->commit();
        if (audited) audit();
        std::vector<engine::Answer> answers;
        for (auto& completion : completions) answers.push_back(std::move(completion.answer));
        return answers;
    }

    void audit() {
        const auto findings = engine::audit(*store().begin_read());
        CHECK_MESSAGE(findings.empty(), (findings.empty() ? "" : findings.front()));
    }

    engine::Answer call(const engine::Command& command) {
        auto answers = run({command});
        REQUIRE_EQ(answers.size(), 1);
        return std::move(answers.front());
    }

    Errc create(engine::StreamSettingsChange settings = {}) {
        return call(engine::CreateStream{stream, settings}).status;
    }
    Errc create_named(const std::string& name, engine::StreamSettingsChange settings = {}) {
        return call(engine::CreateStream{{"", name}, settings}).status;
    }
    engine::Answer set(engine::StreamSettingsChange settings) { return call(engine::SetStream{stream, settings}); }
    Errc remove() { return call(engine::DeleteStream{stream}).status; }

    /// What the front end makes of a record batch; its bytes live as long as the fixture.
    engine::NewBatch batch_of(const std::vector<NewRecord>& records, const protocol::ProducerStamp& producer = {},
                              protocol::Compression compression = protocol::Compression::none) {
        builder_.begin();
        for (const auto& record : records) builder_.add(record.timestamp_ms, std::nullopt, record.value);
        const auto& bytes = batches_.emplace_back(builder_.finish(compression, producer));
        const auto checked = protocol::check_batch(bytes);
        REQUIRE_EQ(checked.fault, protocol::BatchFault::none);
        return {.bytes = bytes, .header = checked.header, .record_bytes_max = checked.record_bytes_max};
    }
    /// A batch of as many records as there are texts, with timestamps of now.
    engine::NewBatch batch_of(const std::vector<std::string>& texts, const protocol::ProducerStamp& producer = {}) {
        std::vector<NewRecord> records;
        for (const auto& text : texts) records.push_back({now.ms(), text});
        return batch_of(records, producer);
    }
    engine::Append append_of(engine::NewBatch batch, std::uint32_t partition = 0) {
        batch.partition = partition;
        return {stream, {batch}};
    }

    std::vector<engine::AppendResult> append(std::vector<engine::NewBatch> batches) {
        const auto answer = call(engine::Append{stream, std::move(batches)});
        REQUIRE_EQ(answer.status, Errc::ok);
        return std::get<engine::AppendResults>(answer.body).results;
    }
    engine::AppendResult append(const engine::NewBatch& batch, std::uint32_t partition = 0) {
        return append(append_of(batch, partition).batches).at(0);
    }
    engine::AppendResult append(const std::vector<std::string>& texts, std::uint32_t partition = 0) {
        return append(batch_of(texts), partition);
    }
    /// One record in a batch of its own.
    engine::AppendResult append(const std::string& text) { return append(std::vector<std::string>{text}); }
    engine::AppendResult append_at(std::int64_t timestamp_ms, const std::string& text = "x") {
        return append(batch_of(std::vector<NewRecord>{{timestamp_ms, text}}));
    }

    engine::Fetched fetch(const std::vector<engine::FetchPosition>& positions, const engine::FetchLimits& limits = {},
                          const engine::DurableEnd& durable_end = {}) {
        return engine::fetch(*store().begin_read(), positions, limits, durable_end);
    }
    engine::FetchedPartition fetch(std::uint64_t offset, std::uint64_t bytes_max = 1u << 20) {
        return fetch({{stream, 0, offset, bytes_max}}).partitions.at(0);
    }
    /// The records of the batches from an offset on.
    std::vector<FetchedRecord> records_in(BytesView batches, std::uint64_t offset = 0) {
        std::vector<FetchedRecord> records;
        while (!batches.empty()) {
            const auto header = protocol::read_batch_header(batches);
            REQUIRE(header);
            protocol::BatchReader reader(batches.substr(0, header->bytes));
            while (const auto* record = reader.next()) {
                if (record->offset < static_cast<std::int64_t>(offset)) continue;
                records.push_back({static_cast<std::uint64_t>(record->offset), record->timestamp_ms,
                                   std::string(record->value.value_or(""))});
            }
            REQUIRE_EQ(reader.fault(), protocol::BatchFault::none);
            batches.remove_prefix(header->bytes);
        }
        return records;
    }
    /// The texts of all records from an offset on, however many fetches that takes.
    std::vector<std::string> texts_from(std::uint64_t offset, std::uint64_t bytes_max = 1u << 20) {
        std::vector<std::string> texts;
        for (;;) {
            const auto fetched = fetch(offset, bytes_max);
            REQUIRE_EQ(fetched.status, Errc::ok);
            const auto records = records_in(fetched.batches, offset);
            if (records.empty()) return texts;
            for (const auto& record : records) {
                CHECK_EQ(record.offset, offset++);
                texts.push_back(record.text);
            }
        }
    }

    engine::FoundOffset find_time(std::int64_t timestamp_ms) {
        const auto found = engine::find_offsets(*store().begin_read(),
                                                {stream, {0}, engine::Position::time, Timestamp(timestamp_ms)}, {});
        REQUIRE(found.has_value());
        return found->at(0);
    }

    engine::StreamDescription describe() {
        auto described = engine::describe_stream(*store().begin_read(), stream, {});
        REQUIRE(described.has_value());
        return *described;
    }
    engine::PartitionDescription describe(std::uint32_t partition) { return describe().partitions.at(partition); }

    /// The rows of all tables but `meta`.
    std::uint64_t rows_left() {
        std::uint64_t rows = 0;
        const auto snapshot = store().begin_read();
        for (std::size_t table = 1; table < store::table_count; ++table)
            rows += snapshot->rows(static_cast<store::Table>(table));
        return rows;
    }
    std::uint64_t rows(store::Table table) { return store().begin_read()->rows(table); }

    engine::Engine& engine() { return *engine_; }
    store::Store& store() { return other_store != nullptr ? *other_store : memory; }

    store::MemoryStore memory;
    store::Store* other_store = nullptr;

private:
    engine::EngineLimits limits_;
    SeededRandom random_{42};
    std::unique_ptr<engine::Engine> engine_;
    protocol::BatchBuilder builder_;
    std::deque<Bytes> batches_;
};

using Texts = std::vector<std::string>;

}  // namespace tern::test
