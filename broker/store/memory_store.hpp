#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "broker/store/store.hpp"

namespace tern::store {

/// The store in memory, for tests: the same contract as LmdbStore, and a crash at will. It is stricter in one thing: a
/// cursor that is used after its table was changed ends the process, where LMDB would give some row or other.
class MemoryStore final : public Store {
public:
    MemoryStore();
    ~MemoryStore() override;

    std::unique_ptr<WriteTransaction> begin_write() override;
    std::unique_ptr<ReadTransaction> begin_read() override;
    void flush() override;
    Space space() override;
    /// Refuses always: there is nothing on disk.
    std::uint64_t backup(const std::string& path) override;

    /// A power cut, with no write transaction open. Everything flushed stays. The last commit is lost if asked for and
    /// no flush came after it; never more than that one, since the flush of a commit makes the one before durable.
    void crash(bool also_lose_last_commit);
    /// True when a power cut may still undo the last commit.
    bool last_commit_unflushed() const;

    /// What space() answers from now on.
    void set_space(Space space);
    /// Makes the value read as damaged until it is replaced, in snapshots that begin from now on. False when there is
    /// none.
    bool damage(Table table, BytesView key);

    struct Row {
        Bytes value;
        bool damaged = false;
    };
    using Rows = std::map<Bytes, Row, std::less<>>;
    struct TableState {
        Rows rows;
        std::uint64_t further_rows = 0;
        /// Grows with every change, so that a cursor notices.
        std::uint64_t changes = 0;
    };
    using Tables = std::array<TableState, table_count>;

private:
    class Write;

    /// How a row was before a change.
    struct Undo {
        Table table;
        Bytes key;
        std::optional<Row> before;
    };

    static void set_row(Tables& tables, Table table, BytesView key, std::optional<Row> row);
    static void undo(Tables& tables, const std::vector<Undo>& changes);

    mutable std::mutex mutex_;
    Tables tables_;
    std::vector<Undo> open_changes_;
    std::vector<Undo> unflushed_changes_;
    std::shared_ptr<const Tables> snapshot_;
    bool writing_ = false;
    Space space_;
};

}  // namespace tern::store
