#pragma once

namespace tern::cli {

/// From now on a first Ctrl-C (SIGINT) or SIGTERM only sets a flag, and ends a read that waits; a second one ends the
/// process as usual.
void catch_interruption();

/// True once such a signal has come.
bool interrupted();

}  // namespace tern::cli
