#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "broker/base/random_source.hpp"
#include "tests/crash/trace.hpp"

namespace tern::crash {

/// Which of the writes that no flush has confirmed a power cut has let through.
enum class Survival : std::uint8_t {
    none,
    all,
    /// Any of them, whole.
    some,
    /// Any sectors of 512 bytes of any of them.
    torn,
};
const char* name_of(Survival survival);

/// The disk under the data file, driven through a trace: what is surely on it, and what is only on its way.
///
/// The order in which writes reach the disk needs no choice of its own: it shows only where two of them overlap, and
/// the older one on top is the same as the newer one lost.
class Disk {
public:
    explicit Disk(const Trace& trace) : trace_(trace) {}

    /// Goes on to the moment before the record at `position`; never back.
    void advance(Position position);

    /// Makes `folder`, which must not hold a data file, what a restart would find after a power cut now.
    void write_image(const std::string& folder, Survival survival, RandomSource& random) const;

    std::size_t unconfirmed() const { return unconfirmed_.size(); }

private:
    enum class Name : std::uint8_t { being_made, given, durable };

    struct Content {
        /// Up to the last byte that was ever written; zeros follow up to the length.
        std::string bytes;
        std::uint64_t length = 0;
    };

    static void apply(const TraceEntry& entry, Content& content);
    static void apply_torn(const TraceEntry& entry, Content& content, RandomSource& random);
    void confirm(std::uint64_t call);

    const Trace& trace_;
    Position position_ = 0;
    Content durable_;
    std::vector<Position> unconfirmed_;
    Name name_ = Name::being_made;
    bool exists_ = false;
};

}  // namespace tern::crash
