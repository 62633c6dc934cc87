#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>

#include "broker/store/check.hpp"
#include "broker/store/format.hpp"
#include "broker/store/lmdb_calls.hpp"
#include "tests/unit/store/lmdb_fixture.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::test;

namespace {

unsigned mode_of(const std::string& path) {
    struct stat status {};
    REQUIRE_EQ(::stat(path.c_str(), &status), 0);
    return status.st_mode & 0777u;
}

bool says(const std::string& sentence, const std::string& part) {
    return sentence.find(part) != std::string::npos;
}

/// The tables of format version 1, as its brokers made them.
constexpr const char* tables_of_version_1[] = {"meta",
                                               "catalog",
                                               "queues",
                                               "queue_counters",
                                               "queue_messages",
                                               "queue_schedule",
                                               "queue_positions",
                                               "fifo_groups",
                                               "fifo_order",
                                               "fifo_delayed",
                                               "deduplication",
                                               "receive_attempts",
                                               "dead_letter_sources",
                                               "move_tasks",
                                               "agenda"};

/// What version 2 brought.
constexpr const char* tables_of_version_2[] = {"streams",      "stream_partitions", "stream_log",
                                               "stream_times", "stream_producers",  "stream_groups",
                                               "groups",       "group_members",     "group_offsets"};

/// What version 3 brought.
constexpr const char* tables_of_version_3[] = {"topics", "subscriptions", "subscription_counters", "retained_subjects",
                                               "retained"};

struct OldVersionFixture : LmdbFixture {
    void make_version_1(bool with_agenda = true) const { make(1, with_agenda); }
    void make_version_2() const { make(2, true); }
    void make_version_3() const { make(3, true); }

    void make(std::uint32_t version, bool with_agenda) const {
        std::filesystem::create_directories(data);
        const auto environment = lmdb::open_environment(data_file_in(data), 1u << 20, lmdb::Access::read_write);
        auto transaction = lmdb::begin_write(environment.get());
        for (const std::string name : tables_of_version_1)
            if (with_agenda || name != "agenda") lmdb::open_table(transaction.get(), name.c_str(), true);
        if (version >= 2)
            for (const auto* name : tables_of_version_2) lmdb::open_table(transaction.get(), name, true);
        if (version >= 3)
            for (const auto* name : tables_of_version_3) lmdb::open_table(transaction.get(), name, true);
        const auto put_row = [&](const char* table, BytesView key, BytesView value) {
            lmdb::put(lmdb::open_cursor(transaction.get(), *lmdb::open_table(transaction.get(), table, false)), key,
                      value);
        };
        put_row("meta", format_key, format_row(version));
        put_row("catalog", "a", "1");
        if (version >= 2) put_row("stream_times", Bytes(16, 't'), "2");
        lmdb::commit(std::move(transaction));
    }
};

}  // namespace

TEST_CASE_FIXTURE(LmdbFixture, "a folder that is not there is made, for its owner only") {
    data = folder.at("a/b/data");

    open();

    CHECK_EQ(mode_of(data), 0700u);
    CHECK_EQ(mode_of(data_file_in(data)), 0600u);
    CHECK_EQ(mode_of(data + "/tern.lock"), 0600u);
}

TEST_CASE_FIXTURE(LmdbFixture, "what was committed is there after closing and opening") {
    open();
    put(Table::catalog, "a", "1");
    put(Table::queue_messages, message_key(1), Bytes(100'000, 'x'));
    close();

    open();

    CHECK_EQ(lmdb->begin_read()->get(Table::catalog, "a").bytes(), "1");
    CHECK_EQ(lmdb->begin_read()->get(Table::queue_messages, message_key(1)).bytes(), Bytes(100'000, 'x'));
}

TEST_CASE_FIXTURE(LmdbFixture, "what a start left half made is made anew") {
    std::filesystem::create_directories(data);
    std::ofstream(data + "/tern.mdb.new") << "half";

    open();

    CHECK_FALSE(std::filesystem::exists(data + "/tern.mdb.new"));
}

TEST_CASE_FIXTURE(LmdbFixture, "a folder that a broker uses is refused to a second one") {
    open();

    CHECK_THROWS_WITH_AS(LmdbStore::open(data),
                         ("Cannot use the data folder " + data +
                          ": another broker is using it; stop that broker or choose another folder.")
                             .c_str(),
                         StoreFailure);
    close();

    CHECK_EQ(refusal(), "");
}

TEST_CASE_FIXTURE(LmdbFixture, "a folder of a newer version is refused") {
    open();
    put(Table::meta, format_key, format_row(format_version + 1));
    close();

    CHECK_EQ(refusal(), "Cannot use the data folder " + data +
                            ": it was written by a newer Tern (format 6, this one knows 5); start that version.");
}

TEST_CASE_FIXTURE(LmdbFixture, "a folder of an older version that cannot be upgraded is refused") {
    open();
    put(Table::meta, format_key, format_row(0));
    close();

    CHECK_EQ(refusal(), "Cannot use the data folder " + data +
                            ": it was written by an older Tern (format 0) that this one cannot upgrade; "
                            "start that version.");
}

TEST_CASE_FIXTURE(OldVersionFixture, "a folder of version 1 is upgraded by a start and keeps what it holds") {
    make_version_1();

    open();

    CHECK_EQ(lmdb->begin_read()->get(Table::catalog, "a").bytes(), "1");
    CHECK_EQ(lmdb->begin_read()->get(Table::meta, format_key).bytes(), format_row());
    put(Table::stream_log, Bytes(16, 'k'), Bytes(10'000, 'x'));
    close();
    open();
    CHECK_EQ(lmdb->begin_read()->get(Table::stream_log, Bytes(16, 'k')).bytes(), Bytes(10'000, 'x'));
}

TEST_CASE_FIXTURE(OldVersionFixture, "a folder of version 2 is upgraded by a start and keeps what it holds") {
    make_version_2();

    open();

    CHECK_EQ(lmdb->begin_read()->get(Table::catalog, "a").bytes(), "1");
    CHECK_EQ(lmdb->begin_read()->get(Table::stream_times, Bytes(16, 't')).bytes(), "2");
    CHECK_EQ(lmdb->begin_read()->get(Table::meta, format_key).bytes(), format_row());
    put(Table::retained, Bytes(12, 'k'), Bytes(10'000, 'x'));
    close();
    open();
    CHECK_EQ(lmdb->begin_read()->get(Table::retained, Bytes(12, 'k')).bytes(), Bytes(10'000, 'x'));
}

TEST_CASE_FIXTURE(OldVersionFixture, "a folder of version 3 is upgraded by a start and keeps what it holds") {
    make_version_3();

    open();

    CHECK_EQ(lmdb->begin_read()->get(Table::catalog, "a").bytes(), "1");
    CHECK_EQ(lmdb->begin_read()->get(Table::meta, format_key).bytes(), format_row());
}

TEST_CASE_FIXTURE(LmdbFixture, "a folder of version 4, which differs in its seals alone, is upgraded") {
    open();
    put(Table::catalog, "a", "1");
    put(Table::meta, format_key, format_row(4));
    close();
    for (const std::uint64_t at : {512, 4608}) write_at(at, std::string(3584, '\0'));

    open();

    CHECK_EQ(lmdb->begin_read()->get(Table::catalog, "a").bytes(), "1");
    CHECK_EQ(lmdb->begin_read()->get(Table::meta, format_key).bytes(), format_row());
    CHECK(lmdb->warnings().empty());
}

TEST_CASE_FIXTURE(OldVersionFixture, "a folder of version 1 that lacks a table is not completed by the upgrade") {
    make_version_1(false);

    CHECK(says(refusal(), "one of its tables is missing"));
}

TEST_CASE_FIXTURE(OldVersionFixture, "a check of a folder of version 1 says what to do and changes nothing") {
    make_version_1();
    const auto before = file_content();

    CHECK_THROWS_WITH_AS(check_folder(data),
                         ("Cannot use the data folder " + data +
                          ": it was written by an older Tern (format 1); start a broker of this version on it once, "
                          "which upgrades it, or use that version.")
                             .c_str(),
                         StoreFailure);
    CHECK_EQ(file_content(), before);
}

TEST_CASE_FIXTURE(LmdbFixture, "an LMDB file without the format row is refused") {
    open();
    erase(Table::meta, format_key);
    close();

    CHECK(says(refusal(), data + ": its tern.mdb was not written by Tern; choose another folder."));
}

TEST_CASE_FIXTURE(LmdbFixture, "somebody else's LMDB file is refused and left as it is") {
    std::filesystem::create_directories(data);
    {
        const auto environment = lmdb::open_environment(data_file_in(data), 1u << 20, lmdb::Access::read_write);
        auto transaction = lmdb::begin_write(environment.get());
        const auto table = lmdb::open_table(transaction.get(), "theirs", true);
        lmdb::put(lmdb::open_cursor(transaction.get(), *table), "key", "value");
        lmdb::commit(std::move(transaction));
    }
    const auto before = file_content();

    CHECK(says(refusal(), "was not written by Tern"));
    CHECK_EQ(file_content(), before);
}

TEST_CASE_FIXTURE(LmdbFixture, "a file that is not LMDB's is refused and left as it is") {
    std::filesystem::create_directories(data);
    for (const auto& content :
         {std::string(), std::string("hello"), std::string(100'000, 'x'), std::string(8192, '\0')}) {
        write_file(content);

        const auto sentence = refusal();

        CHECK(says(sentence, data));
        CHECK(says(sentence, "it does not begin as an LMDB file does; choose another data folder"));
        CHECK_EQ(file_content(), content);
    }
}

TEST_CASE_FIXTURE(LmdbFixture, "a file that was cut off is refused") {
    open();
    put(Table::queue_messages, message_key(1), Bytes(1'000'000, 'x'));
    close();
    const auto whole = file_content();

    for (const std::size_t length : {100'000, 12'288, 8'192}) {
        write_file(whole.substr(0, length));
        CHECK(says(refusal(), "it is " + std::to_string(length) + " bytes long and should be "));
    }
    write_file(whole.substr(0, 4'100));
    CHECK(says(refusal(), "its second header page is damaged"));
}

TEST_CASE_FIXTURE(LmdbFixture, "a folder in the place of the data file is refused") {
    std::filesystem::create_directories(data_file_in(data));

    CHECK(says(refusal(), "it is not an ordinary file"));
}

TEST_CASE_FIXTURE(LmdbFixture, "a file in the place of the data folder is refused") {
    std::ofstream(data) << "x";

    CHECK(says(refusal(), "data folder " + data));
}

TEST_CASE_FIXTURE(LmdbFixture, "a folder on a local disk gives no warning") {
    CHECK(file_system_warnings(folder.path()).empty());
}

TEST_CASE("a file system that may not keep its promises is told") {
    // /proc is none of those; a folder that is not there has none either.
    CHECK(file_system_warnings("/proc").empty());
    CHECK(file_system_warnings("/no/such/folder").empty());
}
