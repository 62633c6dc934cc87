#pragma once

#include <string_view>

#include "broker/frontends/admin/http_guard.hpp"

namespace tern::admin {

/// True when Beast's parser reads a header block that the guard let through as the guard did: the same method, target
/// and framing. Where two readers disagree, a third one in front of us may too.
bool second_reader_agrees(std::string_view block, const GuardedHeader& header);

}  // namespace tern::admin
