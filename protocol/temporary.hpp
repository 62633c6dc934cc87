#pragma once

#include "protocol/status.hpp"

namespace tern::protocol {

/// Whether the same request may succeed a moment later.
constexpr bool is_temporary(Status status) {
    switch (status) {
        case Status::too_many_requests_in_flight:
        case Status::overloaded:
        case Status::storage_full:
        case Status::shutting_down:
        case Status::backup_in_progress:
        case Status::over_in_flight_limit:
        case Status::subscriber_too_slow: return true;
        default: return false;
    }
}

}  // namespace tern::protocol
