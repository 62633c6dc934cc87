#pragma once

namespace tern::bench {

/// From now on Ctrl-C and SIGTERM end the measurement by an exception, so that what was started and written for it
/// goes.
void watch_for_interruption();

/// Called by every long loop. Errors: throws BenchError once the person has asked to stop.
void stop_if_interrupted();

}  // namespace tern::bench
