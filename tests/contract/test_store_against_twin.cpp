#include <doctest/doctest.h>

#include <cstdlib>
#include <optional>

#include "broker/base/random_source.hpp"
#include "broker/store/keys.hpp"
#include "tests/contract/stores_under_test.hpp"

// Random operations on the LMDB store and on its twin in memory, which must answer alike. TERN_SEED repeats a run,
// TERN_ROUNDS makes it longer.

using namespace tern;
using namespace tern::store;
using namespace tern::test;

namespace {

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

class Twins {
public:
    explicit Twins(std::uint64_t seed) : random_(seed) {}

    /// A transaction of random puts, erases and looks, committed or left.
    void round() {
        const auto snapshot_lmdb = lmdb_.get().begin_read();
        const auto snapshot_memory = memory_.get().begin_read();
        {
            const auto lmdb = lmdb_.get().begin_write();
            const auto memory = memory_.get().begin_write();
            const auto steps = random_.below(60);
            for (std::uint64_t at = 0; at < steps; ++at) step(*lmdb, *memory);
            compare(*lmdb, *memory);
            if (random_.below(4) != 0) {
                lmdb->commit();
                memory->commit();
            }
        }
        compare(*snapshot_lmdb, *snapshot_memory);
        if (random_.below(8) == 0) {
            lmdb_.get().flush();
            reopen_pending_ = random_.below(4) == 0;
        }
    }

    /// Closes and opens the LMDB store again, now and then; with no transaction open.
    void reopen() {
        if (!std::exchange(reopen_pending_, false)) return;
        lmdb_.lmdb.reset();
        lmdb_.lmdb = LmdbStore::open(lmdb_.folder.at("data"));
    }

    void compare_committed() { compare(*lmdb_.get().begin_read(), *memory_.get().begin_read()); }

private:
    Table random_table() {
        constexpr Table tables[] = {Table::catalog, Table::queue_messages, Table::queues, Table::queue_schedule};
        return tables[random_.below(std::size(tables))];
    }

    Bytes random_key(Table table) {
        const auto number = random_.below(40);
        switch (table) {
            case Table::queue_messages: return Bytes(Key().u32(1).u64(number).view());
            case Table::queues: return Bytes(Key().u32(static_cast<std::uint32_t>(number)).view());
            case Table::queue_schedule: return Bytes(Key().u32(1).u64(number / 7).u64(number).view());
            default: return Bytes(number % 9 + 1, static_cast<char>('a' + number % 5));
        }
    }

    Bytes random_value(Table table) {
        constexpr std::uint64_t bounds[] = {8, 300, 4081, 20'000, 200'000};
        const auto bound = bounds[random_.below(traits_of(table).sealed ? 5 : 3)];
        Bytes value(random_.below(bound), '\0');
        for (auto& byte : value) byte = static_cast<char>(random_.next());
        return value;
    }

    void step(WriteTransaction& lmdb, WriteTransaction& memory) {
        const auto table = random_table();
        const auto key = random_key(table);
        switch (random_.below(6)) {
            case 0:
            case 1:
            case 2: {
                const auto value = random_value(table);
                lmdb.put(table, key, value);
                memory.put(table, key, value);
                break;
            }
            case 3:
            case 4: REQUIRE_EQ(lmdb.erase(table, key), memory.erase(table, key)); break;
            default: look(lmdb, memory, table, key);
        }
    }

    void look(const ReadTransaction& lmdb, const ReadTransaction& memory, Table table, BytesView key) {
        require_same(lmdb.get(table, key), memory.get(table, key));
        const auto one = lmdb.cursor(table);
        const auto other = memory.cursor(table);
        const bool before = random_.below(2) == 0;
        bool there = before ? one->seek_before(key) : one->seek(key);
        REQUIRE_EQ(there, before ? other->seek_before(key) : other->seek(key));
        for (int moves = 0; there && moves < 12; ++moves) {
            REQUIRE_EQ(one->key(), other->key());
            require_same(one->value(), other->value());
            require_same_appended(*one, *other);
            const bool forward = random_.below(2) == 0;
            there = forward ? one->next() : one->previous();
            REQUIRE_EQ(there, forward ? other->next() : other->previous());
        }
    }

    void require_same_appended(const Cursor& one, const Cursor& other) {
        REQUIRE_EQ(one.value_bytes(), other.value_bytes());
        const auto skipped = random_.below(one.value_bytes() + 2);
        Bytes ones;
        Bytes others;
        REQUIRE_EQ(one.append_value(ones, skipped), other.append_value(others, skipped));
        const bool same = ones == others;
        REQUIRE(same);
    }

    static void require_same(const Value& one, const Value& other) {
        REQUIRE_EQ(one.absent(), other.absent());
        REQUIRE_FALSE(one.damaged());
        const bool same = one.bytes() == other.bytes();
        REQUIRE(same);
    }

    static void compare(const ReadTransaction& lmdb, const ReadTransaction& memory) {
        for (std::size_t at = 0; at < table_count; ++at) {
            const auto table = static_cast<Table>(at);
            REQUIRE_EQ(lmdb.rows(table), memory.rows(table));
            const auto one = lmdb.cursor(table);
            const auto other = memory.cursor(table);
            bool there = one->seek("");
            REQUIRE_EQ(there, other->seek(""));
            while (there) {
                REQUIRE_EQ(one->key(), other->key());
                require_same(one->value(), other->value());
                there = one->next();
                REQUIRE_EQ(there, other->next());
            }
        }
    }

    SeededRandom random_;
    LmdbUnderTest lmdb_;
    MemoryUnderTest memory_;
    bool reopen_pending_ = false;
};

}  // namespace

TEST_CASE("the LMDB store answers as its twin in memory does, whatever is done to both") {
    const auto seed = setting("TERN_SEED", 20);
    const auto rounds = setting("TERN_ROUNDS", 150);
    CAPTURE(seed);
    Twins twins(seed);

    for (std::uint64_t round = 0; round < rounds; ++round) {
        CAPTURE(round);
        twins.round();
        twins.reopen();
        twins.compare_committed();
    }
}
