#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "tests/unit/store/lmdb_fixture.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::test;

namespace {

constexpr std::uint64_t mib = 1u << 20;

/// Sends, receives and deletes as a broker does that heeds what space() says.
struct SpaceFixture : LmdbFixture {
    SpaceState state() { return lmdb->space().state; }

    /// A commit of about 64 KiB.
    void grow() {
        const auto transaction = lmdb->begin_write();
        for (int at = 0; at < 64; ++at) transaction->put(messages, message_key(sent++), Bytes(1'000, 'x'));
        transaction->commit();
    }

    void grow_until_not_plenty() {
        while (state() == SpaceState::plenty) {
            grow();
            REQUIRE(sent < 2'000'000);
        }
    }

    /// A small commit of deletes, as many as there still are.
    void shrink(std::uint64_t count = 16) {
        REQUIRE(deleted < sent);
        const auto transaction = lmdb->begin_write();
        for (; count > 0 && deleted < sent; --count) REQUIRE(transaction->erase(messages, message_key(deleted++)));
        transaction->commit();
    }

    /// Small commits that move rows about and do not make them more.
    void change(int commits) {
        for (int at = 0; at < commits; ++at) {
            lmdb->space();
            const auto transaction = lmdb->begin_write();
            for (std::uint64_t row = 0; row < 8; ++row) {
                const auto number = static_cast<std::uint64_t>(at) * 8 + row;
                transaction->put(Table::queue_positions, message_key(number % 5'000), Bytes(8, 'p'));
                if (row % 2 == 0) transaction->erase(Table::queue_positions, message_key((number + 2'500) % 5'000));
            }
            transaction->commit();
        }
    }

    std::uint64_t sent = 0;
    std::uint64_t deleted = 0;
};

/// A small ext4 file system in a file. Needs root, loop devices and mkfs.
class LoopDisk {
public:
    explicit LoopDisk(std::uint64_t size_mib) {
        const auto image = folder_.at("image");
        std::filesystem::create_directories(path());
        if (::geteuid() != 0) return;
        run("truncate -s " + std::to_string(size_mib) + "M " + image + " && mkfs.ext4 -q -m 0 " + image +
            " && mount -o loop " + image + " " + path() + " && touch " + folder_.at("mounted"));
        mounted_ = std::filesystem::exists(folder_.at("mounted"));
    }
    ~LoopDisk() {
        if (mounted_) run("umount " + path());
    }
    LoopDisk(const LoopDisk&) = delete;
    LoopDisk& operator=(const LoopDisk&) = delete;

    bool mounted() const { return mounted_; }
    std::string path() const { return folder_.at("disk"); }

private:
    static void run(const std::string& command) {
        if (std::system(("( " + command + " ) >/dev/null 2>&1").c_str()) != 0) MESSAGE("did not work: ", command);
    }

    TemporaryFolder folder_;
    bool mounted_ = false;
};

/// Takes room away from the file system until it is removed.
void write_ballast(const std::string& file, std::uint64_t bytes) {
    std::ofstream out(file, std::ios::binary);
    out << std::string(bytes, 'b');
    REQUIRE(out.good());
}

}  // namespace

TEST_CASE_FIXTURE(SpaceFixture, "the map grows as the file does") {
    LmdbOptions options;
    options.map_bytes = mib;
    options.reserve_bytes = mib / 4;
    open(options);

    while (lmdb->space().used_bytes < 24 * mib) {
        REQUIRE_EQ(state(), SpaceState::plenty);
        grow();
    }
    close();
    open(options);

    CHECK_EQ(state(), SpaceState::plenty);
    CHECK_EQ(lmdb->begin_read()->rows(messages), sent);
}

TEST_CASE_FIXTURE(SpaceFixture, "the file has room for the reserve behind its last page") {
    LmdbOptions options;
    options.reserve_bytes = 8 * mib;
    open(options);

    for (int at = 0; at < 200; ++at) {
        const auto space = lmdb->space();
        REQUIRE(space.file_bytes >= space.used_bytes + options.reserve_bytes);
        REQUIRE(std::filesystem::file_size(data_file_in(data)) >= space.used_bytes + options.reserve_bytes);
        grow();
    }
}

TEST_CASE_FIXTURE(SpaceFixture, "an open snapshot holds up the map's growth, and its end lets it go on") {
    LmdbOptions options;
    options.map_bytes = 8 * mib;
    options.reserve_bytes = mib;
    open(options);

    auto snapshot = lmdb->begin_read();
    grow_until_not_plenty();
    CHECK_EQ(lmdb->space().state, SpaceState::low);
    CHECK_EQ(snapshot->rows(messages), 0);
    snapshot.reset();
    int looks = 0;
    while (state() != SpaceState::plenty && ++looks < 1'000) change(1);

    CHECK_EQ(state(), SpaceState::plenty);
    grow();
}

TEST_CASE_FIXTURE(SpaceFixture,
                  "at the ceiling of the map space is low, deletes and small commits go on and bring it back") {
    LmdbOptions options;
    options.map_bytes = 2 * mib;
    options.map_bytes_max = 32 * mib;
    options.reserve_bytes = 2 * mib;
    open(options);

    grow_until_not_plenty();
    CHECK_EQ(state(), SpaceState::low);
    change(300);
    CHECK_EQ(state(), SpaceState::low);
    while (state() == SpaceState::low && deleted < sent) shrink();

    CHECK_EQ(state(), SpaceState::plenty);
    CHECK(deleted < sent);
    for (int round = 0; round < 4; ++round) {
        grow_until_not_plenty();
        while (state() != SpaceState::plenty) shrink();
    }
}

TEST_CASE_FIXTURE(SpaceFixture, "growing on although space is low ends in exhausted, before any commit fails") {
    LmdbOptions options;
    options.map_bytes_max = 16 * mib;
    options.reserve_bytes = 4 * mib;
    open(options);

    for (int at = 0; state() != SpaceState::exhausted; ++at) {
        REQUIRE(at < 10'000);
        grow();
    }

    // What is left is enough for the small commits of those who take no heed.
    shrink();
    shrink();
    CHECK(lmdb->begin_read()->rows(messages) > 0);
}

TEST_CASE_FIXTURE(SpaceFixture, "a snapshot keeps deleted rows' pages from counting as room") {
    LmdbOptions options;
    options.map_bytes_max = 16 * mib;
    options.reserve_bytes = 2 * mib;
    open(options);
    grow_until_not_plenty();

    auto snapshot = lmdb->begin_read();
    for (int at = 0; at < 1'000 && state() != SpaceState::exhausted; ++at) {
        REQUIRE_EQ(state(), SpaceState::low);
        shrink();
    }
    // Deletes alone used the reserve up, since the pages they freed are still seen.
    CHECK_EQ(state(), SpaceState::exhausted);
    snapshot.reset();
    shrink();
    shrink();

    CHECK_NE(state(), SpaceState::exhausted);
    while (state() != SpaceState::plenty) shrink(64);
    CHECK(deleted < sent);
}

TEST_CASE_FIXTURE(SpaceFixture, "on a full disk deletes and small commits go on, and free room brings sends back") {
    const LoopDisk disk(96);
    if (!disk.mounted()) {
        MESSAGE("skipped: needs root, loop devices and mkfs.ext4");
        return;
    }
    data = disk.path() + "/data";
    write_ballast(disk.path() + "/ballast", 30 * mib);
    LmdbOptions options;
    options.reserve_bytes = 4 * mib;
    open(options);

    grow_until_not_plenty();
    CHECK_EQ(state(), SpaceState::low);
    // Nothing is left for others either; the reserve is the file's own.
    while (lmdb->space().disk_free_bytes > 0) {
        static int number = 0;
        std::ofstream(disk.path() + "/more" + std::to_string(++number)) << std::string(64'000, 'm');
        if (number > 2'000) break;
    }
    change(500);
    for (int at = 0; at < 50; ++at) {
        REQUIRE_NE(state(), SpaceState::exhausted);
        shrink();
    }
    std::filesystem::remove(disk.path() + "/ballast");

    CHECK_EQ(state(), SpaceState::plenty);
    grow();
    lmdb->flush();
    CHECK_EQ(lmdb->begin_read()->rows(messages), sent - deleted);
    close();
}

TEST_CASE_FIXTURE(SpaceFixture, "on a full disk enough deletes make room within the file") {
    const LoopDisk disk(64);
    if (!disk.mounted()) {
        MESSAGE("skipped: needs root, loop devices and mkfs.ext4");
        return;
    }
    data = disk.path() + "/data";
    LmdbOptions options;
    options.reserve_bytes = 4 * mib;
    open(options);

    for (int round = 0; round < 3; ++round) {
        grow_until_not_plenty();
        CHECK_EQ(state(), SpaceState::low);
        while (state() != SpaceState::plenty && deleted < sent) shrink();
        CHECK_EQ(state(), SpaceState::plenty);
        CHECK(deleted < sent);
    }
    close();
    open(options);

    CHECK_EQ(lmdb->begin_read()->rows(messages), sent - deleted);
    close();
}

TEST_CASE_FIXTURE(SpaceFixture, "on a full disk growing on is exhausted before any commit fails") {
    const LoopDisk disk(48);
    if (!disk.mounted()) {
        MESSAGE("skipped: needs root, loop devices and mkfs.ext4");
        return;
    }
    data = disk.path() + "/data";
    LmdbOptions options;
    options.reserve_bytes = 4 * mib;
    open(options);

    for (int at = 0; state() != SpaceState::exhausted; ++at) {
        REQUIRE(at < 10'000);
        grow();
    }
    shrink();
    shrink();

    CHECK_EQ(lmdb->begin_read()->rows(messages), sent - deleted);
    close();
}
