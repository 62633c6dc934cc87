#include <algorithm>
#include <charconv>

#include "broker/frontends/admin/http_text.hpp"
#include "broker/frontends/aws/signature.hpp"
#include "broker/frontends/aws/signature_text.hpp"

namespace tern::aws {
namespace {

constexpr std::string_view algorithm_of_signatures = "AWS4-HMAC-SHA256";
// A week, as AWS has it.
constexpr std::int64_t presigned_seconds_max = 604'800;

using Reading = std::variant<GivenSignature, SignatureRefusal>;

SignatureRefusal incomplete_signature(std::string message) {
    return {Distrust::incomplete, std::move(message)};
}

/// What a signature is made of, wherever it stood. An empty one was not there.
struct SignatureParts {
    std::string credential;
    std::string signed_headers;
    std::string signature;
    std::string date;
};

std::vector<std::string> split_text(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (;;) {
        const auto end = std::min(text.size(), text.find(separator));
        parts.emplace_back(text.substr(0, end));
        if (end == text.size()) return parts;
        text.remove_prefix(end + 1);
    }
}

std::optional<SignatureRefusal> read_scope(const std::string& credential, CredentialScope& scope) {
    auto parts = split_text(credential, '/');
    // A key id may hold slashes, as some emulators' do; the four behind it do not.
    if (parts.size() < 5) {
        return incomplete_signature(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" +
            credential + "'");
    }
    const auto count = parts.size();
    for (std::size_t i = 0; i + 4 < count; ++i) scope.key_id += (i > 0 ? "/" : "") + parts[i];
    scope.date = parts[count - 4];
    scope.region = parts[count - 3];
    scope.service = parts[count - 2];
    if (parts[count - 1] == "aws4_request") return std::nullopt;
    return SignatureRefusal{
        Distrust::mismatch,
        "Credential should be scoped with a valid terminator: 'aws4_request', not '" + parts[count - 1] + "'."};
}

std::optional<SignatureRefusal> read_signed_headers(const std::string& list, std::vector<std::string>& names) {
    names = split_text(list, ';');
    if (!std::ranges::is_sorted(names) || std::ranges::adjacent_find(names) != names.end()) {
        return incomplete_signature("SignedHeaders must be sorted and have no duplicates, got '" + list + "'");
    }
    for (const auto& name : names) {
        const bool lower = std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
        if (name.empty() || !lower) {
            return incomplete_signature("SignedHeaders must be names in lower case, got '" + list + "'");
        }
    }
    return std::nullopt;
}

Reading put_together(const SignatureParts& parts) {
    GivenSignature given;
    if (auto refusal = read_scope(parts.credential, given.scope)) return std::move(*refusal);
    if (auto refusal = read_signed_headers(parts.signed_headers, given.signed_headers)) return std::move(*refusal);
    given.signature = parts.signature;
    auto date = parse_amz_date(parts.date);
    given.date_text = parts.date;
    if (!date) {
        // A Date header in the form of HTTP; what is signed is the other form.
        date = parse_http_date(parts.date);
        if (date) given.date_text = to_amz_date(*date);
    }
    if (!date) {
        return incomplete_signature("Date must be in ISO-8601 'basic format'. Got '" + parts.date +
                                    "'. See http://en.wikipedia.org/wiki/ISO_8601");
    }
    given.date = *date;
    return given;
}

/// "AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…", in any order.
Reading read_header_signature(const admin::HttpRequest& request, std::string_view authorization) {
    const auto space = std::min(authorization.size(), authorization.find(' '));
    const auto algorithm = authorization.substr(0, space);
    if (algorithm != algorithm_of_signatures) {
        return incomplete_signature("Unsupported AWS 'algorithm': '" + std::string(algorithm) +
                                    "'. Authorization must begin with AWS4-HMAC-SHA256.");
    }
    SignatureParts parts;
    for (const auto& one : split_text(authorization.substr(space), ',')) {
        const auto parameter = admin::trim_spaces(one);
        const auto equals = std::min(parameter.size(), parameter.find('='));
        const auto name = parameter.substr(0, equals);
        const auto value = parameter.substr(std::min(parameter.size(), equals + 1));
        if (name == "Credential") parts.credential = value;
        if (name == "SignedHeaders") parts.signed_headers = value;
        if (name == "Signature") parts.signature = value;
    }
    const auto amz_date = request.field("X-Amz-Date");
    parts.date = amz_date ? *amz_date : request.field("Date").value_or("");

    std::string lacking;
    if (parts.credential.empty()) lacking += "Authorization header requires 'Credential' parameter. ";
    if (parts.signature.empty()) lacking += "Authorization header requires 'Signature' parameter. ";
    if (parts.signed_headers.empty()) lacking += "Authorization header requires 'SignedHeaders' parameter. ";
    if (parts.date.empty()) {
        lacking += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
    }
    if (!lacking.empty()) return incomplete_signature(lacking + "Authorization=" + std::string(algorithm));
    return put_together(parts);
}

Reading read_query_signature(const admin::HttpRequest& request) {
    SignatureParts parts;
    std::string algorithm;
    std::string expires;
    for (auto& [name, value] : query_parameters(request.query)) {
        auto* const part = name == "X-Amz-Algorithm"       ? &algorithm
                           : name == "X-Amz-Credential"    ? &parts.credential
                           : name == "X-Amz-SignedHeaders" ? &parts.signed_headers
                           : name == "X-Amz-Signature"     ? &parts.signature
                           : name == "X-Amz-Date"          ? &parts.date
                           : name == "X-Amz-Expires"       ? &expires
                                                           : nullptr;
        if (!part) continue;
        if (!part->empty()) return incomplete_signature("AWS query-string parameters must not be repeated: " + name);
        *part = std::move(value);
    }
    std::string lacking;
    for (const auto& [name, value] :
         {std::pair("X-Amz-Algorithm", algorithm), std::pair("X-Amz-Credential", parts.credential),
          std::pair("X-Amz-Signature", parts.signature), std::pair("X-Amz-SignedHeaders", parts.signed_headers),
          std::pair("X-Amz-Date", parts.date)}) {
        if (value.empty()) lacking += "AWS query-string parameters must include '" + std::string(name) + "'. ";
    }
    if (!lacking.empty()) return incomplete_signature(lacking + "Re-examine the query-string parameters.");
    if (algorithm != algorithm_of_signatures) {
        return incomplete_signature("Unsupported AWS 'algorithm': '" + algorithm + "'.");
    }

    auto reading = put_together(parts);
    auto* const given = std::get_if<GivenSignature>(&reading);
    if (!given) return reading;
    // Without it the URL is good for as long as a request with a header.
    std::int64_t seconds = 15 * 60;
    if (!expires.empty()) {
        const auto [end, error] = std::from_chars(expires.data(), expires.data() + expires.size(), seconds);
        if (error != std::errc() || end != expires.data() + expires.size()) {
            return incomplete_signature("X-Amz-Expires should be a number");
        }
    }
    if (seconds < 0 || seconds > presigned_seconds_max) {
        return incomplete_signature("X-Amz-Expires must be between 0 and 604800 seconds");
    }
    given->valid_for = std::chrono::seconds(seconds);
    return reading;
}

bool has_query_signature(std::string_view query) {
    return std::ranges::any_of(query_parameters(query), [](const auto& parameter) {
        return parameter.first == "X-Amz-Signature" || parameter.first == "X-Amz-Algorithm" ||
               parameter.first == "X-Amz-Credential";
    });
}

}  // namespace

std::variant<GivenSignature, SignatureRefusal> read_signature(const admin::HttpRequest& request) {
    const auto authorization = request.field("Authorization");
    const bool in_query = has_query_signature(request.query);
    if (!authorization && !in_query) {
        return SignatureRefusal{Distrust::missing, "Request is missing Authentication Token"};
    }
    if (authorization && in_query) {
        return incomplete_signature("A request is signed in its Authorization header or in its query, not in both.");
    }
    return in_query ? read_query_signature(request) : read_header_signature(request, *authorization);
}

}  // namespace tern::aws
