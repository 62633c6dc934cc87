#pragma once

#include <memory>
#include <utility>

#include "broker/store/store.hpp"

namespace tern::runtime {

/// A write transaction that knows whether anything was written through it.
class ChangeRecorder final : public store::WriteTransaction {
public:
    explicit ChangeRecorder(std::unique_ptr<store::WriteTransaction> inner) : inner_(std::move(inner)) {}

    bool changed() const { return changed_; }

    store::Value get(store::Table table, BytesView key) const override { return inner_->get(table, key); }
    std::unique_ptr<store::Cursor> cursor(store::Table table) const override { return inner_->cursor(table); }
    std::uint64_t rows(store::Table table) const override { return inner_->rows(table); }

    void put(store::Table table, BytesView key, BytesView value) override {
        changed_ = true;
        inner_->put(table, key, value);
    }
    bool erase(store::Table table, BytesView key) override {
        const bool erased = inner_->erase(table, key);
        changed_ = changed_ || erased;
        return erased;
    }
    store::Durability commit() override { return inner_->commit(); }

private:
    std::unique_ptr<store::WriteTransaction> inner_;
    bool changed_ = false;
};

}  // namespace tern::runtime
