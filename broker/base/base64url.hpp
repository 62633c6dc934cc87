#pragma once

#include <optional>
#include <string>

#include "broker/base/bytes.hpp"

namespace tern {

/// RFC 4648 section 5, without padding.
std::string encode_base64url(BytesView bytes);
/// Nothing when a character or the length is wrong, or when unused bits are set (each value has one text only).
std::optional<Bytes> decode_base64url(BytesView text);

}  // namespace tern
