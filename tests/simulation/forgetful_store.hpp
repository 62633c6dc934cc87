#pragma once

#include <cstdint>
#include <memory>

#include "broker/base/random_source.hpp"
#include "broker/store/store.hpp"

/// A store that does not do everything it is told: proof that the simulation would notice.
namespace tern::simulation {

enum class Forgets : std::uint8_t { nothing, puts, erases, commits };

struct Forgetfulness {
    Forgets what = Forgets::nothing;
    store::Table table = store::Table::meta;
    /// One in so many.
    std::uint64_t one_in = 20;
};

class ForgetfulStore final : public store::Store {
public:
    ForgetfulStore(store::Store& inner, Forgetfulness forgetfulness, std::uint64_t seed)
        : inner_(inner),
          forgetfulness_(forgetfulness),
          random_(seed) {}

    std::unique_ptr<store::WriteTransaction> begin_write() override;
    std::unique_ptr<store::ReadTransaction> begin_read() override { return inner_.begin_read(); }
    void flush() override { inner_.flush(); }
    store::Space space() override { return inner_.space(); }
    std::uint64_t backup(const std::string& path) override { return inner_.backup(path); }

    /// From now on nothing more is forgotten.
    void heal() { forgetfulness_.what = Forgets::nothing; }

private:
    class Write;
    bool forgets(Forgets what, store::Table table);

    store::Store& inner_;
    Forgetfulness forgetfulness_;
    SeededRandom random_;
};

}  // namespace tern::simulation
