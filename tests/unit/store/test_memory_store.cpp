#include <doctest/doctest.h>

#include "broker/store/keys.hpp"
#include "broker/store/memory_store.hpp"

using namespace tern;
using namespace tern::store;

namespace {

constexpr auto table = Table::catalog;

void put(Store& store, BytesView key, BytesView value) {
    const auto transaction = store.begin_write();
    transaction->put(table, key, value);
    transaction->commit();
}

bool has(Store& store, BytesView key) {
    return static_cast<bool>(store.begin_read()->get(table, key));
}

}  // namespace

TEST_CASE("a crash keeps what was flushed") {
    MemoryStore store;
    put(store, "a", "1");
    store.flush();

    store.crash(true);

    CHECK(has(store, "a"));
}

TEST_CASE("a crash may undo the last commit before a flush, and never the one before") {
    MemoryStore store;
    put(store, "a", "1");
    put(store, "b", "1");
    CHECK(store.last_commit_unflushed());

    store.crash(true);

    CHECK(has(store, "a"));
    CHECK_FALSE(has(store, "b"));
    CHECK_FALSE(store.last_commit_unflushed());
}

TEST_CASE("a crash that spares the last commit keeps everything") {
    MemoryStore store;
    put(store, "a", "1");

    store.crash(false);
    store.crash(true);

    CHECK(has(store, "a"));
}

TEST_CASE("a crash forgets a transaction that was not committed") {
    MemoryStore store;
    put(store, "a", "1");
    { store.begin_write()->erase(table, "a"); }

    store.crash(false);

    CHECK(has(store, "a"));
}

TEST_CASE("an undone commit gives back what it replaced and erased") {
    MemoryStore store;
    put(store, "replaced", "old");
    put(store, "erased", "old");
    {
        const auto transaction = store.begin_write();
        transaction->put(table, "replaced", "new");
        transaction->put(table, "replaced", "newer");
        transaction->erase(table, "erased");
        transaction->put(table, "added", "new");
        transaction->erase(table, "added");
        transaction->put(table, "added", "newer");
        transaction->commit();
    }

    store.crash(true);

    CHECK_EQ(store.begin_read()->get(table, "replaced").bytes(), "old");
    CHECK(has(store, "erased"));
    CHECK_FALSE(has(store, "added"));
    CHECK_EQ(store.begin_read()->rows(table), 2);
}

TEST_CASE("an empty commit makes the one before durable") {
    MemoryStore store;
    put(store, "a", "1");
    store.begin_write()->commit();

    store.crash(true);

    CHECK(has(store, "a"));
}

TEST_CASE("a damaged value reads as damaged until it is replaced") {
    MemoryStore store;
    put(store, "a", "1");

    CHECK(store.damage(table, "a"));
    CHECK_FALSE(store.damage(table, "b"));
    CHECK(store.begin_read()->get(table, "a").damaged());
    put(store, "a", "2");

    CHECK_EQ(store.begin_read()->get(table, "a").bytes(), "2");
}

TEST_CASE("a test says how much space there is") {
    MemoryStore store;

    store.set_space({SpaceState::low, 100, 90, 10});

    CHECK(store.space().state == SpaceState::low);
    CHECK_EQ(store.space().used_bytes, 90);
}
