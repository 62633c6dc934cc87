#pragma once

#include <string>

#include "tern/group.hpp"
#include "tools/tern/context.hpp"

namespace tern::cli {

struct GroupFollowOptions {
    std::string stream;
    std::string group;
    AssignmentStrategy strategy = AssignmentStrategy::cooperative_sticky;
    /// Where the group begins in a partition in which it has committed nothing: at the latest record, or the earliest.
    bool from_latest = false;
    bool raw = false;
    /// Ends when the group has committed all that was there at the beginning.
    bool until_end = false;
};

/// Shows the records of the stream as a member of the group, and commits what has been written out; until Ctrl-C or the
/// end, when it leaves the group. Errors: Error, Failure, OutputFailure: what could not be written is not committed.
ExitCode follow_in_group(Context& context, const GroupFollowOptions& options);

}  // namespace tern::cli
