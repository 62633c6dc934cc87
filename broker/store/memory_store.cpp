#include "broker/store/memory_store.hpp"

#include <iterator>
#include <utility>

#include "broker/base/check.hpp"
#include "broker/store/format.hpp"
#include "broker/store/seal.hpp"

namespace tern::store {
namespace {

Value value_of(const MemoryStore::Row& row) {
    return row.damaged ? Value::damaged_value() : Value::view(row.value);
}

const MemoryStore::TableState& table_of(const MemoryStore::Tables& tables, Table table) {
    return tables[static_cast<std::size_t>(table)];
}

class MemoryCursor final : public Cursor {
public:
    explicit MemoryCursor(const MemoryStore::TableState& table) : table_(table), at_(table.rows.end()) {}

    bool seek(BytesView key) override { return go_to(table_.rows.lower_bound(key)); }

    bool seek_before(BytesView key) override { return go_before(table_.rows.lower_bound(key)); }

    bool next() override {
        check_position();
        return go_to(std::next(at_));
    }

    bool previous() override {
        check_position();
        return go_before(at_);
    }

    BytesView key() const override {
        check_position();
        return at_->first;
    }

    Value value() const override {
        check_position();
        return value_of(at_->second);
    }

    std::size_t value_bytes() const override {
        check_position();
        return at_->second.value.size();
    }

    bool append_value(Bytes& to, std::size_t skipped) const override {
        check_position();
        const auto& row = at_->second;
        if (row.damaged || row.value.size() < skipped) return false;
        to.append(row.value, skipped);
        return true;
    }

private:
    using Position = MemoryStore::Rows::const_iterator;

    bool go_to(Position position) {
        at_ = position;
        changes_ = table_.changes;
        return at_ != table_.rows.end();
    }

    bool go_before(Position position) {
        return go_to(position == table_.rows.begin() ? table_.rows.end() : std::prev(position));
    }

    void check_position() const { TERN_CHECK(changes_ == table_.changes && at_ != table_.rows.end()); }

    const MemoryStore::TableState& table_;
    Position at_;
    std::uint64_t changes_ = 0;
};

Value get_row(const MemoryStore::TableState& table, BytesView key) {
    const auto at = table.rows.find(key);
    return at == table.rows.end() ? Value() : value_of(at->second);
}

class MemoryRead final : public ReadTransaction {
public:
    explicit MemoryRead(std::shared_ptr<const MemoryStore::Tables> tables) : tables_(std::move(tables)) {}

    Value get(Table table, BytesView key) const override { return get_row(table_of(*tables_, table), key); }
    std::unique_ptr<Cursor> cursor(Table table) const override {
        return std::make_unique<MemoryCursor>(table_of(*tables_, table));
    }
    std::uint64_t rows(Table table) const override {
        const auto& state = table_of(*tables_, table);
        return state.rows.size() + state.further_rows;
    }

private:
    std::shared_ptr<const MemoryStore::Tables> tables_;
};

}  // namespace

class MemoryStore::Write final : public WriteTransaction {
public:
    explicit Write(MemoryStore& store) : store_(store) {}
    Write(const Write&) = delete;
    Write& operator=(const Write&) = delete;

    ~Write() override {
        if (committed_) return;
        const std::lock_guard lock(store_.mutex_);
        undo(store_.tables_, store_.open_changes_);
        store_.open_changes_.clear();
        store_.writing_ = false;
    }

    Value get(Table table, BytesView key) const override { return get_row(table_of(store_.tables_, table), key); }
    std::unique_ptr<Cursor> cursor(Table table) const override {
        return std::make_unique<MemoryCursor>(table_of(store_.tables_, table));
    }
    std::uint64_t rows(Table table) const override {
        const auto& state = table_of(store_.tables_, table);
        return state.rows.size() + state.further_rows;
    }

    void put(Table table, BytesView key, BytesView value) override {
        TERN_CHECK(!committed_);
        check_row(table, key, value);
        change(table, key, Row{Bytes(value)});
    }

    bool erase(Table table, BytesView key) override {
        TERN_CHECK(!committed_);
        check_row(table, key, {});
        if (!table_of(store_.tables_, table).rows.contains(key)) return false;
        change(table, key, std::nullopt);
        return true;
    }

    Durability commit() override {
        TERN_CHECK(!committed_);
        const std::lock_guard lock(store_.mutex_);
        // An empty commit flushes too, as LmdbStore's does: it promises that the commit before it is durable.
        store_.unflushed_changes_ = std::exchange(store_.open_changes_, {});
        if (!store_.unflushed_changes_.empty()) store_.snapshot_ = nullptr;
        store_.writing_ = false;
        committed_ = true;
        return Durability::can_be_undone;
    }

private:
    void change(Table table, BytesView key, std::optional<Row> row) {
        const std::lock_guard lock(store_.mutex_);
        const auto& rows = table_of(store_.tables_, table).rows;
        const auto at = rows.find(key);
        store_.open_changes_.push_back(
            {table, Bytes(key), at == rows.end() ? std::nullopt : std::optional(at->second)});
        set_row(store_.tables_, table, key, std::move(row));
    }

    MemoryStore& store_;
    bool committed_ = false;
};

MemoryStore::MemoryStore() {
    set_row(tables_, Table::meta, format_key, Row{format_row()});
}

MemoryStore::~MemoryStore() = default;

std::unique_ptr<WriteTransaction> MemoryStore::begin_write() {
    const std::lock_guard lock(mutex_);
    TERN_CHECK(!writing_);
    writing_ = true;
    return std::make_unique<Write>(*this);
}

std::unique_ptr<ReadTransaction> MemoryStore::begin_read() {
    const std::lock_guard lock(mutex_);
    if (!snapshot_) {
        auto tables = std::make_shared<Tables>(tables_);
        undo(*tables, open_changes_);
        snapshot_ = std::move(tables);
    }
    return std::make_unique<MemoryRead>(snapshot_);
}

void MemoryStore::flush() {
    const std::lock_guard lock(mutex_);
    unflushed_changes_.clear();
}

Space MemoryStore::space() {
    const std::lock_guard lock(mutex_);
    return space_;
}

std::uint64_t MemoryStore::backup(const std::string&) {
    throw StoreFailure("A store in memory cannot be backed up.");
}

void MemoryStore::crash(bool also_lose_last_commit) {
    const std::lock_guard lock(mutex_);
    TERN_CHECK(!writing_);
    if (also_lose_last_commit) undo(tables_, unflushed_changes_);
    unflushed_changes_.clear();
    snapshot_ = nullptr;
}

bool MemoryStore::last_commit_unflushed() const {
    const std::lock_guard lock(mutex_);
    return !unflushed_changes_.empty();
}

void MemoryStore::set_space(Space space) {
    const std::lock_guard lock(mutex_);
    space_ = space;
}

bool MemoryStore::damage(Table table, BytesView key) {
    const std::lock_guard lock(mutex_);
    auto& rows = tables_[static_cast<std::size_t>(table)].rows;
    const auto at = rows.find(key);
    if (at == rows.end()) return false;
    at->second.damaged = true;
    snapshot_ = nullptr;
    return true;
}

void MemoryStore::set_row(Tables& tables, Table table, BytesView key, std::optional<Row> row) {
    auto& state = tables[static_cast<std::size_t>(table)];
    const auto extra = [&](const Row& of) { return traits_of(table).sealed ? further_rows(of.value.size()) : 0; };
    ++state.changes;

    const auto at = state.rows.find(key);
    if (at != state.rows.end()) state.further_rows -= extra(at->second);
    if (row) state.further_rows += extra(*row);

    if (at == state.rows.end()) {
        if (row) state.rows.emplace(key, std::move(*row));
    } else if (row) {
        at->second = std::move(*row);
    } else {
        state.rows.erase(at);
    }
}

void MemoryStore::undo(Tables& tables, const std::vector<Undo>& changes) {
    for (auto change = changes.rbegin(); change != changes.rend(); ++change)
        set_row(tables, change->table, change->key, change->before);
}

}  // namespace tern::store
