#pragma once

#include <string>

#include "broker/base/time.hpp"
#include "broker/frontends/native/backups.hpp"
#include "broker/frontends/native/session_core.hpp"
#include "broker/runtime/broker.hpp"
#include "broker/runtime/bytes_budget.hpp"
#include "broker/runtime/log_gate.hpp"

namespace tern::native {

/// What all connections of the front end share.
struct SharedContext {
    SharedContext(runtime::Broker& broker, const SessionLimits& limits);

    runtime::Broker& broker;
    const SessionLimits limits;
    const Timestamp started_at;
    const std::string broker_name;
    runtime::BytesBudget unfinished_requests;
    runtime::LogGate log_gate;
    Backups backups;
};

}  // namespace tern::native
