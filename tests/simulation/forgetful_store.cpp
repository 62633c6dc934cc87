#include "tests/simulation/forgetful_store.hpp"

#include <utility>

namespace tern::simulation {

class ForgetfulStore::Write final : public store::WriteTransaction {
public:
    Write(ForgetfulStore& store, std::unique_ptr<store::WriteTransaction> inner)
        : store_(store),
          inner_(std::move(inner)) {}

    store::Value get(store::Table table, BytesView key) const override { return inner_->get(table, key); }
    std::unique_ptr<store::Cursor> cursor(store::Table table) const override { return inner_->cursor(table); }
    std::uint64_t rows(store::Table table) const override { return inner_->rows(table); }
    void put(store::Table table, BytesView key, BytesView value) override {
        if (!store_.forgets(Forgets::puts, table)) inner_->put(table, key, value);
    }
    bool erase(store::Table table, BytesView key) override {
        if (!store_.forgets(Forgets::erases, table)) return inner_->erase(table, key);
        return !inner_->get(table, key).absent();
    }
    store::Durability commit() override {
        if (store_.forgets(Forgets::commits, store::Table::meta)) return store::Durability::can_be_undone;
        return inner_->commit();
    }

private:
    ForgetfulStore& store_;
    std::unique_ptr<store::WriteTransaction> inner_;
};

std::unique_ptr<store::WriteTransaction> ForgetfulStore::begin_write() {
    return std::make_unique<Write>(*this, inner_.begin_write());
}

bool ForgetfulStore::forgets(Forgets what, store::Table table) {
    if (forgetfulness_.what != what) return false;
    if (what != Forgets::commits && forgetfulness_.table != table) return false;
    return random_.below(forgetfulness_.one_in) == 0;
}

}  // namespace tern::simulation
