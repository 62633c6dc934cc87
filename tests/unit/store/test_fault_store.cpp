#include <doctest/doctest.h>

#include "broker/store/fault_store.hpp"
#include "broker/store/memory_store.hpp"

using namespace tern;
using namespace tern::store;

TEST_CASE("the operation that a test chose fails, and everything after it") {
    MemoryStore memory;
    FaultStore store(memory);
    store.fail_at(FaultStore::Operation::put, 2);

    {
        const auto transaction = store.begin_write();
        transaction->put(Table::catalog, "a", "1");
        CHECK_THROWS_AS(transaction->put(Table::catalog, "b", "1"), StoreFailure);
        CHECK_THROWS_AS(transaction->commit(), StoreFailure);
        CHECK_THROWS_AS(store.flush(), StoreFailure);
    }

    CHECK(store.broken());
    CHECK(memory.begin_read()->get(Table::catalog, "a").absent());
}

TEST_CASE("a commit that fails leaves the store as it was") {
    MemoryStore memory;
    FaultStore store(memory);
    store.fail_at(FaultStore::Operation::commit, 1);

    {
        const auto transaction = store.begin_write();
        transaction->put(Table::catalog, "a", "1");
        CHECK_THROWS_AS(transaction->commit(), StoreFailure);
    }
    store.repair();

    CHECK(store.begin_read()->get(Table::catalog, "a").absent());
    CHECK_NOTHROW(store.flush());
}

TEST_CASE("a flush that fails does not make the last commit durable") {
    MemoryStore memory;
    FaultStore store(memory);
    {
        const auto transaction = store.begin_write();
        transaction->put(Table::catalog, "a", "1");
        transaction->commit();
    }
    store.fail_at(FaultStore::Operation::flush, 1);

    CHECK_THROWS_AS(store.flush(), StoreFailure);

    CHECK(memory.last_commit_unflushed());
    CHECK_EQ(store.done(FaultStore::Operation::commit), 1);
}

TEST_CASE("space is what a test says, then the truth again") {
    MemoryStore memory;
    FaultStore store(memory);

    store.set_space(SpaceState::exhausted);
    CHECK(store.space().state == SpaceState::exhausted);
    store.set_space(std::nullopt);

    CHECK(store.space().state == SpaceState::plenty);
}
