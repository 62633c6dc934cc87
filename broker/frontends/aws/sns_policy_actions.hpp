#pragma once

#include <string_view>

#include "broker/frontends/aws/sns_errors.hpp"

/// Which actions the statements of a topic's policy may be about (docs/aws.md sns-6).
namespace tern::aws::sns {

/// Whether AddPermission may name it, such as Publish.
bool is_permittable(std::string_view action);

/// Complains of statements about what SNS does not do; of patterns, and of what has not the form of a policy, nothing
/// is said. The text is an object in JSON.
Complaint fault_of_policy(std::string_view policy);

}  // namespace tern::aws::sns
