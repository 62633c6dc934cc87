#include <doctest/doctest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

#include "tests/unit/store/lmdb_fixture.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::test;

TEST_CASE_FIXTURE(LmdbFixture, "snapshots on many threads see whole commits while the map grows under them") {
    LmdbOptions small;
    small.map_bytes = 1u << 20;
    small.reserve_bytes = 1u << 18;
    open(small);
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> looks{0};
    std::atomic<std::uint64_t> torn{0};

    std::vector<std::thread> readers;
    for (int at = 0; at < 4; ++at) {
        readers.emplace_back([&] {
            while (!done) {
                const auto snapshot = lmdb->begin_read();
                // Each commit adds one row to both.
                if (snapshot->rows(Table::catalog) != snapshot->rows(Table::dead_letter_sources)) ++torn;
                const auto cursor = snapshot->cursor(Table::catalog);
                if (cursor->seek_before("\xFF") && !snapshot->get(Table::catalog, cursor->key())) ++torn;
                ++looks;
            }
        });
    }
    for (std::uint64_t commit = 0; commit < 2'000 || looks < 2'000; ++commit) {
        if (lmdb->space().state != SpaceState::plenty) continue;
        const auto transaction = lmdb->begin_write();
        transaction->put(Table::catalog, Key().u64(commit).view(), Bytes(4'000, 'x'));
        transaction->put(Table::dead_letter_sources, Key().u64(commit).view(), "");
        transaction->commit();
    }
    done = true;
    for (auto& reader : readers) reader.join();

    CHECK_EQ(torn, 0);
    CHECK(looks >= 2'000);
}

TEST_CASE_FIXTURE(LmdbFixture, "a backup is a folder from which a store opens, as of one moment") {
    open();
    for (std::uint64_t at = 0; at < 500; ++at) put(Table::queue_messages, message_key(at), Bytes(at * 20, 'x'));

    const auto bytes = lmdb->backup(folder.at("copy"));
    put(Table::queue_messages, message_key(500), "later");
    close();

    CHECK_EQ(std::filesystem::file_size(folder.at("copy/tern.mdb")), bytes);
    struct stat status {};
    REQUIRE_EQ(::stat(folder.at("copy").c_str(), &status), 0);
    CHECK_EQ(status.st_mode & 0777u, 0700u);
    data = folder.at("copy");
    open();
    const auto snapshot = lmdb->begin_read();
    for (std::uint64_t at = 0; at < 500; ++at) {
        CHECK_EQ(snapshot->get(Table::queue_messages, message_key(at)).bytes(), Bytes(at * 20, 'x'));
    }
    CHECK(snapshot->get(Table::queue_messages, message_key(500)).absent());
}

TEST_CASE_FIXTURE(LmdbFixture, "a backup goes on beside commits and is consistent") {
    open();
    std::atomic<bool> done{false};
    std::thread copier([&] {
        for (int at = 0; at < 5; ++at) lmdb->backup(folder.at("copy" + std::to_string(at)));
        done = true;
    });
    for (std::uint64_t at = 0; !done; ++at) {
        lmdb->space();
        const auto transaction = lmdb->begin_write();
        transaction->put(Table::catalog, Key().u64(at).view(), Bytes(1'000, 'x'));
        transaction->put(Table::dead_letter_sources, Key().u64(at).view(), "");
        transaction->commit();
    }
    copier.join();
    close();

    for (int at = 0; at < 5; ++at) {
        data = folder.at("copy" + std::to_string(at));
        open();
        CHECK_EQ(lmdb->begin_read()->rows(Table::catalog), lmdb->begin_read()->rows(Table::dead_letter_sources));
    }
}

TEST_CASE_FIXTURE(LmdbFixture, "a backup never writes over something") {
    open();
    std::filesystem::create_directories(folder.at("there"));

    CHECK_THROWS_WITH_AS(lmdb->backup(folder.at("there")),
                         ("Cannot write the backup " + folder.at("there") +
                          ": it exists already; name a folder that does not exist yet.")
                             .c_str(),
                         StoreFailure);
    CHECK_THROWS_AS(lmdb->backup(folder.at("no/parent")), StoreFailure);
    CHECK_THROWS_AS(lmdb->backup(""), StoreFailure);
}

TEST_CASE_FIXTURE(LmdbFixture, "a snapshot that is open sees its moment through thousands of commits") {
    open();
    put(Table::queue_messages, message_key(1), Bytes(30'000, 'a'));
    const auto snapshot = lmdb->begin_read();

    for (std::uint64_t at = 0; at < 1'000; ++at) {
        put(Table::queue_messages, message_key(1), Bytes(30'000, static_cast<char>('b' + at % 20)));
    }

    CHECK_EQ(snapshot->get(Table::queue_messages, message_key(1)).bytes(), Bytes(30'000, 'a'));
}
