#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tern::runtime {

/// Who may sign AWS requests, and what for (docs/security.md).
struct AccessKey {
    std::string id;
    /// Never logged, never printed.
    std::string secret;
    /// 12 digits; empty: the broker's own account.
    std::string account = {};
    /// Patterns of "service:Operation", compared without regard to case: "sqs:*", "sns:Publish", "*".
    std::vector<std::string> actions = {"*"};
    /// Patterns of the names of queues, topics and streams. A request about no name in particular, such as a listing,
    /// needs the action alone.
    std::vector<std::string> names = {"*"};

    /// Whether this key may do `action` to `name`; without a name, whether it may do it at all.
    bool allows(std::string_view action, std::optional<std::string_view> name) const;
};

/// True when the text is what the pattern says, where * stands for any characters, or none.
bool matches_pattern(std::string_view pattern, std::string_view text, bool ignoring_case = false);

/// By their ids. Empty: requests need no signature, and none is looked at.
using AccessKeys = std::map<std::string, AccessKey, std::less<>>;

}  // namespace tern::runtime
