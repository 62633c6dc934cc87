#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/base/time.hpp"
#include "broker/frontends/admin/http_message.hpp"
#include "broker/runtime/access_keys.hpp"

/// Signature Version 4, verified: who sent a request, and that nobody has changed it since. Pure functions over a
/// request and a moment.
namespace tern::aws {

/// Why a request is not let in.
enum class Distrust : std::uint8_t {
    /// No signature at all.
    missing,
    /// There is something that should be one.
    incomplete,
    /// The key is not one of ours.
    unknown_key,
    /// The signature, its scope or its time is not right.
    mismatch,
    /// A presigned URL whose time is over.
    expired,
    /// The key may not do this.
    denied,
};

struct SignatureRefusal {
    Distrust distrust = Distrust::mismatch;
    std::string message;

    int http_status() const;
    /// `__type` in the JSON protocols, without a prefix.
    std::string_view shape() const;
    /// `<Code>` in the Query protocol, and in x-amzn-query-error.
    std::string_view query_code(std::string_view service) const;
};

/// The scope of a signature: what it is good for.
struct CredentialScope {
    std::string key_id;
    /// YYYYMMDD.
    std::string date;
    std::string region;
    std::string service;

    /// As it stands in what is signed: without the key.
    std::string text() const { return date + "/" + region + "/" + service + "/aws4_request"; }
};

/// A signature as it stands in a request, with nothing verified.
struct GivenSignature {
    CredentialScope scope;
    /// In lower case and in order.
    std::vector<std::string> signed_headers;
    std::string signature;
    /// As it stands in the request, which is how it is signed, and as a moment.
    std::string date_text;
    Timestamp date;
    /// Of a presigned URL: from its date on.
    std::optional<std::chrono::seconds> valid_for;

    bool presigned() const { return valid_for.has_value(); }
};

/// Reads the signature in the Authorization header or in the query.
std::variant<GivenSignature, SignatureRefusal> read_signature(const admin::HttpRequest& request);

/// What is hashed and signed. `payload_hash` is the hash of the body, or what stands in its place.
std::string canonical_request(const admin::HttpRequest& request, const GivenSignature& given,
                              std::string_view payload_hash);
std::string string_to_sign(const GivenSignature& given, std::string_view canonical_request);
/// The key for one day, region and service.
std::string signing_key(std::string_view secret, const CredentialScope& scope);

/// Who signed.
struct VerifiedCaller {
    const runtime::AccessKey* key = nullptr;
    CredentialScope scope;
};

/// Verifies the signature of a request for `service`; a body that came in signed chunks is replaced by what was in
/// them. Takes as long for a key that does not exist as for one that does.
std::variant<VerifiedCaller, SignatureRefusal> verify_signature(admin::HttpRequest& request,
                                                                const runtime::AccessKeys& keys,
                                                                std::string_view service, Timestamp now);

/// Whether a key may do "service:operation" to a name; none: the request is about no name in particular. `resource` is
/// the name as an ARN, for the sentence.
std::optional<SignatureRefusal> authorize(const runtime::AccessKey& key, std::string_view service,
                                          std::string_view operation, std::optional<std::string_view> name,
                                          std::string_view resource);

}  // namespace tern::aws
