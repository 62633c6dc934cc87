#pragma once

#include <span>

#include "broker/frontends/aws/operation.hpp"

namespace tern::aws {

/// The operations of SNS, with the shapes of API version 2010-03-31: all but those of the SMS sandbox and of
/// origination numbers.
std::span<const Operation> sns_operations();

}  // namespace tern::aws
