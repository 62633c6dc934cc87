#pragma once

#include <array>
#include <vector>

#include "broker/store/lmdb_calls.hpp"
#include "broker/store/store.hpp"

namespace tern::store::lmdb {

using TableHandles = std::array<TableHandle, table_count>;

/// The LMDB cursors of one transaction. Each table has a main one, for gets, puts and erases: LMDB finds a key fast
/// that is on the page where the cursor already stands. Cursors that were given back are used again.
class Cursors {
public:
    explicit Cursors(const TableHandles& handles) : handles_(handles) {}

    /// Takes part in a transaction. Cursors kept from an earlier one are used again.
    void begin(MDB_txn* transaction) { transaction_ = transaction; }
    /// The read transaction is over; its cursors are kept for the next.
    void end_read();
    /// The write transaction is over, and its cursors with it.
    void end_write();
    /// Closes the cursors of read transactions.
    void close();

    MDB_txn* transaction() const { return transaction_; }
    TableHandle handle(Table table) const { return handles_[static_cast<std::size_t>(table)]; }
    MDB_cursor* main(Table table);
    void give_back(Table table, MDB_cursor* cursor) {
        of(table).spare.push_back(cursor);
        --lent_;
    }
    MDB_cursor* lend(Table table);

private:
    MDB_cursor* take(Table table);

    struct OfTable {
        MDB_cursor* main = nullptr;
        std::vector<MDB_cursor*> spare;
        /// Made for an earlier read transaction: to be resumed before use.
        std::vector<MDB_cursor*> old;
    };
    OfTable& of(Table table) { return tables_[static_cast<std::size_t>(table)]; }

    const TableHandles& handles_;
    MDB_txn* transaction_ = nullptr;
    /// A cursor that outlives its transaction would end in freed memory; that is told at once.
    std::size_t lent_ = 0;
    std::array<OfTable, table_count> tables_;
};

/// The store's cursor over one table. The rows of a long value are one position.
std::unique_ptr<Cursor> make_cursor(Cursors& cursors, Table table);

}  // namespace tern::store::lmdb
