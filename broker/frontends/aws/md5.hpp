#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "broker/engine/commands.hpp"

/// The digests with which SDKs check what they sent and received (docs/aws.md sqs-15). MD5 proves nothing against an
/// attacker, and is not meant to.
namespace tern::aws {

/// 32 hexadecimal digits.
std::string md5_of(std::string_view bytes);

/// The digest of attributes: sorted by name; of each, name, type and value, every one behind its length in 4 bytes,
/// and before the value 1 for text and 2 for binary.
std::string md5_of_attributes(std::vector<engine::MessageAttribute> attributes);

}  // namespace tern::aws
