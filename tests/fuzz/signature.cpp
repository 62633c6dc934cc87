#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "broker/frontends/aws/signature.hpp"
#include "broker/frontends/aws/signature_chunks.hpp"
#include "broker/frontends/aws/signature_text.hpp"

/// A request of a stranger, as it came and signed by us: reading its signature does no harm, nobody is let in without
/// the secret, and who has it is, with that request and no other.
///
/// Lines: method, path, query; then header fields as NAME:VALUE up to an empty line; the rest is the body.
namespace {

using namespace tern;
using namespace tern::aws;

void require(bool holds) {
    if (!holds) std::abort();
}

const Timestamp now(1'440'938'160'000);

std::string take_line(std::string_view& rest) {
    const auto end = std::min(rest.size(), rest.find('\n'));
    std::string line(rest.substr(0, end));
    rest.remove_prefix(std::min(rest.size(), end + 1));
    return line;
}

admin::HttpRequest request_of(std::string_view rest) {
    admin::HttpRequest request;
    request.method = take_line(rest);
    request.path = take_line(rest);
    request.query = take_line(rest);
    for (auto line = take_line(rest); !line.empty(); line = take_line(rest)) {
        const auto colon = std::min(line.size(), line.find(':'));
        request.fields.push_back({line.substr(0, colon), line.substr(std::min(line.size(), colon + 1))});
    }
    request.body = rest;
    return request;
}

/// With a signature of ours over Host and the date.
void sign(admin::HttpRequest& request, const std::string& secret) {
    GivenSignature given;
    given.scope = {"AKID", "20150830", "us-east-1", "sqs"};
    given.date_text = "20150830T123600Z";
    given.signed_headers = {"host", "x-amz-date"};
    request.fields = {{"Host", "localhost"}, {"X-Amz-Date", given.date_text}};
    const auto canonical = canonical_request(request, given, hex_of(sha256(request.body)));
    const auto key = signing_key(secret, given.scope);
    request.fields.push_back({"Authorization", "AWS4-HMAC-SHA256 Credential=AKID/" + given.scope.text() +
                                                   ", SignedHeaders=host;x-amz-date, Signature=" +
                                                   hex_of(hmac_sha256(key, string_to_sign(given, canonical)))});
}

bool let_in(admin::HttpRequest request) {
    static const runtime::AccessKeys keys = {{"AKID", {"AKID", "the secret"}}};
    const auto result = verify_signature(request, keys, "sqs", now);
    if (const auto* const refusal = std::get_if<SignatureRefusal>(&result)) {
        require(!refusal->message.empty() && !refusal->query_code("sqs").empty());
        return false;
    }
    return true;
}

void check_chunks(const std::string& body) {
    for (const auto signing : {ChunkSigning::none, ChunkSigning::chunks, ChunkSigning::chunks_and_trailer}) {
        const auto data = decode_chunks(body, signing, nullptr);
        if (const auto* const text = std::get_if<std::string>(&data)) require(text->size() <= body.size());
    }
    // Nobody can sign a chunk without the key.
    const ChunkKey key{"key", "20150830T123600Z", "scope", "seed"};
    require(std::holds_alternative<SignatureRefusal>(decode_chunks(body, ChunkSigning::chunks, &key)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    auto request = request_of({reinterpret_cast<const char*>(bytes), size});
    check_chunks(request.body);
    require(!let_in(request));

    // A query that claims to be signed as well is one signature too many.
    const auto parameters = query_parameters(request.query);
    const bool claims =
        std::ranges::any_of(parameters, [](const auto& one) { return one.first.starts_with("X-Amz-"); });
    if (claims) return 0;
    sign(request, "another secret");
    require(!let_in(request));
    sign(request, "the secret");
    require(let_in(request));
    request.body += 'x';
    require(!let_in(request));
    return 0;
}
