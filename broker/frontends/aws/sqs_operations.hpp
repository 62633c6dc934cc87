#pragma once

#include <span>

#include "broker/frontends/aws/operation.hpp"

namespace tern::aws {

/// All operations of SQS, with the shapes of API version 2012-11-05.
std::span<const Operation> sqs_operations();

}  // namespace tern::aws
