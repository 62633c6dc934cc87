#pragma once

#include "broker/frontends/native/reply_writer.hpp"
#include "broker/frontends/native/request.hpp"
#include "broker/runtime/broker.hpp"

namespace tern::native {

/// Reads a snapshot and appends the answer to a query, or the refusal. On any thread.
void answer_query(runtime::Broker& broker, Timestamp started_at, ReplyWriter& writer, ReplyTo to, const Query& query);

}  // namespace tern::native
