#include <cstdio>

#include "broker/store/lmdb_store.hpp"
#include "tests/contract/temporary_folder.hpp"
#include "tests/unit/engine/stream_fixture.hpp"

using namespace tern::test;
using namespace tern;

namespace {

/// The same on a real file.
struct SpaceFixture : StreamFixture {
    SpaceFixture() {
        other_store = lmdb.get();
        audited = false;
        create({.partitions = partitions});
    }

    /// Appends records to many partitions, one to each in a commit, and tells how many times their own length the pages
    /// take in which they are stored.
    double growth(std::size_t record_bytes, std::size_t commits) {
        const auto before = pages_in_use();
        const std::string text(record_bytes, 'x');
        for (std::size_t i = 0; i < commits; ++i) append_everywhere(text);
        audit();
        const auto grown = static_cast<double>(pages_in_use() - before);
        const auto times = grown / static_cast<double>(record_bytes * commits * partitions);
        std::printf("%zu times a record of %zu bytes, one a commit, takes %.2f times its length\n", commits,
                    record_bytes, times);
        return times;
    }

    /// In bytes, without those that earlier commits have freed.
    std::uint64_t pages_in_use() { return lmdb->backup(folder.at("copy " + std::to_string(++copies))); }

    void append_everywhere(const std::string& text) {
        std::vector<engine::NewBatch> batches(partitions, batch_of(Texts{text}));
        for (std::uint32_t partition = 0; partition < partitions; ++partition) batches[partition].partition = partition;
        append(batches);
    }

    static constexpr std::uint32_t partitions = 64;
    int copies = 0;
    TemporaryFolder folder;
    std::unique_ptr<store::LmdbStore> lmdb = store::LmdbStore::open(folder.at("data"));
};

}  // namespace

TEST_CASE_FIXTURE(SpaceFixture, "records of 1 KiB, one a commit, fill their pages") {
    CHECK(growth(1024, 60) <= 1.3);
}

TEST_CASE_FIXTURE(SpaceFixture, "records of 100 bytes, one a commit, fill their pages") {
    CHECK(growth(100, 200) <= 2.2);
}

TEST_CASE_FIXTURE(SpaceFixture, "with retention a file that is appended to grows no further") {
    set({.retention = 0ms, .retention_bytes = 1 << 16});
    const auto append_megabytes = [&](int megabytes) {
        for (int i = 0; i < megabytes; ++i) {
            now = now + 1s;
            append_everywhere(std::string(16'000, 'x'));
        }
        return lmdb->space().used_bytes;
    };

    const auto early = append_megabytes(15);
    const auto late = append_megabytes(30);

    CHECK(late <= early + (2 << 20));
    CHECK(describe(0).bytes <= (1 << 16) + 16'100);
    audit();
}
