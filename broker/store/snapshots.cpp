#include "broker/store/snapshots.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "broker/base/check.hpp"
#include "broker/store/lmdb_values.hpp"

namespace tern::store::lmdb {

class Snapshots::Read final : public ReadTransaction {
public:
    Read(Snapshots& snapshots, std::unique_ptr<Slot> slot) : snapshots_(snapshots), slot_(std::move(slot)) {}
    Read(const Read&) = delete;
    Read& operator=(const Read&) = delete;
    ~Read() override { snapshots_.give_back(std::move(slot_)); }

    Value get(Table table, BytesView key) const override { return get_value(slot_->cursors.main(table), table, key); }
    std::unique_ptr<Cursor> cursor(Table table) const override { return make_cursor(slot_->cursors, table); }
    std::uint64_t rows(Table table) const override {
        return lmdb::rows(slot_->transaction.get(), slot_->cursors.handle(table));
    }

private:
    Snapshots& snapshots_;
    std::unique_ptr<Slot> slot_;
};

Snapshots::~Snapshots() {
    TERN_CHECK(open_.empty());
    for (auto& slot : resting_) slot->cursors.close();
}

std::unique_ptr<ReadTransaction> Snapshots::begin() {
    return std::make_unique<Read>(*this, take());
}

std::unique_ptr<Snapshots::Slot> Snapshots::take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !alone_; });

    std::unique_ptr<Slot> slot;
    if (resting_.empty()) {
        slot = std::make_unique<Slot>(handles_);
        slot->transaction = begin_read(environment_);
    } else {
        slot = std::move(resting_.back());
        resting_.pop_back();
        resume(slot->transaction.get());
    }
    slot->cursors.begin(slot->transaction.get());
    slot->id = lmdb::id(slot->transaction.get());
    open_.push_back(slot->id);
    return slot;
}

void Snapshots::give_back(std::unique_ptr<Slot> slot) {
    slot->cursors.end_read();
    rest(slot->transaction.get());

    const std::lock_guard lock(mutex_);
    open_.erase(std::find(open_.begin(), open_.end(), slot->id));
    resting_.push_back(std::move(slot));
    if (open_.empty()) changed_.notify_all();
}

bool Snapshots::run_alone(std::chrono::milliseconds patience, const std::function<void()>& work) {
    std::unique_lock lock(mutex_);
    alone_ = true;
    const bool alone = changed_.wait_for(lock, patience, [&] { return open_.empty(); });
    if (alone) work();
    alone_ = false;
    changed_.notify_all();
    return alone;
}

void Snapshots::run_as_snapshot(std::uint64_t id, const std::function<void()>& work) {
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !alone_; });
        open_.push_back(id);
    }
    const auto leave = [&] {
        const std::lock_guard lock(mutex_);
        open_.erase(std::find(open_.begin(), open_.end(), id));
        if (open_.empty()) changed_.notify_all();
    };
    try {
        work();
    } catch (...) {
        leave();
        throw;
    }
    leave();
}

std::uint64_t Snapshots::oldest(std::uint64_t newest) const {
    const std::lock_guard lock(mutex_);
    return open_.empty() ? newest : std::min(newest, *std::min_element(open_.begin(), open_.end()));
}

}  // namespace tern::store::lmdb
