#pragma once

#include <string>
#include <vector>

#include "tern/group.hpp"
#include "tools/tern/context.hpp"

namespace tern::cli {

/// All consumer groups of the namespace whose names begin so, page by page. Errors: Error.
std::vector<GroupSummary> all_groups(Context& context, const std::string& prefix);

}  // namespace tern::cli
