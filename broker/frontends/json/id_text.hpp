#pragma once

#include <string>

#include "broker/engine/answers.hpp"

namespace tern::json {

/// A message's id as people know such ids: 8-4-4-4-12 hexadecimal digits.
std::string text_of(const engine::MessageId& id);

}  // namespace tern::json
