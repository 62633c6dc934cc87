#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "broker/store/check.hpp"
#include "broker/store/last_commit.hpp"
#include "broker/store/sealed_commits.hpp"
#include "tests/unit/store/lmdb_fixture.hpp"

using namespace tern;
using namespace tern::store;
using namespace tern::test;

namespace {

/// Called before each flush, while there is one.
std::function<void()> before_flush;

}  // namespace

/// In front of the C library's.
extern "C" int fdatasync(int fd) {
    if (before_flush) before_flush();
    return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

namespace {

constexpr std::size_t page_bytes = 4096;
constexpr std::size_t pages_of_headers = 2;
/// A file that is read and written whole, often.
constexpr LmdbOptions small{.reserve_bytes = 256u << 10};

/// A store before a commit and after it, byte by byte, as a power cut would meet it.
struct CutFixture : LmdbFixture {
    CutFixture() {
        open(small);
        commit([](WriteTransaction& transaction) {
            for (std::uint64_t i = 0; i < 500; ++i) transaction.put(messages, message_key(i), Bytes(300, 'a'));
        });
    }

    /// What `change` commits, in one transaction.
    template <class Change>
    void commit(Change change) {
        before = file_content();
        const auto transaction = lmdb->begin_write();
        change(*transaction);
        CHECK(transaction->commit() == Durability::durable);
        after = file_content();
        before.resize(after.size());
    }
    void commit_some() {
        commit([](WriteTransaction& transaction) {
            for (std::uint64_t i = 0; i < 500; i += 50) transaction.put(messages, message_key(i), Bytes(300, 'b'));
            transaction.put(messages, message_key(1000), Bytes(20'000, 'c'));
        });
    }

    std::vector<std::size_t> changed_pages() const {
        std::vector<std::size_t> pages;
        for (auto page = pages_of_headers; page * page_bytes < after.size(); ++page)
            if (before.compare(page * page_bytes, page_bytes, after, page * page_bytes, page_bytes) != 0)
                pages.push_back(page);
        return pages;
    }
    /// Of the seal that is newer.
    CommitSeal last_seal() const { return last_seal_in(after); }
    static CommitSeal last_seal_in(const std::string& image) {
        std::optional<CommitSeal> last;
        for (const std::uint64_t transaction : {0, 1}) {
            const auto at = seal_offset(transaction, page_bytes);
            auto seal = decode_seal(BytesView(image).substr(at, page_bytes - seal_at));
            if (seal && (!last || seal->transaction > last->transaction)) last = std::move(seal);
        }
        REQUIRE(last);
        return *last;
    }

    /// `after`, but for some bytes that did not get to the disk.
    std::string without(std::size_t at, std::size_t bytes) const {
        auto image = after;
        image.replace(at, bytes, before, at, bytes);
        return image;
    }

    /// What a start makes of the image: 'b' or 'a', as the rows say; '?' when it is neither the one nor the other.
    char opened_on(const std::string& image) {
        LmdbFixture other;
        std::filesystem::create_directories(other.data);
        other.write_file(image);
        CHECK(check_folder(other.data).sound());
        other.open(small);
        const auto snapshot = other.lmdb->begin_read();
        const char first = snapshot->get(messages, message_key(0)).bytes().front();
        for (std::uint64_t i = 0; i < 500; i += 50) {
            const auto value = snapshot->get(messages, message_key(i));
            if (!value || value.bytes() != Bytes(300, first)) return '?';
        }
        return snapshot->get(messages, message_key(1000)).absent() == (first == 'a') ? first : '?';
    }

    LastCommit judged(const std::string& image) {
        const auto file = folder.at("image");
        std::ofstream(file, std::ios::binary | std::ios::trunc) << image;
        return judge_last_commit(file);
    }

    std::string before;
    std::string after;
};

}  // namespace

TEST_CASE_FIXTURE(CutFixture, "every page that a commit changes is in its seal") {
    const auto is_sealed = [&](std::size_t page) {
        const auto seal = last_seal();
        return std::ranges::any_of(seal.ranges, [&](const FileRange& range) {
            return range.offset <= page * page_bytes && (page + 1) * page_bytes <= range.offset + range.bytes;
        });
    };
    const auto check = [&] {
        const auto pages = changed_pages();
        CHECK_GT(pages.size(), 2);
        for (const auto page : pages) CHECK(is_sealed(page));
    };

    commit([](WriteTransaction& transaction) { transaction.put(messages, message_key(7), "x"); });
    check();
    commit_some();
    check();
    commit([](WriteTransaction& transaction) {
        for (std::uint64_t i = 0; i < 400; ++i) transaction.erase(messages, message_key(i));
    });
    check();
    commit([](WriteTransaction& transaction) {
        for (std::uint64_t i = 0; i < 20; ++i) transaction.put(messages, message_key(2000 + i), Bytes(100'000, 'l'));
    });
    check();
}

TEST_CASE_FIXTURE(CutFixture, "a commit of which a page did not get to the disk is undone") {
    commit_some();
    CHECK(judged(after) == LastCommit::whole);
    CHECK_EQ(opened_on(after), 'b');

    for (const auto page : changed_pages()) {
        CAPTURE(page);
        const auto image = without(page * page_bytes, page_bytes);
        CHECK(judged(image) == LastCommit::cut_off);
        CHECK_EQ(opened_on(image), 'a');
        // Half of it is not enough either.
        CHECK_EQ(opened_on(without(page * page_bytes, page_bytes / 2)), 'a');
    }
}

TEST_CASE_FIXTURE(CutFixture, "a commit without its seal is undone, and one without its header page never was") {
    commit_some();
    const auto header = last_seal().transaction % 2 * page_bytes;

    CHECK(judged(without(header + seal_at, page_bytes - seal_at)) == LastCommit::cut_off);
    CHECK_EQ(opened_on(without(header + seal_at, page_bytes - seal_at)), 'a');
    CHECK(judged(without(header, seal_at)) == LastCommit::whole);
    CHECK_EQ(opened_on(without(header, seal_at)), 'a');
}

TEST_CASE_FIXTURE(CutFixture, "undoing may itself be cut off, and what follows may be, too") {
    commit_some();
    const auto page = changed_pages().front();
    const auto image = without(page * page_bytes, page_bytes);
    const auto header = last_seal().transaction % 2 * page_bytes;
    const auto file = folder.at("undone");
    std::ofstream(file, std::ios::binary) << image;
    REQUIRE(undo_cut_off_commit(file));
    CHECK_FALSE(undo_cut_off_commit(file));

    std::ifstream stream(file, std::ios::binary);
    const std::string undone{std::istreambuf_iterator<char>(stream), {}};
    CHECK_EQ(opened_on(undone), 'a');
    for (const auto& [at, bytes] : {std::pair{header, seal_at}, std::pair{header + seal_at, page_bytes - seal_at}}) {
        auto half = undone;
        half.replace(at, bytes, image, at, bytes);
        CHECK_EQ(opened_on(half), 'a');
    }
}

TEST_CASE_FIXTURE(CutFixture, "after a start that undid something, commits go on, and are undone in their turn") {
    commit_some();
    const auto image = without(changed_pages().back() * page_bytes, page_bytes);
    close();
    write_file(image);

    open(small);
    REQUIRE_EQ(lmdb->warnings().size(), 1);
    CHECK_NE(lmdb->warnings().front().find("undone"), std::string::npos);
    commit_some();
    CHECK_EQ(opened_on(after), 'b');
    CHECK_EQ(opened_on(without(changed_pages().front() * page_bytes, page_bytes)), 'a');
}

TEST_CASE_FIXTURE(CutFixture,
                  "a start flushes what a killed process may have left in memory, before a seal calls it durable") {
    commit_some();
    LmdbFixture other;
    std::filesystem::create_directories(other.data);
    other.write_file(after);
    std::vector<bool> called_durable;
    before_flush = [&] { called_durable.push_back(last_seal_in(other.file_content()).ranges.empty()); };

    other.open(small);
    before_flush = nullptr;

    CHECK_EQ(called_durable, std::vector<bool>{false, true});
}

TEST_CASE_FIXTURE(CutFixture, "what is wrong after an end in good order is damage, and is not undone") {
    commit_some();
    const auto page = changed_pages().back();
    close();

    auto content = file_content();
    CHECK(judged(content) == LastCommit::whole);
    content[page * page_bytes + 100] = static_cast<char>(content[page * page_bytes + 100] ^ 1);
    CHECK(judged(content) == LastCommit::whole);
}

TEST_CASE_FIXTURE(CutFixture, "a backup has no seals and needs none") {
    commit_some();
    const auto path = folder.at("backup");
    lmdb->backup(path);
    CHECK(judge_last_commit(data_file_in(path)) == LastCommit::unknown);
    CHECK_FALSE(undo_cut_off_commit(data_file_in(path)));
    CHECK_EQ(LmdbStore::open(path, small)->begin_read()->get(messages, message_key(0)).bytes().front(), 'b');
}

TEST_CASE("what is no data file is left alone") {
    TemporaryFolder folder;
    CHECK_FALSE(undo_cut_off_commit(folder.at("none")));
    std::ofstream(folder.at("text")) << std::string(20'000, 'x');
    CHECK_FALSE(undo_cut_off_commit(folder.at("text")));
}

namespace {

/// Writes as LMDB does, to a file that is none of LMDB's.
struct SealedFixture {
    SealedFixture() { REQUIRE_GE(descriptor, 0); }
    ~SealedFixture() { ::close(descriptor); }

    void write(std::uint64_t at, std::size_t bytes) {
        Bytes content(bytes, 'x');
        const iovec piece{content.data(), content.size()};
        REQUIRE_EQ(::lseek(descriptor, static_cast<off_t>(at), SEEK_SET), static_cast<off_t>(at));
        REQUIRE_EQ(::writev(descriptor, &piece, 1), static_cast<ssize_t>(bytes));
    }
    void write_header(std::uint64_t transaction) { write(transaction % 2 * page_bytes + 32, 120); }

    std::optional<CommitSeal> seal(std::uint64_t transaction) const {
        Bytes bytes(page_bytes - seal_at, '\0');
        const auto count =
            ::pread(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(seal_offset(transaction, page_bytes)));
        return count < 0 ? std::nullopt : decode_seal(bytes);
    }

    TemporaryFolder folder;
    int descriptor = ::open(folder.at("file").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    SealedCommits seals{descriptor, page_bytes};
};

}  // namespace

TEST_CASE_FIXTURE(SealedFixture, "neighbouring pages are one range, and the header comes last") {
    seals.begin();
    write(4 * page_bytes, page_bytes);
    write(5 * page_bytes, 2 * page_bytes);
    write(9 * page_bytes, page_bytes);
    write_header(6);
    seals.finish(6);

    REQUIRE(seal(6));
    CHECK_EQ(seal(6)->ranges,
             std::vector<FileRange>{{4 * page_bytes, 3 * page_bytes}, {9 * page_bytes, page_bytes}, {32, 120}});
    CHECK_EQ(seal(6)->transaction, 6);
}

TEST_CASE_FIXTURE(SealedFixture, "what no seal can vouch for is flushed before its seal is written") {
    seals.begin();
    SUBCASE("more ranges than there is room for") {
        for (std::uint64_t page = 2; page < 5000; page += 2) write(page * page_bytes, page_bytes);
        write_header(7);
    }
    SUBCASE("pages out of their order, so that one may have been written twice") {
        write(5 * page_bytes, page_bytes);
        write(4 * page_bytes, page_bytes);
        write_header(7);
    }
    SUBCASE("a page after the header") {
        write(4 * page_bytes, page_bytes);
        write_header(7);
        write(5 * page_bytes, page_bytes);
    }
    SUBCASE("a page before the commit itself") {
        write(4 * page_bytes, page_bytes);
        seals.begin_commit();
        write(5 * page_bytes, page_bytes);
        write_header(7);
    }
    SUBCASE("a header alone") {
        write_header(7);
    }
    SUBCASE("nothing that was seen") {}
    seals.finish(7);

    REQUIRE(seal(7));
    CHECK_EQ(seal(7)->transaction, 7);
    CHECK(seal(7)->ranges.empty());
}

TEST_CASE_FIXTURE(SealedFixture,
                  "a sealed commit is one flush; what needs no check is flushed before it is called so") {
    std::vector<bool> sealed;
    before_flush = [&] { sealed.push_back(seal(7).has_value()); };
    SUBCASE("sealed") {
        seals.begin();
        write(4 * page_bytes, page_bytes);
        write_header(7);
        seals.finish(7);
        CHECK_EQ(sealed, std::vector<bool>{true});
    }
    SUBCASE("not seen") {
        seals.begin();
        seals.finish(7);
        CHECK_EQ(sealed, std::vector<bool>{false, true});
    }
    SUBCASE("settled") {
        seals.settle(7);
        CHECK_EQ(sealed, std::vector<bool>{false, true});
    }
    before_flush = nullptr;
}

TEST_CASE_FIXTURE(SealedFixture, "what was undone is not in the next seal") {
    seals.begin();
    write(4 * page_bytes, page_bytes);
    seals.abandon();
    write(5 * page_bytes, page_bytes);
    seals.begin();
    write(6 * page_bytes, page_bytes);
    write_header(8);
    seals.finish(8);

    CHECK_EQ(seal(8)->ranges, std::vector<FileRange>{{6 * page_bytes, page_bytes}, {32, 120}});
}
