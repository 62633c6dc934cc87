#include <map>

#include "broker/base/random_source.hpp"
#include "tests/unit/engine/stream_fixture.hpp"

using namespace tern::test;
using namespace tern;

namespace {

constexpr std::uint32_t partitions = 3;

/// What a partition should hold: nothing but lists.
struct ExpectedPartition {
    struct Record {
        Timestamp appended_at;
        std::int64_t timestamp_ms = 0;
        std::string text;
    };
    std::vector<Record> records;
    std::uint64_t truncated_to = 0;
};

/// Does anything in any order to one stream, and compares what is read with what should be there.
class RandomRun : StreamFixture {
public:
    RandomRun(std::uint64_t seed, engine::EngineLimits limits) : StreamFixture(limits), random_(seed) {
        create({.partitions = partitions, .retention = retention, .record_bytes_max = 1 << 20});
        for (auto& producer : producers_)
            producer = std::get<engine::ProducerAllocated>(call(engine::AllocateProducer{}).body).id;
    }

    void run_steps(int steps) {
        for (int step = 0; step < steps; ++step) {
            CAPTURE(step);
            one_batch();
            if (random_.below(8) == 0) restart();
            if (random_.below(4) == 0) now = now + Milliseconds(random_.below(4000));
            compare();
        }
        advance(2 * retention);
        for (std::uint32_t partition = 0; partition < partitions; ++partition)
            CHECK_EQ(describe(partition).start_offset, expected_[partition].records.size());
        CHECK_EQ(rows(store::Table::stream_log), 0);
        CHECK_EQ(rows(store::Table::stream_times), 0);
        remove();
        idle();
        CHECK_EQ(rows_left(), 0);
    }

private:
    static constexpr Milliseconds retention = 20s;

    void one_batch() {
        std::vector<engine::Command> commands;
        const auto count = 1 + random_.below(6);
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto partition = static_cast<std::uint32_t>(random_.below(partitions));
            if (random_.below(10) == 0) {
                commands.emplace_back(truncation(partition));
            } else {
                commands.emplace_back(random_.below(2) == 0 ? plain(partition) : from_producer(partition));
            }
        }
        for (const auto& answer : run(commands)) CHECK_EQ(answer.status, Errc::ok);
    }

    /// With timestamps that are somewhat out of order, and now and then far ahead.
    std::vector<NewRecord> random_records() {
        std::vector<NewRecord> records(1 + random_.below(4));
        const auto longest = random_.below(12) == 0 ? 150'000u : 3'000u;
        for (auto& record : records) {
            const auto ahead = random_.below(60) == 0 ? 100'000u : 0u;
            record.timestamp_ms = now.ms() + ahead - static_cast<std::int64_t>(random_.below(3'000));
            record.value = std::string(random_.below(longest), static_cast<char>('a' + random_.below(26)));
        }
        return records;
    }

    void expect(std::uint32_t partition, const std::vector<NewRecord>& records) {
        for (const auto& record : records)
            expected_[partition].records.push_back({now, record.timestamp_ms, record.value});
    }

    engine::Append plain(std::uint32_t partition) {
        const auto records = random_records();
        expect(partition, records);
        return append_of(batch_of(records), partition);
    }

    /// The producer's next batch, or one of its last once more.
    engine::Append from_producer(std::uint32_t partition) {
        const auto producer = producers_[random_.below(producers_.size())];
        auto& sent = sent_[{partition, producer}];
        if (!sent.empty() && random_.below(3) == 0) {
            const auto back = random_.below(std::min<std::uint64_t>(sent.size(), 5));
            return append_of(sent[sent.size() - 1 - back], partition);
        }
        const auto records = random_records();
        expect(partition, records);
        auto& next = next_sequence_[{partition, producer}];
        sent.push_back(batch_of(records, protocol::ProducerStamp{producer, 0, next}));
        next += static_cast<std::int32_t>(records.size());
        return append_of(sent.back(), partition);
    }

    engine::TruncateStream truncation(std::uint32_t partition) {
        auto& expected = expected_[partition];
        const auto before = random_.below(expected.records.size() + 1);
        expected.truncated_to = std::max(expected.truncated_to, before);
        return {stream, partition, before};
    }

    void compare() {
        for (std::uint32_t partition = 0; partition < partitions; ++partition) compare(partition);
    }

    void compare(std::uint32_t partition) {
        CAPTURE(partition);
        const auto& expected = expected_[partition];
        const auto there = describe(partition);
        REQUIRE_EQ(there.end_offset, expected.records.size());
        REQUIRE(there.start_offset >= expected.truncated_to);
        // What is gone is truncated or was old enough.
        for (auto offset = expected.truncated_to; offset < there.start_offset; ++offset)
            REQUIRE(expected.records[offset].appended_at + retention <= now);

        const auto time = now.ms() + static_cast<std::int64_t>(random_.below(30'000)) - 25'000;
        const auto found = engine::find_offsets(*store().begin_read(),
                                                {stream, {partition}, engine::Position::time, Timestamp(time)}, {});
        auto first = there.start_offset;
        while (first < there.end_offset && expected.records[first].timestamp_ms < time) ++first;
        REQUIRE_EQ(found->at(0).offset, first);

        const auto from = there.start_offset + random_.below(there.end_offset - there.start_offset + 1);
        std::uint64_t offset = from;
        while (offset < there.end_offset) {
            const auto fetched = fetch({{stream, partition, offset, 1 + random_.below(200'000)}}).partitions.at(0);
            REQUIRE_EQ(fetched.status, Errc::ok);
            const auto records = records_in(fetched.batches, offset);
            REQUIRE_FALSE(records.empty());
            for (const auto& record : records) {
                REQUIRE_EQ(record.offset, offset);
                const bool same = record.text == expected.records[offset].text;
                REQUIRE(same);
                ++offset;
            }
        }
    }

    SeededRandom random_;
    std::array<std::int64_t, 2> producers_{};
    std::array<ExpectedPartition, partitions> expected_;
    std::map<std::pair<std::uint32_t, std::int64_t>, std::vector<engine::NewBatch>> sent_;
    std::map<std::pair<std::uint32_t, std::int64_t>, std::int32_t> next_sequence_;
};

}  // namespace

TEST_CASE("whatever is appended, repeated, truncated and left to grow old: what is read is what should be there") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(seed);
        RandomRun(seed, {.due_work_per_batch = seed % 2 == 0 ? 4u : 256u}).run_steps(60);
    }
}
