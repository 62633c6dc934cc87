#pragma once

#include <memory>
#include <string>

#include "broker/store/fault_store.hpp"
#include "broker/store/lmdb_store.hpp"
#include "broker/store/memory_store.hpp"
#include "tests/contract/temporary_folder.hpp"

/// The implementations that the contract holds for.
namespace tern::test {

struct MemoryUnderTest {
    store::Store& get() { return memory; }
    store::MemoryStore memory;
};

struct LmdbUnderTest {
    store::Store& get() { return *lmdb; }
    TemporaryFolder folder;
    std::unique_ptr<store::LmdbStore> lmdb = store::LmdbStore::open(folder.at("data"));
};

struct FaultUnderTest {
    store::Store& get() { return faults; }
    store::MemoryStore memory;
    store::FaultStore faults{memory};
};

}  // namespace tern::test
