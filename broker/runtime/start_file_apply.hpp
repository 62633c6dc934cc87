#pragma once

#include "broker/runtime/local_broker.hpp"
#include "broker/runtime/start_file.hpp"

namespace tern::runtime {

/// Makes what a start file declares and is not there, and changes what is there and differs: in the settings and tags
/// that the file gives, and no others. Deletes nothing. Each of these is told in the log. The broker runs.
/// Errors: throws StartFileFault; what was made before stays.
void apply_start_file(LocalBroker& broker, const StartFile& file);

}  // namespace tern::runtime
