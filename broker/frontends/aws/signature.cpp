#include "broker/frontends/aws/signature.hpp"

#include <algorithm>
#include <chrono>

#include "broker/frontends/admin/http_text.hpp"
#include "broker/frontends/aws/signature_chunks.hpp"
#include "broker/frontends/aws/signature_text.hpp"

namespace tern::aws {
namespace {

// As AWS has them: a request may come this late, and from a clock that is so far ahead.
constexpr std::chrono::minutes lateness_max{15};
constexpr std::chrono::minutes earliness_max{5};

SignatureRefusal signature_mismatch(std::string message) {
    return {Distrust::mismatch, std::move(message)};
}

std::string canonical_header(const admin::HttpRequest& request, std::string_view name) {
    std::string values;
    bool first = true;
    for (const auto& field : request.fields) {
        if (!admin::equal_ignoring_case(field.name, name)) continue;
        values += (first ? "" : ",") + canonical_value(field.value);
        first = false;
    }
    return values;
}

/// What a signature must cover, or a header could be changed on its way: whom the request is for, and what it asks.
std::optional<SignatureRefusal> judge_signed_headers(const admin::HttpRequest& request, const GivenSignature& given) {
    const auto covers = [&](std::string_view name) {
        return std::ranges::find(given.signed_headers, name) != given.signed_headers.end();
    };
    if (!covers("host") && !covers(":authority")) {
        return signature_mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
    }
    if (request.count("X-Amz-Target") > 0 && !covers("x-amz-target")) {
        return signature_mismatch("'X-Amz-Target' must be a 'SignedHeader' in the AWS Authorization.");
    }
    for (const auto& name : given.signed_headers) {
        if (name == ":authority" || request.count(name) > 0) continue;
        return signature_mismatch("The signed header '" + name + "' is not in the request.");
    }
    return std::nullopt;
}

std::optional<SignatureRefusal> judge_scope(const GivenSignature& given, std::string_view service) {
    const auto& scope = given.scope;
    if (scope.region.empty()) return signature_mismatch("Credential should be scoped to a valid region.");
    if (scope.service != service) {
        return signature_mismatch("Credential should be scoped to correct service: '" + std::string(service) + "'.");
    }
    if (scope.date == given.date_text.substr(0, 8)) return std::nullopt;
    return signature_mismatch(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" + scope.date +
        "' != '" + given.date_text.substr(0, 8) + "', from '" + given.date_text + "'.");
}

std::optional<SignatureRefusal> judge_time(const GivenSignature& given, Timestamp now) {
    if (given.date > now + earliness_max) {
        return signature_mismatch("Signature not yet current: " + given.date_text + " is still later than " +
                                  to_amz_date(now + earliness_max) + " (" + to_amz_date(now) + " + 5 min.)");
    }
    if (given.presigned()) {
        if (now <= given.date + *given.valid_for) return std::nullopt;
        return SignatureRefusal{Distrust::expired, "Request has expired."};
    }
    if (given.date >= now - lateness_max) return std::nullopt;
    return signature_mismatch("Signature expired: " + given.date_text + " is now earlier than " +
                              to_amz_date(now - lateness_max) + " (" + to_amz_date(now) + " - 15 min.)");
}

/// What the signature says of the body: its hash, calculated here, or one of the words that leave it out.
std::string payload_hash_of(const admin::HttpRequest& request) {
    constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";
    if (const auto given = request.field("x-amz-content-sha256")) {
        if (*given == unsigned_payload || chunk_signing_of(*given)) return *given;
    }
    for (const auto& [name, value] : query_parameters(request.query)) {
        if (name == "X-Amz-Content-Sha256" && value == unsigned_payload) return value;
    }
    return hex_of(sha256(request.body));
}

std::optional<SignatureRefusal> judge_payload(const admin::HttpRequest& request, const std::string& payload_hash) {
    const auto given = request.field("x-amz-content-sha256");
    if (!given || *given == payload_hash) return std::nullopt;
    return signature_mismatch("The provided 'x-amz-content-sha256' header does not match what was computed.");
}

std::string mismatch_with_workings(std::string_view canonical, std::string_view to_sign) {
    std::string text =
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this "
        "request should have been\n'";
    return text.append(canonical).append("'\n\nThe String-to-Sign should have been\n'").append(to_sign).append("'\n");
}

}  // namespace

std::string canonical_request(const admin::HttpRequest& request, const GivenSignature& given,
                              std::string_view payload_hash) {
    std::string text = request.method + "\n" + canonical_path(request.path) + "\n" +
                       canonical_query(request.query, given.presigned() ? "X-Amz-Signature" : "") + "\n";
    std::string names;
    for (const auto& name : given.signed_headers) {
        const bool authority = name == ":authority";
        text += name + ":" + canonical_header(request, authority ? "host" : std::string_view(name)) + "\n";
        names += (names.empty() ? "" : ";") + name;
    }
    return text.append("\n").append(names).append("\n").append(payload_hash);
}

std::string string_to_sign(const GivenSignature& given, std::string_view canonical_request) {
    return "AWS4-HMAC-SHA256\n" + given.date_text + "\n" + given.scope.text() + "\n" +
           hex_of(sha256(canonical_request));
}

std::string signing_key(std::string_view secret, const CredentialScope& scope) {
    const auto date = hmac_sha256("AWS4" + std::string(secret), scope.date);
    const auto region = hmac_sha256(view_of(date), scope.region);
    const auto service = hmac_sha256(view_of(region), scope.service);
    return std::string(view_of(hmac_sha256(view_of(service), "aws4_request")));
}

std::variant<VerifiedCaller, SignatureRefusal> verify_signature(admin::HttpRequest& request,
                                                                const runtime::AccessKeys& keys,
                                                                std::string_view service, Timestamp now) {
    const auto reading = read_signature(request);
    if (const auto* refusal = std::get_if<SignatureRefusal>(&reading)) return *refusal;
    const auto& given = std::get<GivenSignature>(reading);
    if (auto refusal = judge_signed_headers(request, given)) return std::move(*refusal);
    if (auto refusal = judge_scope(given, service)) return std::move(*refusal);
    if (auto refusal = judge_time(given, now)) return std::move(*refusal);

    const auto found = keys.find(given.scope.key_id);
    const bool known = found != keys.end();
    const auto key = signing_key(known ? std::string_view(found->second.secret) : "nobody's secret", given.scope);
    const auto payload_hash = payload_hash_of(request);
    const auto canonical = canonical_request(request, given, payload_hash);
    const auto to_sign = string_to_sign(given, canonical);
    const bool agrees = equal_in_constant_time(hex_of(hmac_sha256(key, to_sign)), given.signature);

    if (!known) {
        return SignatureRefusal{Distrust::unknown_key, "The security token included in the request is invalid."};
    }
    if (auto refusal = judge_payload(request, payload_hash)) return std::move(*refusal);
    if (!agrees) return signature_mismatch(mismatch_with_workings(canonical, to_sign));
    const ChunkKey chunk_key{key, given.date_text, given.scope.text(), given.signature};
    if (auto refusal = unwrap_chunks(request, &chunk_key)) return std::move(*refusal);
    return VerifiedCaller{&found->second, given.scope};
}

}  // namespace tern::aws
