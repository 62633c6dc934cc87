#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "broker/frontends/admin/http_message.hpp"
#include "broker/frontends/aws/signature.hpp"

/// Bodies in the content coding "aws-chunked": data in chunks, each with a signature that grows out of the one before
/// ("Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks" in the S3 API
/// reference). Nothing to do with HTTP's own chunks.
namespace tern::aws {

/// How the chunks of a body are vouched for.
enum class ChunkSigning : std::uint8_t { none, chunks, chunks_and_trailer };

/// What x-amz-content-sha256 says of a body that comes in chunks; nothing of one that does not.
std::optional<ChunkSigning> chunk_signing_of(std::string_view content_sha256);

/// What chunk signatures are calculated with. The first grows out of the request's own, the seed.
struct ChunkKey {
    std::string signing_key;
    std::string date_text;
    std::string scope;
    std::string seed;
};

/// The data of the chunks. Without a key the signatures are not looked at, only the form is.
std::variant<std::string, SignatureRefusal> decode_chunks(std::string_view body, ChunkSigning signing,
                                                          const ChunkKey* key);

/// Replaces a body in chunks, as x-amz-content-sha256 says, by what is in them; leaves another one alone. Without a key
/// as decode_chunks.
std::optional<SignatureRefusal> unwrap_chunks(admin::HttpRequest& request, const ChunkKey* key = nullptr);

}  // namespace tern::aws
