#include "broker/frontends/aws/signature_chunks.hpp"

#include <algorithm>
#include <charconv>

#include "broker/frontends/admin/http_text.hpp"
#include "broker/frontends/aws/signature_checksum.hpp"
#include "broker/frontends/aws/signature_text.hpp"

namespace tern::aws {
namespace {

SignatureRefusal malformed_chunks() {
    return {Distrust::incomplete, "The request body terminated unexpectedly"};
}

SignatureRefusal wrong_chunk() {
    return {Distrust::mismatch, "The chunk signature we calculated does not match the signature you provided."};
}

SignatureRefusal wrong_checksum(std::string_view field) {
    return {Distrust::mismatch, "The " + std::string(field) + " you specified did not match the calculated checksum."};
}

/// Takes chunks off the front of a body.
class ChunkReader {
public:
    ChunkReader(std::string_view body, ChunkSigning signing, const ChunkKey* key)
        : rest_(body),
          signing_(signing),
          key_(key),
          previous_(key ? key->seed : "") {}

    std::variant<std::string, SignatureRefusal> read() {
        for (bool last = false; !last;) {
            const auto refusal = read_chunk(last);
            if (refusal) return *refusal;
        }
        if (auto refusal = read_trailer()) return std::move(*refusal);
        if (!rest_.empty()) return malformed_chunks();
        return std::move(data_);
    }

private:
    std::optional<std::string_view> next_line() {
        const auto end = rest_.find("\r\n");
        if (end == std::string_view::npos) return std::nullopt;
        const auto line = rest_.substr(0, end);
        rest_.remove_prefix(end + 2);
        return line;
    }

    std::optional<SignatureRefusal> read_chunk(bool& last) {
        const auto line = next_line();
        if (!line) return malformed_chunks();
        const auto semicolon = std::min(line->size(), line->find(';'));
        std::size_t size = 0;
        const auto [end, error] = std::from_chars(line->data(), line->data() + semicolon, size, 16);
        if (error != std::errc() || end != line->data() + semicolon || size > rest_.size()) return malformed_chunks();
        const auto data = rest_.substr(0, size);
        rest_.remove_prefix(size);
        last = size == 0;

        constexpr std::string_view extension = "chunk-signature=";
        const auto after = line->substr(std::min(line->size(), semicolon + 1));
        if (signing_ != ChunkSigning::none) {
            if (!after.starts_with(extension)) return malformed_chunks();
            if (!agrees("AWS4-HMAC-SHA256-PAYLOAD", hex_of(sha256("")) + "\n" + hex_of(sha256(data)),
                        after.substr(extension.size()))) {
                return wrong_chunk();
            }
        }
        data_ += data;
        // Behind the last chunk comes a trailer or nothing.
        if (last) return std::nullopt;
        if (!rest_.starts_with("\r\n")) return malformed_chunks();
        rest_.remove_prefix(2);
        return std::nullopt;
    }

    /// Fields, and an empty line. A checksum among them is of all the data.
    std::optional<SignatureRefusal> read_trailer() {
        constexpr std::string_view signature_field = "x-amz-trailer-signature:";
        std::string signed_fields;
        std::optional<std::string> signature;
        while (!rest_.empty()) {
            const auto line = next_line();
            if (!line) return malformed_chunks();
            if (line->empty()) break;
            if (line->starts_with(signature_field)) {
                signature = admin::trim_spaces(line->substr(signature_field.size()));
                continue;
            }
            const auto colon = line->find(':');
            if (colon == std::string_view::npos || signature) return malformed_chunks();
            const auto name = line->substr(0, colon);
            const auto value = admin::trim_spaces(line->substr(colon + 1));
            if (!checksum_agrees(name, value, data_)) return wrong_checksum(name);
            signed_fields.append(name).append(":").append(value).append("\n");
        }
        // An empty line may follow the signature.
        if (rest_ == "\r\n") rest_ = {};
        if (signing_ != ChunkSigning::chunks_and_trailer) return std::nullopt;
        if (!signature) return malformed_chunks();
        if (!agrees("AWS4-HMAC-SHA256-TRAILER", hex_of(sha256(signed_fields)), *signature)) return wrong_chunk();
        return std::nullopt;
    }

    bool agrees(std::string_view algorithm, const std::string& what, std::string_view signature) {
        if (!key_) return true;
        const auto text =
            std::string(algorithm) + "\n" + key_->date_text + "\n" + key_->scope + "\n" + previous_ + "\n" + what;
        previous_ = hex_of(hmac_sha256(key_->signing_key, text));
        return equal_in_constant_time(previous_, signature);
    }

    std::string_view rest_;
    const ChunkSigning signing_;
    const ChunkKey* const key_;
    std::string previous_;
    std::string data_;
};

/// The coding is undone, so that it stands there no more.
void drop_chunk_coding(admin::HttpRequest& request) {
    std::erase_if(request.fields, [](const admin::HttpRequest::Field& field) {
        return admin::equal_ignoring_case(field.name, "Content-Encoding") &&
               admin::equal_ignoring_case(field.value, "aws-chunked");
    });
}

}  // namespace

std::optional<ChunkSigning> chunk_signing_of(std::string_view content_sha256) {
    if (content_sha256 == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD") return ChunkSigning::chunks;
    if (content_sha256 == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER") return ChunkSigning::chunks_and_trailer;
    if (content_sha256 == "STREAMING-UNSIGNED-PAYLOAD-TRAILER") return ChunkSigning::none;
    return std::nullopt;
}

std::variant<std::string, SignatureRefusal> decode_chunks(std::string_view body, ChunkSigning signing,
                                                          const ChunkKey* key) {
    return ChunkReader(body, signing, key).read();
}

std::optional<SignatureRefusal> unwrap_chunks(admin::HttpRequest& request, const ChunkKey* key) {
    const auto signing = chunk_signing_of(request.field("x-amz-content-sha256").value_or(""));
    if (!signing) return std::nullopt;
    auto data = decode_chunks(request.body, *signing, key);
    if (auto* refusal = std::get_if<SignatureRefusal>(&data)) return std::move(*refusal);
    request.body = std::get<std::string>(std::move(data));
    drop_chunk_coding(request);
    return std::nullopt;
}

}  // namespace tern::aws
