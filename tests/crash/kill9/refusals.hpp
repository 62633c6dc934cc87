#pragma once

#include <fmt/format.h>

#include <cstdint>

#include "tern/error.hpp"
#include "tests/crash/broker_process.hpp"
#include "tests/crash/wire_client.hpp"

namespace tern::crash {

/// A stopping broker refuses in good order; everything else that it refuses here is a fault. Its refusal may come
/// before the answers to what was asked earlier: those wait for their commit, and are lost with the connection.
/// Errors: throws ConnectionLost, or TestFailure.
inline void require_ok(Status status, const char* what) {
    if (status == Status::shutting_down) throw ConnectionLost("the broker stops");
    if (status != Status::ok) throw TestFailure(fmt::format("{} was refused with {}", what, static_cast<int>(status)));
}

/// Of an answer as it stands on the wire.
inline void require_ok(std::uint16_t status, const char* what) {
    require_ok(static_cast<Status>(status), what);
}

template <class T>
void require_ok(const Outcome<T>& outcome, const char* what) {
    if (!outcome.has_value()) require_ok(outcome.error().status(), what);
}

}  // namespace tern::crash
