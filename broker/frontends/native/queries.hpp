#pragma once

#include "broker/frontends/native/reply_writer.hpp"
#include "broker/frontends/native/request.hpp"
#include "broker/runtime/broker.hpp"

namespace tern::native {

/// Reads a snapshot and appends the answer to a query, or the refusal. On any thread.
void answer_query(runtime::Broker& broker, Timestamp started_at, ReplyWriter& writer, ReplyTo to, const Query& query);

/// Reads what a fetch asks for: what is there and durable. On any thread.
engine::Fetched read_streams(runtime::Broker& broker, const Fetch& fetch);

}  // namespace tern::native
