#pragma once

#include <string_view>

namespace tern::aws {

/// Whether data has the checksum that a trailer's field tells: x-amz-checksum-crc32, -crc32c, -sha1 or -sha256, in
/// base64. Other fields say nothing about it.
bool checksum_agrees(std::string_view field, std::string_view value, std::string_view data);

}  // namespace tern::aws
