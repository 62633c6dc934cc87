#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "broker/frontends/admin/http_message.hpp"
#include "broker/frontends/aws/signature.hpp"
#include "broker/frontends/aws/signature_text.hpp"

namespace tern::aws {

/// How `sign` signs. That it does so as AWS says is known from the published examples, which the code it shares with
/// the verification is tested with.
struct SigningWith {
    std::string key_id;
    std::string secret;
    std::string service;
    std::string date;
    std::string date_field = "X-Amz-Date";
    /// As it stands in the request; empty: `date`.
    std::string date_text = {};
    /// Empty: that of the body.
    std::string payload_hash = {};
    /// Fields that are not signed.
    std::vector<std::string> left_out = {};
};

/// The request with a signature in its header.
inline admin::HttpRequest sign(const SigningWith& with, admin::HttpRequest request) {
    if (request.method.empty()) request.method = "POST";
    if (request.path.empty()) request.path = "/";
    request.fields.push_back({with.date_field, with.date_text.empty() ? with.date : with.date_text});
    GivenSignature given;
    given.scope = {with.key_id, with.date.substr(0, 8), "us-east-1", with.service};
    given.date_text = with.date;
    for (const auto& field : request.fields) {
        auto name = field.name;
        for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        if (std::ranges::find(with.left_out, name) == with.left_out.end()) given.signed_headers.push_back(name);
    }
    std::ranges::sort(given.signed_headers);

    const auto payload_hash = with.payload_hash.empty() ? hex_of(sha256(request.body)) : with.payload_hash;
    const auto to_sign = string_to_sign(given, canonical_request(request, given, payload_hash));
    const auto signature = hex_of(hmac_sha256(signing_key(with.secret, given.scope), to_sign));
    std::string names;
    for (const auto& name : given.signed_headers) names += (names.empty() ? "" : ";") + name;
    request.fields.push_back({"Authorization", "AWS4-HMAC-SHA256 Credential=" + with.key_id + "/" + given.scope.text() +
                                                   ", SignedHeaders=" + names + ", Signature=" + signature});
    return request;
}

}  // namespace tern::aws
