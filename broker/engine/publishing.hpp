#pragma once

#include "broker/engine/answers.hpp"
#include "broker/engine/batch.hpp"
#include "broker/engine/commands_of_topics.hpp"

namespace tern::engine {

/// Publishes each publication for itself: a refused one leaves the others of the request alone.
/// Errors: batch_empty, batch_too_long (1 to 1000), topic_does_not_exist, and what making a topic by use can be refused
/// for; storage_damaged.
Answer publish(Batch& batch, const Publish& command);

}  // namespace tern::engine
