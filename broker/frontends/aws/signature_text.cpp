#include "broker/frontends/aws/signature_text.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>

#include "broker/base/ascii.hpp"
#include "broker/base/check.hpp"
#include "broker/base/percent.hpp"

namespace tern::aws {
namespace {

constexpr bool stays_unencoded(char c) {
    return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

/// A parameter that is not encoded as it should be is signed as it stands; the form reader refuses it.
std::string decoded_parameter(std::string_view text) {
    return percent_decoded(text, Plus::space).value_or(std::string(text));
}

const unsigned char* unsigned_bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

Sha256 sha256(std::string_view bytes) {
    Sha256 digest;
    SHA256(unsigned_bytes(bytes), bytes.size(), digest.data());
    return digest;
}

Sha256 hmac_sha256(std::string_view key, std::string_view bytes) {
    Sha256 digest;
    unsigned int size = 0;
    const auto* made = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), unsigned_bytes(bytes), bytes.size(),
                            digest.data(), &size);
    TERN_CHECK(made && size == digest.size());
    return digest;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string uri_encode(std::string_view text, bool keep_slashes) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (const char c : text) {
        if (stays_unencoded(c) || (keep_slashes && c == '/')) {
            encoded += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        encoded += '%';
        encoded += digits[byte >> 4];
        encoded += digits[byte & 15];
    }
    return encoded;
}

std::vector<std::pair<std::string, std::string>> query_parameters(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> parameters;
    while (!query.empty()) {
        const auto end = std::min(query.size(), query.find('&'));
        const auto parameter = query.substr(0, end);
        query.remove_prefix(std::min(query.size(), end + 1));
        if (parameter.empty()) continue;
        const auto equals = std::min(parameter.size(), parameter.find('='));
        const auto value = parameter.substr(std::min(parameter.size(), equals + 1));
        parameters.emplace_back(decoded_parameter(parameter.substr(0, equals)), decoded_parameter(value));
    }
    return parameters;
}

std::string canonical_path(std::string_view path) {
    std::vector<std::string_view> segments;
    for (auto rest = path; !rest.empty();) {
        const auto end = std::min(rest.size(), rest.find('/'));
        const auto segment = rest.substr(0, end);
        rest.remove_prefix(std::min(rest.size(), end + 1));
        if (segment == "..") {
            if (!segments.empty()) segments.pop_back();
        } else if (!segment.empty() && segment != ".") {
            segments.push_back(segment);
        }
    }
    std::string canonical;
    for (const auto segment : segments) canonical += "/" + uri_encode(segment);
    if (canonical.empty() || path.ends_with('/')) canonical += '/';
    return canonical;
}

std::string canonical_query(std::string_view query, std::string_view left_out) {
    std::vector<std::pair<std::string, std::string>> encoded;
    for (const auto& [name, value] : query_parameters(query)) {
        if (left_out.empty() || name != left_out) encoded.emplace_back(uri_encode(name), uri_encode(value));
    }
    std::ranges::sort(encoded);
    std::string canonical;
    for (const auto& [name, value] : encoded) {
        if (!canonical.empty()) canonical += '&';
        canonical.append(name).append("=").append(value);
    }
    return canonical;
}

std::string canonical_value(std::string_view value) {
    std::string canonical;
    bool space = false;
    for (const char c : value) {
        if (c == ' ' || c == '\t') {
            space = true;
            continue;
        }
        if (space && !canonical.empty()) canonical += ' ';
        space = false;
        canonical += c;
    }
    return canonical;
}

}  // namespace tern::aws
