#pragma once

#include <optional>

#include "broker/engine/answers.hpp"
#include "broker/engine/batch.hpp"
#include "broker/engine/commands.hpp"

namespace tern::engine {

/// Several commands or none: everything is checked first, and then executed in the order deletes, sends, appends,
/// commits.
/// A delete is stricter than on its own: the message must still be there, and nobody may have received it since. Else
/// whoever got a message that is delivered twice would commit what follows from it twice (message_not_in_flight: it was
/// deleted, perhaps by this very transaction whose answer was lost; receipt_handle_expired: somebody else has it).
/// Errors: those of the parts, the detail names the step and the entry ("deletes[0].receipt_handles[1]",
/// "sends[0].messages[2]", "appends[0].batches[0]", "commits[0].offsets[3]"); transaction_empty, transaction_too_long,
/// transaction_partition_twice.
Answer transact(Batch& batch, const Transact& command);

}  // namespace tern::engine
