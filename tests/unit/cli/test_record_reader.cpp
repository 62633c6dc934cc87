#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "protocol/record_batch.hpp"
#include "tern/error.hpp"
#include "tools/tern/failure.hpp"
#include "tools/tern/streams/record_reader.hpp"

using namespace tern::cli;
using tern::FetchedPartition;
using tern::FetchOptions;
using tern::FetchPosition;

namespace {

struct Written {
    std::int64_t timestamp_ms = 0;
    std::string value;
};

/// A stream in memory that answers fetches, a batch at a time.
class FakeStream {
public:
    void append(std::uint32_t partition, const std::vector<Written>& records) {
        tern::protocol::BatchBuilder builder;
        builder.begin();
        for (const auto& record : records) builder.add(record.timestamp_ms, std::nullopt, record.value);
        std::string batch(builder.finish(tern::protocol::Compression::none, {}));
        auto& [start, end, batches] = partitions_[partition];
        tern::protocol::set_base_offset(batch.data(), static_cast<std::int64_t>(end));
        end += records.size();
        batches.push_back({end, std::move(batch)});
    }
    void truncate(std::uint32_t partition, std::uint64_t start) {
        auto& of = partitions_[partition];
        of.start = start;
        std::erase_if(of.batches, [&](const Batch& batch) { return batch.next_offset <= start; });
    }
    void damage(std::uint32_t partition) { partitions_[partition].batches.front().bytes.back() ^= 1; }

    RecordReader reader(const std::vector<OffsetRange>& ranges) {
        const auto fetch = [this](const std::vector<FetchPosition>& positions, const FetchOptions&) {
            ++fetches;
            std::vector<FetchedPartition> answers;
            for (const auto& position : positions) answers.push_back(answer(position));
            return answers;
        };
        return RecordReader(fetch, {"s", ""}, ranges);
    }

    int fetches = 0;

private:
    struct Batch {
        std::uint64_t next_offset = 0;
        std::string bytes;
    };
    struct Partition {
        std::uint64_t start = 0;
        std::uint64_t end = 0;
        std::vector<Batch> batches;
    };

    FetchedPartition answer(const FetchPosition& position) {
        const auto& of = partitions_[position.partition];
        FetchedPartition answer{tern::Status::ok, of.start, of.end, {}};
        if (position.offset < of.start || position.offset > of.end) answer.status = tern::Status::offset_out_of_range;
        if (!answer.ok()) return answer;
        const auto found =
            std::ranges::find_if(of.batches, [&](const Batch& batch) { return batch.next_offset > position.offset; });
        if (found != of.batches.end()) answer.batches = found->bytes;
        return answer;
    }

    std::map<std::uint32_t, Partition> partitions_;
};

std::string read_all(RecordReader& reader) {
    std::string values;
    while (const auto record = reader.next()) values += *record->record->value;
    return values;
}

constexpr auto forever = std::numeric_limits<std::uint64_t>::max();

}  // namespace

TEST_CASE("records are read from one offset to another, also out of the middle of batches") {
    FakeStream stream;
    stream.append(0, {{1, "a"}, {2, "b"}, {3, "c"}});
    stream.append(0, {{4, "d"}});
    stream.append(0, {{5, "e"}, {6, "f"}});

    auto reader = stream.reader({{0, 1, 5}});

    CHECK_EQ(read_all(reader), "bcde");
    CHECK_EQ(reader.positions().front().from, 5);
    CHECK_EQ(stream.fetches, 3);
}

TEST_CASE("partitions are merged by time, each in the order of its offsets") {
    FakeStream stream;
    stream.append(0, {{10, "a"}, {40, "d"}, {5, "e"}});
    stream.append(1, {{20, "b"}});
    stream.append(1, {{30, "c"}, {90, "f"}});

    auto reader = stream.reader({{0, 0, 3}, {1, 0, 3}});

    CHECK_EQ(read_all(reader), "abcdef");
}

TEST_CASE("nothing is asked for when there is nothing to read") {
    FakeStream stream;
    stream.append(0, {{1, "a"}});

    auto reader = stream.reader({{0, 1, 1}, {1, 0, 0}});

    CHECK_EQ(read_all(reader), "");
    CHECK_EQ(stream.fetches, 0);
}

TEST_CASE("records that were removed meanwhile are counted and passed over") {
    FakeStream stream;
    stream.append(0, {{1, "a"}, {2, "b"}});
    stream.append(0, {{3, "c"}});
    stream.truncate(0, 2);

    auto reader = stream.reader({{0, 0, 3}});
    CHECK_EQ(read_all(reader), "c");
    CHECK_EQ(reader.missed(), 2);

    auto all_gone = stream.reader({{0, 0, 1}});
    CHECK_EQ(read_all(all_gone), "");
    CHECK_EQ(all_gone.missed(), 1);
}

TEST_CASE("following goes on where the end was, and takes what comes") {
    FakeStream stream;
    stream.append(0, {{1, "a"}});
    auto reader = stream.reader({{0, 0, 1}, {1, 0, 0}});
    CHECK_EQ(read_all(reader), "a");
    // Two partitions grow; one batch holds what was there and what is new.
    stream.append(1, {{3, "c"}});
    stream.append(0, {{2, "b"}, {4, "d"}});

    reader.follow();
    CHECK_EQ(read_all(reader), "");
    reader.wait_for_more({});

    CHECK_EQ(read_all(reader), "bcd");
}

TEST_CASE("a record past the old end, fetched before, is not lost when following begins") {
    FakeStream stream;
    stream.append(0, {{1, "a"}, {2, "b"}});
    auto reader = stream.reader({{0, 0, 1}});
    CHECK_EQ(read_all(reader), "a");

    reader.follow();
    reader.wait_for_more({});

    CHECK_EQ(read_all(reader), "b");
}

TEST_CASE("a partition that is added while following is read from its beginning") {
    FakeStream stream;
    stream.append(0, {{1, "a"}});
    auto reader = stream.reader({{0, 0, 1}});
    CHECK_EQ(read_all(reader), "a");
    reader.follow();
    stream.append(1, {{2, "b"}, {3, "c"}});

    reader.add({1, 0, 0});
    reader.wait_for_more({});

    CHECK_EQ(read_all(reader), "bc");
}

TEST_CASE("a damaged batch is told with its place") {
    FakeStream stream;
    stream.append(3, {{1, "a"}});
    stream.damage(3);
    auto reader = stream.reader({{3, 0, 1}});

    CHECK_THROWS_WITH_AS(reader.next(), doctest::Contains("partition 3: the record batch at offset 0"), Failure);
}

TEST_CASE("a position behind the end is the broker's refusal") {
    FakeStream stream;
    stream.append(0, {{1, "a"}});
    auto reader = stream.reader({{0, 7, forever}});

    CHECK_THROWS_AS(reader.next(), tern::Error);
}
