#include "broker/frontends/native/shared_context.hpp"

namespace tern::native {

SharedContext::SharedContext(runtime::Broker& broker, const SessionLimits& limits)
    : broker(broker),
      limits(limits),
      started_at(broker.now()),
      broker_name("ternd " TERN_VERSION),
      unfinished_requests(limits.unfinished_bytes_max) {}

}  // namespace tern::native
