#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "broker/frontends/admin/http_message.hpp"
#include "broker/frontends/aws/names.hpp"

/// Which requests are AWS's, and what is in their header.
namespace tern::aws {

/// Who signed a request, and for what: AKID/date/region/service/aws4_request of Signature Version 4.
struct Credential {
    std::string access_key;
    std::string region;
    std::string service;
};

/// Out of an Authorization field, or nothing.
std::optional<Credential> credential_of_authorization(std::string_view field);
/// Out of a presigned URL's X-Amz-Credential, decoded, or nothing.
std::optional<Credential> parse_credential(std::string_view scope);

/// The caller's account is the access key when that is an account's number, else the home's; the region is that of the
/// credential.
Scope scope_of(const std::optional<Credential>& credential, const Scope& home);

/// True for requests of the JSON protocols, those of the Query protocol, whatever is at a queue's URL, and the
/// developer's pages.
bool is_aws_request(const admin::HttpRequest& request);

/// True for the pages under /_aws/ and /_localstack/.
bool is_developer_page(std::string_view path);

}  // namespace tern::aws
