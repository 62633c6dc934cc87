#include <doctest/doctest.h>

#include <cstring>
#include <string>

#include "protocol/limits.hpp"
#include "tern_generated.h"
#include "tests/unit/bench/quick_run.hpp"
#include "tools/bench/batch_scan.hpp"
#include "tools/bench/bench_error.hpp"
#include "tools/bench/block_loop.hpp"
#include "tools/bench/data_folder.hpp"
#include "tools/bench/offset_ledger.hpp"
#include "tools/bench/stream_frame.hpp"
#include "tools/bench/stream_workload.hpp"

using namespace tern::bench;
namespace wire = tern::protocol::wire;

namespace {

const wire::Request& request_in(std::string_view frame) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(frame.data()) + tern::protocol::frame_header_bytes;
    flatbuffers::Verifier verifier(bytes, frame.size() - tern::protocol::frame_header_bytes);
    REQUIRE(wire::VerifyRequestBuffer(verifier));
    return *wire::GetRequest(bytes);
}

}  // namespace

TEST_CASE("a patched append carries its id and partition, also 0, and the batch as it is") {
    const auto batch = build_batch({.record_bytes = 30, .batch_records = 4}).bytes;
    AppendFrame frame("log", batch);
    for (const std::uint32_t partition : {7u, 0u}) {
        frame.set_id(partition + 100);
        frame.set_partition(partition);

        const std::string copy(frame.bytes());
        const auto& request = request_in(copy);
        const auto* append = request.body_as_Append();
        CHECK_EQ(request.id(), partition + 100);
        CHECK_EQ(append->stream()->str(), "log");
        REQUIRE_EQ(append->entries()->size(), 1);
        CHECK_EQ(append->entries()->Get(0)->partition(), partition);
        CHECK_EQ(append->entries()->Get(0)->expected_offset(), -1);
        CHECK_EQ(append->entries()->Get(0)->batch()->size(), batch.size());
    }
}

TEST_CASE("each offset of a fetch is patched on its own, also to 0") {
    FetchFrame frame("log", {.partitions = {4, 0}, .partition_bytes_max = 1000, .wait_ms = 30});
    frame.set_id(5);
    frame.set_offset(0, 77);
    frame.set_offset(1, UINT64_MAX);
    frame.set_offset(1, 0);

    const std::string copy(frame.bytes());
    const auto* fetch = request_in(copy).body_as_Fetch();
    CHECK_EQ(fetch->wait_ms(), 30);
    CHECK_EQ(fetch->bytes_min(), 1);
    REQUIRE_EQ(fetch->entries()->size(), 2);
    CHECK_EQ(fetch->entries()->Get(0)->partition(), 4);
    CHECK_EQ(fetch->entries()->Get(0)->offset(), 77);
    CHECK_EQ(fetch->entries()->Get(1)->partition(), 0);
    CHECK_EQ(fetch->entries()->Get(1)->offset(), 0);
    CHECK_EQ(fetch->entries()->Get(1)->bytes_max(), 1000);
}

TEST_CASE("without a number of records a batch has about 16 KiB, but at least one record") {
    const auto usual = build_batch({.record_bytes = 100});
    CHECK_GT(usual.bytes.size(), 15'500);
    CHECK_LE(usual.bytes.size(), 16u << 10);

    const auto large = build_batch({.record_bytes = 100'000});
    CHECK_EQ(large.records, 1);
}

TEST_CASE("a scan of batches follows the offsets and stops at a gap") {
    const auto built = build_batch({.record_bytes = 30, .batch_records = 4});
    std::string first = built.bytes, second = built.bytes;
    tern::protocol::set_base_offset(first.data(), 10);
    tern::protocol::set_base_offset(second.data(), 14);

    std::uint64_t offset = 10;
    const auto done = scan_batches(first + second, offset);

    CHECK_EQ(offset, 18);
    CHECK_EQ(done.messages, 8);
    CHECK_EQ(done.bytes, first.size() * 2);
    CHECK_THROWS_AS(scan_batches(second, offset), BenchError);
    CHECK_THROWS_WITH_AS(scan_batches(std::string_view(first).substr(0, 50), offset), doctest::Contains("cut off"),
                         BenchError);
}

TEST_CASE("a ledger accepts batches in any order that leaves nothing out") {
    OffsetLedger ledger({{0, 5}, {0, 0}}, 10);

    ledger.take(0, 15);
    ledger.take(0, 5);
    ledger.take(1, 0);

    ledger.check_ends({{0, 25}, {0, 10}});
    CHECK_EQ(ledger.records(), 30);
    CHECK_THROWS_AS(ledger.check_ends({{0, 35}, {0, 10}}), BenchError);
}

TEST_CASE("a ledger notices an offset that was given twice, and one where no batch can begin") {
    OffsetLedger ledger({{0, 0}}, 10);
    ledger.take(0, 10);
    ledger.take(0, 10);

    CHECK_THROWS_WITH_AS(ledger.check_ends({{0, 20}}), doctest::Contains("the same offset"), BenchError);
    CHECK_THROWS_AS(ledger.take(0, 15), BenchError);
    CHECK_THROWS_AS(ledger.take(0, -1), BenchError);
}

TEST_CASE("the block loop puts whole batches in blocks of rows, and one row a partition") {
    const ScratchFolder folder(".");
    BlockLoop loop(folder.path(), {.partitions = 3, .batch_bytes = 16'000, .batch_records = 100});

    const auto result = loop.run(short_run, 12 * 16'000);

    // Four batches make a block of 64,041 bytes with its header and seal: 16 rows.
    CHECK_GT(result.commits, 0);
    CHECK_EQ(result.bytes, result.commits * 12 * 16'000);
    CHECK_EQ(result.records, result.commits * 1200);
    CHECK_EQ(loop.rows().log, result.commits * 3 * 16);
    CHECK_EQ(loop.rows().partitions, 3);
}

TEST_CASE("small blocks are taken up again, so that they fill two rows") {
    const ScratchFolder folder(".");
    BlockLoop loop(folder.path(), {.partitions = 1, .batch_bytes = 1'000, .batch_records = 1});

    // Of a disk that takes its time, a short run may be one commit.
    std::uint64_t commits = 0;
    while (commits < 2) commits += loop.run(short_run, 1'000).commits;

    // Eight batches and the header fit into 8,151 bytes.
    const auto blocks = (commits + 7) / 8;
    CHECK_LE(loop.rows().log, blocks * 2);
    CHECK_GE(loop.rows().log, blocks);
}
