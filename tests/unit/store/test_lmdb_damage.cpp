#include <doctest/doctest.h>

#include "broker/base/random_source.hpp"
#include "broker/store/check.hpp"
#include "broker/store/lmdb_file.hpp"
#include "broker/store/seal.hpp"
#include "tests/unit/store/lmdb_fixture.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::test;

namespace {

struct DamageFixture : LmdbFixture {
    DamageFixture() {
        open();
        put(messages, message_key(1), "sound-1");
        put(messages, message_key(3), "sound-3");
    }

    /// Flips one bit wherever the text lies in the file, in old pages too.
    void flip_bit_in(const std::string& text) {
        close();
        auto content = file_content();
        std::size_t flipped = 0;
        for (auto at = content.find(text); at != std::string::npos; at = content.find(text, at + 1)) {
            content[at + text.size() / 2] ^= 0x10;
            ++flipped;
        }
        REQUIRE(flipped > 0);
        write_file(content);
        open();
    }

    /// Works on the rows below the store's own interface.
    template <class Work>
    void change_rows(Work work) {
        close();
        {
            const auto file = lmdb::open_file(data, 1u << 26, lmdb::Access::read_write);
            auto transaction = lmdb::begin_write(file.environment.get());
            work(lmdb::open_cursor(transaction.get(), file.tables[static_cast<std::size_t>(messages)]));
            lmdb::commit_and_settle(file.environment.get(), std::move(transaction));
        }
        open();
    }

    Value read(std::uint64_t sequence) {
        snapshot = lmdb->begin_read();
        return snapshot->get(messages, message_key(sequence));
    }

    /// Whether a cursor appends the value; it leaves no byte of a damaged one.
    bool append(std::uint64_t sequence) {
        snapshot = lmdb->begin_read();
        const auto cursor = snapshot->cursor(messages);
        REQUIRE(cursor->seek(message_key(sequence)));
        Bytes to = "before";
        const bool appended = cursor->append_value(to, 2);
        CHECK_EQ(appended, to != "before");
        return appended;
    }

    FolderReport check() {
        snapshot.reset();
        close();
        return check_folder(data);
    }

    std::unique_ptr<ReadTransaction> snapshot;
};

Bytes piece_key(std::uint64_t sequence, std::uint16_t index) {
    return Bytes(Key().raw(LmdbFixture::message_key(sequence)).u16(index).view());
}

}  // namespace

TEST_CASE_FIXTURE(DamageFixture, "a flipped bit is told and never served") {
    put(messages, message_key(2), "a body that will be hurt");

    flip_bit_in("a body that will be hurt");

    CHECK(read(2).damaged());
    CHECK_EQ(read(1).bytes(), "sound-1");
    CHECK_EQ(read(3).bytes(), "sound-3");
    const auto cursor = snapshot->cursor(messages);
    REQUIRE(cursor->seek(message_key(2)));
    CHECK(cursor->value().damaged());
    REQUIRE(cursor->next());
    CHECK_EQ(cursor->value().bytes(), "sound-3");
}

TEST_CASE_FIXTURE(DamageFixture, "the check names the damaged row and counts the others") {
    put(messages, message_key(2), "a body that will be hurt");
    put(messages, message_key(4), Bytes(20'000, 'x'));
    flip_bit_in("a body that will be hurt");

    const auto report = check();

    CHECK_FALSE(report.sound());
    REQUIRE_EQ(report.damaged.size(), 1);
    CHECK_EQ(report.damaged[0].table, "queue_messages");
    CHECK_EQ(report.damaged[0].key, "storage 7, sequence 2");
    CHECK_EQ(report.damaged[0].fault, "does not match its checksum");
    const auto& table = report.tables[static_cast<std::size_t>(messages)];
    CHECK_EQ(table.values, 4);
    CHECK_EQ(table.rows, 4 + further_rows(20'000));
    CHECK_EQ(table.damaged, 1);
}

TEST_CASE_FIXTURE(DamageFixture, "a sound folder has nothing to tell") {
    put(messages, message_key(2), Bytes(20'000, 'x'));

    const auto report = check();

    CHECK(report.sound());
    CHECK_EQ(report.tables.size(), table_count);
    CHECK(report.used_bytes > 0);
    CHECK(report.file_bytes >= report.used_bytes);
}

TEST_CASE_FIXTURE(DamageFixture, "a flipped bit deep in a long value is told") {
    put(messages, message_key(2), Bytes(50'000, 'x') + "deep inside" + Bytes(50'000, 'y'));

    flip_bit_in("deep inside");

    CHECK(read(2).damaged());
    CHECK_FALSE(append(2));
    CHECK(append(3));
    CHECK_EQ(check().damaged[0].fault, "has lost one of its pieces or does not match its checksum");
}

TEST_CASE_FIXTURE(DamageFixture, "a long value without one of its pieces is damaged") {
    put(messages, message_key(2), Bytes(50'000, 'x'));

    change_rows([](MDB_cursor* cursor) {
        lmdb::Row row;
        REQUIRE(lmdb::find(cursor, piece_key(2, 5), row));
        lmdb::erase(cursor);
    });

    CHECK(read(2).damaged());
    CHECK_EQ(check().damaged_count, 1);
}

TEST_CASE_FIXTURE(DamageFixture, "a long value whose pieces were mixed up is damaged") {
    put(messages, message_key(2), Bytes(4'071, 'a') + Bytes(4'080, 'b') + Bytes(4'080, 'c') + "d");

    change_rows([](MDB_cursor* cursor) {
        lmdb::put(cursor, piece_key(2, 1), Bytes(4'080, 'c'));
        lmdb::put(cursor, piece_key(2, 2), Bytes(4'080, 'b'));
    });

    CHECK(read(2).damaged());
}

TEST_CASE_FIXTURE(DamageFixture, "a value under another's key is damaged") {
    put(messages, message_key(2), "moved");

    change_rows([](MDB_cursor* cursor) {
        lmdb::Row row;
        REQUIRE(lmdb::find(cursor, message_key(2), row));
        const Bytes value(row.value);
        lmdb::put(cursor, message_key(4), value);
    });

    CHECK(read(4).damaged());
    CHECK_EQ(read(2).bytes(), "moved");
}

TEST_CASE_FIXTURE(DamageFixture,
                  "pieces whose first row is gone are passed over, told, and go when the key is used again") {
    put(messages, message_key(2), Bytes(50'000, 'x'));

    change_rows([](MDB_cursor* cursor) {
        lmdb::Row row;
        REQUIRE(lmdb::find(cursor, message_key(2), row));
        lmdb::erase(cursor);
    });

    CHECK(read(2).absent());
    auto cursor = snapshot->cursor(messages);
    REQUIRE(cursor->seek(message_key(2)));
    CHECK_EQ(cursor->key(), message_key(3));
    REQUIRE(cursor->previous());
    CHECK_EQ(cursor->key(), message_key(1));
    REQUIRE(cursor->next());
    CHECK_EQ(cursor->key(), message_key(3));
    cursor.reset();
    const auto report = check();
    CHECK_EQ(report.damaged_count, further_rows(50'000));
    CHECK_EQ(report.damaged[0].fault, "is a piece of a value that is not there");
}

TEST_CASE_FIXTURE(DamageFixture, "a damaged value can be erased and replaced, pieces and all") {
    put(messages, message_key(2), Bytes(50'000, 'x'));
    put(messages, message_key(4), Bytes(50'000, 'y'));
    change_rows([](MDB_cursor* cursor) {
        lmdb::put(cursor, message_key(2), "\x09no seal");
        lmdb::put(cursor, message_key(4), "\x09no seal");
    });

    CHECK(erase(messages, message_key(2)));
    put(messages, message_key(4), "whole again");

    CHECK_EQ(read(4).bytes(), "whole again");
    CHECK_EQ(snapshot->rows(messages), 3);
    CHECK(check().sound());
}

TEST_CASE_FIXTURE(DamageFixture, "the check names rows of consumer groups so that people find them") {
    const auto group = Key().u32(3);
    put(Table::groups, group.view(), "a group that will be hurt");
    put(Table::group_members, Key(group).u64(0x0123456789abcdef).view(), "a member that will be hurt");
    put(Table::group_offsets, Key(group).u32(7).u32(1).view(), "an offset that will be hurt");
    flip_bit_in("that will be hurt");

    const auto report = check();

    REQUIRE_EQ(report.damaged.size(), 3);
    CHECK_EQ(report.damaged[0].key, "consumer group 3");
    CHECK_EQ(report.damaged[1].key, "consumer group 3, member 0123456789abcdef");
    CHECK_EQ(report.damaged[2].key, "consumer group 3, stream 7, partition 1");
}

TEST_CASE_FIXTURE(DamageFixture, "a row of an ordinary table with a key of a wrong length is told") {
    close();
    {
        const auto file = lmdb::open_file(data, 1u << 26, lmdb::Access::read_write);
        auto transaction = lmdb::begin_write(file.environment.get());
        const auto handle = file.tables[static_cast<std::size_t>(Table::queue_counters)];
        lmdb::put(lmdb::open_cursor(transaction.get(), handle), "\x01\x02\xAB", "counters");
        lmdb::commit_and_settle(file.environment.get(), std::move(transaction));
    }

    const auto report = check_folder(data);

    REQUIRE_EQ(report.damaged.size(), 1);
    CHECK_EQ(report.damaged[0].table, "queue_counters");
    CHECK_EQ(report.damaged[0].key, "0102ab");
    CHECK_EQ(report.damaged[0].fault, "has a key of a wrong length");
}

TEST_CASE_FIXTURE(DamageFixture, "what is no data folder is refused by the check with a sentence") {
    CHECK_THROWS_WITH_AS(
        check_folder(folder.path()),
        ("The folder " + folder.path() + " has no data file tern.mdb; name a broker's data folder.").c_str(),
        StoreFailure);
    close();
    write_file("garbage");
    CHECK_THROWS_AS(check_folder(data), StoreFailure);
}

TEST_CASE_FIXTURE(DamageFixture, "the check survives whatever it finds in the file") {
    for (std::uint64_t at = 0; at < 300; ++at) put(messages, message_key(at), Bytes(at % 50 == 0 ? 9'000 : at, 'x'));
    const auto used_bytes = check().used_bytes;
    const auto sound = file_content();
    SeededRandom random(1);

    int told = 0;
    for (int round = 0; round < 200; ++round) {
        const auto page = 8192 + random.below((used_bytes - 8192) / 4096) * 4096;
        const auto before = sound.substr(page, 4096);
        auto damaged = before;
        if (round % 2 == 0) {
            damaged[random.below(64)] = static_cast<char>(random.next());
        } else {
            for (auto& byte : damaged) byte = static_cast<char>(random.next());
        }
        write_at(page, damaged);
        if (!check_folder(data).sound()) ++told;
        write_at(page, before);
    }
    CHECK(check_folder(data).sound());

    // Half of the pages at least are in use.
    CHECK(told > 50);
}

TEST_CASE_FIXTURE(DamageFixture, "a snapshot of a folder reads what is in it") {
    close();

    const FolderSnapshot outside(data);

    CHECK_EQ(outside.transaction().get(messages, message_key(1)).bytes(), "sound-1");
    CHECK_EQ(outside.transaction().rows(messages), 2);
}
