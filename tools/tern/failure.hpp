#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include "protocol/status.hpp"

namespace tern::cli {

/// What `tern` tells the shell (docs/cli.md). Numbers are only ever appended.
enum class ExitCode : int {
    ok = 0,
    /// The broker refused, or a part of the work failed.
    failed = 1,
    /// The command line is wrong; nothing was done.
    usage = 2,
    /// The broker cannot be reached, or the connection was lost and some of the work is uncertain.
    no_connection = 3,
    /// With --fail-empty: there was nothing to receive.
    nothing_received = 4,
    /// Stopped by a signal before the work was done.
    interrupted = 130,
};

/// Ends a command: what is wrong, and what to do about it.
struct Failure : std::runtime_error {
    Failure(ExitCode code, const std::string& what, std::string hint = {})
        : std::runtime_error(what),
          code(code),
          hint(std::move(hint)) {}

    ExitCode code;
    /// A sentence that tells the way on; empty when there is none to tell.
    std::string hint;
    /// Set when the broker refused.
    std::optional<protocol::Status> status;
};

/// A refusal by the broker, in its own words or the status' sentence, with the hint that fits.
/// `subject`: the queue, stream, group or topic that the command speaks of.
Failure refusal(protocol::Status status, const std::string& message, const std::string& subject = {});

/// What a person can do about a status; empty when its sentence says it all.
std::string hint_for(protocol::Status status, const std::string& subject);

/// The broker at this address does not answer.
Failure unreachable(const std::string& server, const std::string& reason);

/// Prints a failure on standard error: two lines for people, one JSON object with --json.
void report(const Failure& failure, bool json);

}  // namespace tern::cli
