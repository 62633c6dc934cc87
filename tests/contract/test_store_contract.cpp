#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "broker/store/format.hpp"
#include "broker/store/keys.hpp"
#include "broker/store/seal.hpp"
#include "tests/contract/stores_under_test.hpp"

// What every store promises (broker/store/store.hpp), held against each implementation alike.

using namespace tern;
using namespace tern::store;
using namespace tern::test;

TYPE_TO_STRING(MemoryUnderTest);
TYPE_TO_STRING(LmdbUnderTest);
TYPE_TO_STRING(FaultUnderTest);

namespace {

constexpr auto plain = Table::catalog;
constexpr auto sealed = Table::queue_messages;

Bytes message_key(std::uint64_t sequence) {
    return Bytes(Key().u32(7).u64(sequence).view());
}

/// Bytes that differ at every place and from one seed to the next.
Bytes value_of_size(std::size_t bytes, unsigned seed = 1) {
    Bytes value(bytes, '\0');
    for (std::size_t at = 0; at < bytes; ++at) value[at] = static_cast<char>((at * 31 + at / 251 + seed * 97) & 0xFF);
    return value;
}

void put(Store& store, Table table, BytesView key, BytesView value) {
    const auto transaction = store.begin_write();
    transaction->put(table, key, value);
    transaction->commit();
}

bool erase(Store& store, Table table, BytesView key) {
    const auto transaction = store.begin_write();
    const bool there = transaction->erase(table, key);
    transaction->commit();
    return there;
}

Bytes read(Store& store, Table table, BytesView key) {
    const auto snapshot = store.begin_read();
    const auto value = snapshot->get(table, key);
    return value ? Bytes(value.bytes()) : Bytes("(none)");
}

std::uint64_t rows(Store& store, Table table) {
    return store.begin_read()->rows(table);
}

std::vector<Bytes> keys_forward(const ReadTransaction& transaction, Table table) {
    std::vector<Bytes> keys;
    const auto cursor = transaction.cursor(table);
    for (bool there = cursor->seek(""); there; there = cursor->next()) keys.emplace_back(cursor->key());
    return keys;
}

std::vector<Bytes> keys_backward(const ReadTransaction& transaction, Table table) {
    std::vector<Bytes> keys;
    const auto cursor = transaction.cursor(table);
    for (bool there = cursor->seek_before("\xFF\xFF"); there; there = cursor->previous()) {
        keys.emplace_back(cursor->key());
    }
    return keys;
}

}  // namespace

#define TERN_STORES MemoryUnderTest, LmdbUnderTest, FaultUnderTest

TEST_CASE_TEMPLATE("a new store holds the format row and nothing else", Under, TERN_STORES) {
    Under under;

    CHECK_EQ(read(under.get(), Table::meta, format_key), format_row());
    for (std::size_t at = 0; at < table_count; ++at) {
        const auto table = static_cast<Table>(at);
        CHECK_EQ(rows(under.get(), table), table == Table::meta ? 1 : 0);
    }
}

TEST_CASE_TEMPLATE("a value that was put is read, replaced and erased", Under, TERN_STORES) {
    Under under;
    auto& store = under.get();

    put(store, plain, "name", "one");
    CHECK_EQ(read(store, plain, "name"), "one");
    put(store, plain, "name", "another");
    CHECK_EQ(read(store, plain, "name"), "another");
    CHECK_EQ(rows(store, plain), 1);
    CHECK(erase(store, plain, "name"));

    CHECK(store.begin_read()->get(plain, "name").absent());
    CHECK_FALSE(erase(store, plain, "name"));
    CHECK_EQ(rows(store, plain), 0);
}

TEST_CASE_TEMPLATE("an empty value is there", Under, TERN_STORES) {
    Under under;

    put(under.get(), plain, "empty", "");
    put(under.get(), sealed, message_key(1), "");

    CHECK(under.get().begin_read()->get(plain, "empty"));
    CHECK(under.get().begin_read()->get(sealed, message_key(1)));
    CHECK_EQ(read(under.get(), sealed, message_key(1)), "");
}

TEST_CASE_TEMPLATE("tables do not see each other's rows", Under, TERN_STORES) {
    Under under;

    put(under.get(), Table::fifo_groups, "key", "value");

    CHECK(under.get().begin_read()->get(Table::fifo_order, "key").absent());
}

TEST_CASE_TEMPLATE("a write transaction sees its own writes and nobody else does before the commit", Under,
                   TERN_STORES) {
    Under under;
    auto& store = under.get();
    put(store, plain, "a", "old");

    const auto transaction = store.begin_write();
    transaction->put(plain, "a", "new");
    transaction->put(plain, "b", "more");

    CHECK_EQ(transaction->get(plain, "a").bytes(), "new");
    CHECK_EQ(transaction->rows(plain), 2);
    CHECK_EQ(keys_forward(*transaction, plain), std::vector<Bytes>{"a", "b"});
    CHECK_EQ(read(store, plain, "a"), "old");
    CHECK_EQ(rows(store, plain), 1);
}

TEST_CASE_TEMPLATE("a transaction that is not committed leaves nothing behind", Under, TERN_STORES) {
    Under under;
    auto& store = under.get();
    put(store, plain, "kept", "1");
    put(store, plain, "erased", "2");

    {
        const auto transaction = store.begin_write();
        transaction->put(plain, "kept", "changed");
        transaction->put(plain, "added", "3");
        transaction->erase(plain, "erased");
        transaction->put(sealed, message_key(1), value_of_size(100'000));
    }

    CHECK_EQ(keys_forward(*store.begin_read(), plain), std::vector<Bytes>{"erased", "kept"});
    CHECK_EQ(read(store, plain, "kept"), "1");
    CHECK_EQ(rows(store, sealed), 0);
}

TEST_CASE_TEMPLATE("a snapshot sees what was committed when it began", Under, TERN_STORES) {
    Under under;
    auto& store = under.get();
    put(store, plain, "a", "1");
    put(store, sealed, message_key(1), value_of_size(20'000, 1));

    const auto before = store.begin_read();
    put(store, plain, "a", "2");
    put(store, plain, "b", "2");
    put(store, sealed, message_key(1), value_of_size(30'000, 2));
    const auto after = store.begin_read();

    CHECK_EQ(before->get(plain, "a").bytes(), "1");
    CHECK_EQ(keys_forward(*before, plain), std::vector<Bytes>{"a"});
    CHECK_EQ(before->get(sealed, message_key(1)).bytes(), value_of_size(20'000, 1));
    CHECK_EQ(after->get(plain, "a").bytes(), "2");
    CHECK_EQ(after->get(sealed, message_key(1)).bytes(), value_of_size(30'000, 2));
}

TEST_CASE_TEMPLATE("rows are in the order of their keys' bytes", Under, TERN_STORES) {
    Under under;
    auto& store = under.get();

    const std::vector<Bytes> in_order{Bytes("\0", 1), Bytes("\0\1", 2), "A",       "AB", "B", "a",
                                      "\x7F",         "\x80",           "\xFE\xFF"};
    for (const auto at : {4, 0, 8, 2, 6, 1, 7, 3, 5}) put(store, plain, in_order[static_cast<std::size_t>(at)], "x");

    CHECK_EQ(keys_forward(*store.begin_read(), plain), in_order);
    CHECK_EQ(keys_backward(*store.begin_read(), plain), std::vector<Bytes>(in_order.rbegin(), in_order.rend()));
}

TEST_CASE_TEMPLATE("a cursor finds the first key not below and the last key below", Under, TERN_STORES) {
    Under under;
    for (const auto* key : {"b", "d", "f"}) put(under.get(), plain, key, key);
    const auto snapshot = under.get().begin_read();
    const auto cursor = snapshot->cursor(plain);

    REQUIRE(cursor->seek("d"));
    CHECK_EQ(cursor->key(), "d");
    REQUIRE(cursor->seek("c"));
    CHECK_EQ(cursor->key(), "d");
    CHECK_EQ(cursor->value().bytes(), "d");
    CHECK_FALSE(cursor->seek("g"));

    REQUIRE(cursor->seek_before("d"));
    CHECK_EQ(cursor->key(), "b");
    REQUIRE(cursor->seek_before("e"));
    CHECK_EQ(cursor->key(), "d");
    REQUIRE(cursor->seek_before("z"));
    CHECK_EQ(cursor->key(), "f");
    CHECK_FALSE(cursor->seek_before("b"));
    CHECK_FALSE(cursor->seek_before(""));
}

TEST_CASE_TEMPLATE("a cursor walks both ways and turns round", Under, TERN_STORES) {
    Under under;
    for (const auto* key : {"a", "b", "c"}) put(under.get(), plain, key, key);
    const auto snapshot = under.get().begin_read();
    const auto cursor = snapshot->cursor(plain);

    REQUIRE(cursor->seek("a"));
    REQUIRE(cursor->next());
    REQUIRE(cursor->next());
    CHECK_EQ(cursor->key(), "c");
    REQUIRE(cursor->previous());
    CHECK_EQ(cursor->key(), "b");
    REQUIRE(cursor->previous());
    CHECK_FALSE(cursor->previous());

    REQUIRE(cursor->seek("c"));
    CHECK_FALSE(cursor->next());
}

TEST_CASE_TEMPLATE("an empty table has no position", Under, TERN_STORES) {
    Under under;
    const auto snapshot = under.get().begin_read();
    const auto cursor = snapshot->cursor(plain);

    CHECK_FALSE(cursor->seek(""));
    CHECK_FALSE(cursor->seek("a"));
    CHECK_FALSE(cursor->seek_before("a"));
}

TEST_CASE_TEMPLATE("a cursor in a write transaction finds its way after changes by seeking again", Under, TERN_STORES) {
    Under under;
    const auto transaction = under.get().begin_write();
    for (std::uint32_t at = 0; at < 2000; ++at) transaction->put(plain, Key().u32(at).view(), "value");

    const auto cursor = transaction->cursor(plain);
    std::uint32_t erased = 0;
    while (cursor->seek("")) {
        transaction->erase(plain, Bytes(cursor->key()));
        ++erased;
    }

    CHECK_EQ(erased, 2000);
    CHECK_EQ(transaction->rows(plain), 0);
}

TEST_CASE_TEMPLATE("cursors of one transaction do not disturb each other", Under, TERN_STORES) {
    Under under;
    for (const auto* key : {"a", "b", "c"}) put(under.get(), plain, key, key);
    const auto snapshot = under.get().begin_read();
    const auto one = snapshot->cursor(plain);
    const auto other = snapshot->cursor(plain);

    REQUIRE(one->seek("a"));
    REQUIRE(other->seek("c"));
    CHECK(snapshot->get(plain, "b"));
    REQUIRE(one->next());

    CHECK_EQ(one->key(), "b");
    CHECK_EQ(other->key(), "c");
}

TEST_CASE_TEMPLATE("values of every length around the boundaries come back as they were", Under, TERN_STORES) {
    Under under;
    auto& store = under.get();
    const std::size_t whole = row_bytes_max - whole_seal_bytes;
    const std::size_t first = row_bytes_max - cut_seal_bytes;
    const std::vector<std::size_t> lengths{1,
                                           2,
                                           100,
                                           2000,
                                           2048,
                                           whole - 1,
                                           whole,
                                           whole + 1,
                                           first + row_bytes_max - 1,
                                           first + row_bytes_max,
                                           first + row_bytes_max + 1,
                                           first + 2 * row_bytes_max,
                                           65'536,
                                           262'144,
                                           (1u << 20) + 17,
                                           16u << 20,
                                           17u << 20};

    std::uint64_t sequence = 0;
    std::uint64_t rows_expected = 0;
    for (const auto length : lengths) {
        CAPTURE(length);
        put(store, sealed, message_key(++sequence), value_of_size(length));
        rows_expected += 1 + further_rows(length);
        const bool same = read(store, sealed, message_key(sequence)) == value_of_size(length);
        CHECK(same);
    }
    CHECK_EQ(rows(store, sealed), rows_expected);

    const auto snapshot = store.begin_read();
    const auto cursor = snapshot->cursor(sealed);
    std::uint64_t at = 0;
    for (bool there = cursor->seek(""); there; there = cursor->next()) {
        CAPTURE(at);
        CHECK_EQ(cursor->key(), message_key(at + 1));
        const bool same = cursor->value().bytes() == BytesView(value_of_size(lengths[at]));
        CHECK(same);
        CHECK_EQ(cursor->value_bytes(), lengths[at]);
        for (const auto skipped : {std::size_t{0}, std::size_t{1}, lengths[at] / 2, lengths[at]}) {
            Bytes appended = "before";
            CHECK(cursor->append_value(appended, skipped));
            const bool same_behind = appended == "before" + value_of_size(lengths[at]).substr(skipped);
            CHECK(same_behind);
        }
        Bytes untouched = "before";
        CHECK_FALSE(cursor->append_value(untouched, lengths[at] + 1));
        CHECK_EQ(untouched, "before");
        ++at;
    }
    CHECK_EQ(at, lengths.size());
    for (bool there = cursor->seek_before(message_key(99)); there; there = cursor->previous()) {
        CHECK_EQ(cursor->key(), message_key(at--));
    }
    CHECK_EQ(at, 0);
}

TEST_CASE_TEMPLATE("seeks around a long value find the values beside it", Under, TERN_STORES) {
    Under under;
    auto& store = under.get();
    put(store, sealed, message_key(1), "first");
    put(store, sealed, message_key(2), value_of_size(50'000));
    put(store, sealed, message_key(4), "last");
    const auto snapshot = store.begin_read();
    const auto cursor = snapshot->cursor(sealed);

    REQUIRE(cursor->seek(message_key(3)));
    CHECK_EQ(cursor->key(), message_key(4));
    REQUIRE(cursor->seek_before(message_key(4)));
    CHECK_EQ(cursor->key(), message_key(2));
    CHECK_EQ(cursor->value().bytes().size(), 50'000);
    REQUIRE(cursor->previous());
    CHECK_EQ(cursor->key(), message_key(1));
    REQUIRE(cursor->seek_before(message_key(2)));
    CHECK_EQ(cursor->key(), message_key(1));
    REQUIRE(cursor->next());
    REQUIRE(cursor->next());
    CHECK_EQ(cursor->key(), message_key(4));
}

TEST_CASE_TEMPLATE("replacing or erasing a long value leaves no row behind", Under, TERN_STORES) {
    Under under;
    auto& store = under.get();
    put(store, sealed, message_key(1), "neighbour");
    put(store, sealed, message_key(3), "neighbour");

    put(store, sealed, message_key(2), value_of_size(1'000'000));
    put(store, sealed, message_key(2), value_of_size(9'000, 2));
    CHECK_EQ(rows(store, sealed), 3 + further_rows(9'000));
    CHECK_EQ(read(store, sealed, message_key(2)), value_of_size(9'000, 2));
    put(store, sealed, message_key(2), "short");
    CHECK_EQ(rows(store, sealed), 3);
    CHECK_EQ(read(store, sealed, message_key(2)), "short");
    put(store, sealed, message_key(2), value_of_size(70'000, 3));
    CHECK_EQ(read(store, sealed, message_key(2)), value_of_size(70'000, 3));
    CHECK(erase(store, sealed, message_key(2)));

    CHECK_EQ(rows(store, sealed), 2);
    CHECK_EQ(keys_forward(*store.begin_read(), sealed), std::vector<Bytes>{message_key(1), message_key(3)});
}

TEST_CASE_TEMPLATE("an unsealed table takes values up to a page", Under, TERN_STORES) {
    Under under;

    put(under.get(), plain, "k", value_of_size(unsealed_value_bytes_max));

    CHECK_EQ(read(under.get(), plain, "k"), value_of_size(unsealed_value_bytes_max));
    CHECK_EQ(rows(under.get(), plain), 1);
}

TEST_CASE_TEMPLATE("values of an unsealed table are appended without their beginning", Under, TERN_STORES) {
    Under under;
    put(under.get(), plain, "name", "0123456789");
    const auto snapshot = under.get().begin_read();
    const auto cursor = snapshot->cursor(plain);
    REQUIRE(cursor->seek("name"));

    Bytes appended = "x";
    CHECK(cursor->append_value(appended, 7));

    CHECK_EQ(appended, "x789");
    CHECK_FALSE(cursor->append_value(appended, 11));
    CHECK_EQ(appended, "x789");
    CHECK_EQ(cursor->value_bytes(), 10);
}

TEST_CASE_TEMPLATE("the longest key is taken", Under, TERN_STORES) {
    Under under;
    const Bytes longest(key_bytes_max, 'k');

    put(under.get(), plain, longest, "value");

    CHECK_EQ(read(under.get(), plain, longest), "value");
}

TEST_CASE_TEMPLATE("commits without changes and flushes may follow each other", Under, TERN_STORES) {
    Under under;
    auto& store = under.get();

    put(store, plain, "a", "1");
    store.begin_write()->commit();
    store.begin_write()->commit();
    store.flush();
    store.flush();

    CHECK_EQ(read(store, plain, "a"), "1");
}

TEST_CASE_TEMPLATE("there is plenty of space at first", Under, TERN_STORES) {
    Under under;

    CHECK_EQ(under.get().space().state, SpaceState::plenty);
}
