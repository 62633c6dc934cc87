#include "broker/frontends/aws/recognition.hpp"

#include <algorithm>
#include <array>

#include "broker/frontends/admin/cross_origin.hpp"
#include "broker/frontends/admin/http_text.hpp"
#include "broker/frontends/aws/signer.hpp"

namespace tern::aws {
namespace {

bool has_parameter(std::string_view query, std::string_view name_and_equals) {
    const auto at = query.find(name_and_equals);
    return at != std::string_view::npos && (at == 0 || query[at - 1] == '&');
}

}  // namespace

std::optional<Credential> parse_credential(std::string_view scope) {
    std::array<std::string_view, 5> parts;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto end = i + 1 < parts.size() ? scope.find('/') : scope.size();
        if (end == std::string_view::npos) return std::nullopt;
        parts[i] = scope.substr(0, end);
        scope.remove_prefix(std::min(scope.size(), end + 1));
    }
    if (parts[0].empty() || parts[4] != "aws4_request") return std::nullopt;
    return Credential{std::string(parts[0]), std::string(parts[2]), std::string(parts[3])};
}

std::optional<Credential> credential_of_authorization(std::string_view field) {
    constexpr std::string_view key = "Credential=";
    if (!field.starts_with("AWS4-")) return std::nullopt;
    const auto at = field.find(key);
    if (at == std::string_view::npos) return std::nullopt;
    field.remove_prefix(at + key.size());
    const auto end = std::ranges::find_if(field, [](char c) { return c == ',' || c == ' '; });
    return parse_credential(field.substr(0, static_cast<std::size_t>(end - field.begin())));
}

Scope scope_of(const std::optional<Credential>& credential, const Scope& home) {
    auto scope = home;
    if (!credential) return scope;
    if (is_account(credential->access_key)) scope.account = credential->access_key;
    if (is_region(credential->region)) scope.region = credential->region;
    return scope;
}

bool is_developer_page(std::string_view path) {
    return path.starts_with("/_aws/") || path.starts_with("/_localstack/");
}

bool is_aws_request(const admin::HttpRequest& request) {
    if (is_developer_page(request.path) || is_certificate_path(request.path)) return true;
    if (request.path != "/") return parse_queue_path(request.path).has_value();
    // Nothing else is posted here: a form of an unknown type, or JSON without a target, is answered as AWS does.
    if (request.method == "POST" || request.find("X-Amz-Target") || admin::is_preflight(request)) return true;
    if (has_parameter(request.query, "Action=") || has_parameter(request.query, "X-Amz-Credential=")) return true;
    const auto* const authorization = request.find("Authorization");
    return authorization && authorization->value.starts_with("AWS4-");
}

}  // namespace tern::aws
