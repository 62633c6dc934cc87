#pragma once

#include "broker/engine/batch.hpp"

namespace tern::engine {

/// Works off what stands in the agenda and is due, in order of time, until the batch has done its share.
void do_due_work(Batch& batch);

}  // namespace tern::engine
