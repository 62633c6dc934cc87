#include "broker/store/lmdb_cursors.hpp"

#include <utility>

#include "broker/base/check.hpp"
#include "broker/store/keys.hpp"
#include "broker/store/lmdb_values.hpp"

namespace tern::store::lmdb {

void Cursors::end_read() {
    TERN_CHECK(lent_ == 0);
    for (auto& table : tables_) {
        if (table.main != nullptr) table.old.push_back(std::exchange(table.main, nullptr));
        table.old.insert(table.old.end(), table.spare.begin(), table.spare.end());
        table.spare.clear();
    }
    transaction_ = nullptr;
}

void Cursors::end_write() {
    TERN_CHECK(lent_ == 0);
    for (auto& table : tables_) {
        table.main = nullptr;
        table.spare.clear();
    }
    transaction_ = nullptr;
}

void Cursors::close() {
    for (auto& table : tables_) {
        for (auto* cursor : std::exchange(table.old, {})) CloseCursor()(cursor);
    }
}

MDB_cursor* Cursors::main(Table table) {
    auto& cursor = of(table).main;
    if (cursor == nullptr) cursor = take(table);
    return cursor;
}

MDB_cursor* Cursors::lend(Table table) {
    auto* cursor = take(table);
    ++lent_;
    return cursor;
}

MDB_cursor* Cursors::take(Table table) {
    TERN_CHECK(transaction_ != nullptr);
    auto& [main, spare, old] = of(table);
    if (!spare.empty()) {
        auto* cursor = spare.back();
        spare.pop_back();
        return cursor;
    }
    if (old.empty()) return open_cursor(transaction_, handle(table));
    auto* cursor = old.back();
    resume_cursor(cursor, transaction_);
    old.pop_back();
    return cursor;
}

namespace {

class LmdbCursor final : public Cursor {
public:
    LmdbCursor(Cursors& cursors, Table table) : cursors_(cursors), table_(table), cursor_(cursors.lend(table)) {}
    LmdbCursor(const LmdbCursor&) = delete;
    LmdbCursor& operator=(const LmdbCursor&) = delete;
    ~LmdbCursor() override { cursors_.give_back(table_, cursor_); }

    bool seek(BytesView key) override { return leave_pieces_forward(row_not_below(key)); }

    bool seek_before(BytesView key) override {
        if (key.empty()) return there_ = false;
        return leave_pieces_backward(move(cursor_, row_not_below(key) ? Move::previous : Move::last, row_));
    }

    bool next() override {
        TERN_CHECK(there_);
        return leave_pieces_forward(move(cursor_, Move::next, row_));
    }

    bool previous() override {
        TERN_CHECK(there_);
        return leave_pieces_backward(move(cursor_, Move::previous, row_));
    }

    BytesView key() const override {
        TERN_CHECK(there_);
        return row_.key;
    }

    Value value() const override {
        TERN_CHECK(there_);
        return value_of(cursors_.main(table_), table_, row_);
    }

    std::size_t value_bytes() const override {
        TERN_CHECK(there_);
        return value_bytes_of(table_, row_);
    }

    bool append_value(Bytes& to, std::size_t skipped) const override {
        TERN_CHECK(there_);
        return append_value_of(cursors_.main(table_), table_, row_, to, skipped);
    }

private:
    bool row_not_below(BytesView key) {
        if (key.empty()) return move(cursor_, Move::first, row_);
        return find_not_below(cursor_, key, row_);
    }

    /// The length of the key that a piece belongs to; 0 when the row is not a piece.
    std::size_t owner_key_bytes() const {
        const auto& traits = traits_of(table_);
        return traits.sealed && row_.key.size() != traits.key_bytes ? traits.key_bytes : 0;
    }

    bool leave_pieces_forward(bool there) {
        while (there && owner_key_bytes() != 0) {
            // Longer than the last piece that there can be, and below the next key.
            const auto behind = Key().raw(row_.key.substr(0, owner_key_bytes())).raw("\xFF\xFF\xFF");
            there = find_not_below(cursor_, behind.view(), row_);
            require_order(!there || row_.key > behind.view());
        }
        return there_ = there;
    }

    bool leave_pieces_backward(bool there) {
        while (there && owner_key_bytes() != 0) {
            const auto owner = Key().raw(row_.key.substr(0, owner_key_bytes()));
            const Bytes before(row_.key);
            if (find(cursor_, owner.view(), row_)) break;
            // Pieces without a first row: damage that the check of a folder tells; here they are passed over.
            there = find_not_below(cursor_, owner.view(), row_) && move(cursor_, Move::previous, row_);
            require_order(!there || row_.key < before);
        }
        return there_ = there;
    }

    /// On a damaged page a search can lead back to where it started; going on would never end.
    static void require_order(bool in_order) {
        if (!in_order) throw StoreFailure("The rows of the data file are out of order: it is damaged.");
    }

    Cursors& cursors_;
    Table table_;
    MDB_cursor* cursor_;
    Row row_;
    bool there_ = false;
};

}  // namespace

std::unique_ptr<Cursor> make_cursor(Cursors& cursors, Table table) {
    return std::make_unique<LmdbCursor>(cursors, table);
}

}  // namespace tern::store::lmdb
