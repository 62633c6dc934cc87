#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "broker/store/store.hpp"

/// A store that fails on demand, for tests.
namespace tern::store {

/// Passes everything on to another store, counts operations of each kind, and fails at the one that it was told to. As
/// with a real disk nothing works after a failure: every later write, commit and flush fails too.
class FaultStore final : public Store {
public:
    enum class Operation : std::uint8_t { put, erase, commit, flush };
    static constexpr std::size_t operation_count = 4;

    explicit FaultStore(Store& store) : store_(store) {}

    /// Lets the `number`th operation of that kind from now on fail, counted from 1, before it has any effect.
    void fail_at(Operation operation, std::uint64_t number) { failures_[index(operation)] = done(operation) + number; }
    /// What space() answers instead of the truth; nothing for the truth.
    void set_space(std::optional<SpaceState> state) { space_ = state; }
    /// The disk works again: what a test does before it opens the store anew.
    void repair() {
        for (auto& failure : failures_) failure = 0;
        broken_ = false;
    }

    std::uint64_t done(Operation operation) const { return done_[index(operation)]; }
    bool broken() const { return broken_; }

    std::unique_ptr<WriteTransaction> begin_write() override {
        return std::make_unique<Write>(*this, store_.begin_write());
    }
    std::unique_ptr<ReadTransaction> begin_read() override { return store_.begin_read(); }

    void flush() override {
        count(Operation::flush);
        store_.flush();
    }

    Space space() override {
        auto space = store_.space();
        if (space_) space.state = *space_;
        return space;
    }

    std::uint64_t backup(const std::string& path) override { return store_.backup(path); }

private:
    class Write final : public WriteTransaction {
    public:
        Write(FaultStore& faults, std::unique_ptr<WriteTransaction> inner)
            : faults_(faults),
              inner_(std::move(inner)) {}

        Value get(Table table, BytesView key) const override { return inner_->get(table, key); }
        std::unique_ptr<Cursor> cursor(Table table) const override { return inner_->cursor(table); }
        std::uint64_t rows(Table table) const override { return inner_->rows(table); }

        void put(Table table, BytesView key, BytesView value) override {
            faults_.count(Operation::put);
            inner_->put(table, key, value);
        }
        bool erase(Table table, BytesView key) override {
            faults_.count(Operation::erase);
            return inner_->erase(table, key);
        }
        Durability commit() override {
            faults_.count(Operation::commit);
            return inner_->commit();
        }

    private:
        FaultStore& faults_;
        std::unique_ptr<WriteTransaction> inner_;
    };

    static std::size_t index(Operation operation) { return static_cast<std::size_t>(operation); }

    void count(Operation operation) {
        const auto number = ++done_[index(operation)];
        if (number == failures_[index(operation)]) broken_ = true;
        if (broken_) throw StoreFailure("The disk failed, as this test told it to.");
    }

    Store& store_;
    std::uint64_t done_[operation_count] = {};
    std::uint64_t failures_[operation_count] = {};
    std::optional<SpaceState> space_;
    bool broken_ = false;
};

}  // namespace tern::store
