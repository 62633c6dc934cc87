#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tern/subscribing.hpp"
#include "tools/tern/context.hpp"

namespace tern::cli {

struct SubscribeRun {
    SubscriberOptions subscriber;
    /// Data only.
    bool raw = false;
    /// Ends after so many publications.
    std::optional<std::uint64_t> count;
    /// Ends when nothing has come for so long.
    std::optional<milliseconds> idle;
    /// Durable: what was written out is acknowledged.
    bool acknowledges = true;
};

/// Writes what is pushed as it comes, and goes on after a restart of the broker, until the count, the idle time or a
/// signal ends it.
ExitCode subscribe(Context& context, SubscribeRun run);

}  // namespace tern::cli
