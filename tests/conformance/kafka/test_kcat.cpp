#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/conformance/kafka/kafka_peer.hpp"
#include "tests/conformance/kafka/kcat.hpp"
#include "tests/unit/protocol/batches.hpp"

/// Our record batches against an independent library, librdkafka, as Debian's kcat brings it.
namespace tern::conformance::kafka {
namespace {

using protocol::BatchFault;
using protocol::Compression;
using protocol::test::OwnRecord;

const std::pair<Compression, std::string> codecs[] = {{Compression::none, "none"},
                                                      {Compression::gzip, "gzip"},
                                                      {Compression::snappy, "snappy"},
                                                      {Compression::lz4, "lz4"},
                                                      {Compression::zstd, "zstd"}};

std::vector<std::string> as_kcat(std::vector<std::string> arguments, const KafkaPeer& peer) {
    const std::vector<std::string> where = {"-b", peer.address(), "-t", std::string(topic), "-p", "0"};
    arguments.insert(arguments.end(), where.begin(), where.end());
    return arguments;
}

/// A field as kcat's format "LENGTH<text>" shows it: an absent one has the length -1.
std::string shown(const std::optional<std::string>& field) {
    return field ? std::to_string(field->size()) + '<' + *field + '>' : "-1<>";
}

std::string shown(const OwnRecord& record, std::int64_t offset) {
    std::string text = std::to_string(offset) + ' ' + std::to_string(record.timestamp_ms) + ' ' + shown(record.key) +
                       ' ' + shown(record.value) + " [";
    for (const auto& header : record.headers) {
        if (text.back() != '[') text += ',';
        text += header.key + '=' + header.value.value_or("NULL");
    }
    return text + "]\n";
}

const std::string format = "%o %T %K<%k> %S<%s> [%h]\n";

}  // namespace

TEST_CASE("kcat reads batches that we write, in every codec") {
    for (const auto& [codec, name] : codecs) {
        CAPTURE(name);
        auto records = protocol::test::similar_records(1000);
        for (const auto& record : protocol::test::sample_records()) {
            // Zeros and other bytes that a terminal cannot show are for the test in the other direction.
            if (record.key == std::string("\0\xff", 2)) continue;
            records.push_back(record);
        }
        std::vector<std::string> batches;
        std::string expected;
        protocol::BatchBuilder builder;
        std::size_t next = 0;
        for (const std::size_t count : {1, 700, 303}) {
            builder.begin();
            const auto base = static_cast<std::int64_t>(next);
            for (std::size_t i = 0; i < count; ++i, ++next) {
                protocol::test::add(builder, records.at(next));
                expected += shown(records[next], static_cast<std::int64_t>(next));
            }
            std::string batch(builder.finish(codec, {}));
            protocol::set_base_offset(batch.data(), base);
            batches.push_back(std::move(batch));
        }
        REQUIRE_EQ(protocol::read_batch_header(batches[1])->compression(), codec);
        const KafkaPeer peer(batches);

        const auto run =
            kcat(as_kcat({"-C", "-o", "beginning", "-e", "-q", "-X", "check.crcs=true", "-f", format}, peer));

        CHECK_EQ(peer.complaint(), "");
        CHECK_EQ(run.exit_code, 0);
        CHECK_EQ(run.errors, "");
        CHECK_EQ(run.output, expected);
    }
}

TEST_CASE("kcat begins in the middle of a batch, and sees the time that the broker set") {
    auto batch = protocol::test::batch_of(protocol::test::similar_records(10), Compression::zstd);
    protocol::set_append_time(batch.data(), batch.size(), 1'800'000'000'000);
    const KafkaPeer peer({batch});

    const auto run = kcat(as_kcat({"-C", "-o", "7", "-e", "-q", "-X", "check.crcs=true", "-f", "%o %T\n"}, peer));

    CHECK_EQ(peer.complaint(), "");
    CHECK_EQ(run.errors, "");
    CHECK_EQ(run.output, "7 1800000000000\n8 1800000000000\n9 1800000000000\n");
}

TEST_CASE("we read batches that kcat writes, in every codec") {
    std::string lines;
    std::vector<OwnRecord> expected;
    const std::vector<OwnRecord::Header> headers = {{"kind", "test"}, {"empty", ""}};
    for (int i = 0; i < 2000; ++i) {
        const auto key = "key " + std::to_string(i % 13);
        const auto value = "a value like the others, number " + std::to_string(i);
        lines += key + '|' + value + '\n';
        expected.push_back({0, key, value, headers});
    }
    lines += "without a value|\n|without a key\n";
    expected.push_back({0, "without a value", std::nullopt, headers});
    expected.push_back({0, std::nullopt, "without a key", headers});
    const std::string bytes("\xff\x01\x80|\0\x02\xfe\n", 8);
    lines += bytes;
    expected.push_back({0, bytes.substr(0, 3), bytes.substr(4, 3), headers});

    for (const auto& [codec, name] : codecs) {
        CAPTURE(name);
        const KafkaPeer peer;

        const auto run =
            kcat(as_kcat({"-P", "-z", name, "-K", "|", "-Z", "-H", "kind=test", "-H", "empty="}, peer), lines);

        CHECK_EQ(peer.complaint(), "");
        CHECK_EQ(run.exit_code, 0);
        CHECK_EQ(run.errors, "");
        std::vector<OwnRecord> read;
        std::size_t compressed = 0;
        protocol::BatchReader reader;
        for (const auto& batch : peer.produced()) {
            REQUIRE_EQ(protocol::check_batch(batch).fault, BatchFault::none);
            REQUIRE_EQ(reader.open(batch), BatchFault::none);
            compressed += reader.header().compression() == codec;
            std::int64_t latest = 0;
            for (auto& record : protocol::test::records_of(reader)) {
                latest = std::max(latest, record.timestamp_ms);
                record.timestamp_ms = 0;
                read.push_back(std::move(record));
            }
            CHECK_EQ(reader.fault(), BatchFault::none);
            CHECK_EQ(latest, reader.header().timestamp_max);
        }
        CHECK_EQ(read, expected);
        CHECK_GE(compressed, 1);
    }
}

}  // namespace tern::conformance::kafka
