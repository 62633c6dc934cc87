#pragma once

#include "tools/tern/context.hpp"
#include "tools/tern/send/send_report.hpp"

namespace tern::cli {

/// Tells how the work on many lines went, and the exit code that it makes.
/// Errors: Failure for what ended the work early, with where that leaves a person.
ExitCode tell_report(const SendReport& report, Context& context);

}  // namespace tern::cli
