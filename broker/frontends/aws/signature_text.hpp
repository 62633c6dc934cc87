#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/base/hex.hpp"
#include "broker/base/time.hpp"

/// What Signature Version 4 is put together from ("Create a signed AWS API request" in the AWS documentation). Pure
/// functions.
namespace tern::aws {

using Sha256 = std::array<unsigned char, 32>;

Sha256 sha256(std::string_view bytes);
Sha256 hmac_sha256(std::string_view key, std::string_view bytes);
inline std::string_view view_of(const Sha256& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
/// Whether two texts are equal; how long that takes says nothing about where they differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

/// A-Z, a-z, 0-9, '-', '.', '_' and '~' as they are, also '/' if asked for; all other bytes as %XX.
std::string uri_encode(std::string_view text, bool keep_slashes = false);
/// The parameters of a query string, decoded, in their order.
std::vector<std::pair<std::string, std::string>> query_parameters(std::string_view query);

/// The path without "." and ".." and double slashes, encoded once more than it came: so sign all services but S3.
std::string canonical_path(std::string_view path);
/// Names and values encoded anew and sorted; without the parameter `left_out`.
std::string canonical_query(std::string_view query, std::string_view left_out);
/// Without white space around it, and with single spaces inside.
std::string canonical_value(std::string_view value);

/// "20150830T123600Z", the only form that AWS takes in X-Amz-Date. Nothing when it is none, or no moment.
std::optional<Timestamp> parse_amz_date(std::string_view text);
/// "Sun, 30 Aug 2015 12:36:00 GMT" of a Date header (RFC 9110 section 5.6.7).
std::optional<Timestamp> parse_http_date(std::string_view text);
std::string to_amz_date(Timestamp moment);

}  // namespace tern::aws
