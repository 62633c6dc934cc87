#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "broker/engine/queue_name.hpp"

/// How AWS names things: accounts, regions, ARNs and queue URLs, and what they are in this broker.
namespace tern::aws {

/// Whose something is, and where. Both are part of every name.
struct Scope {
    std::string account;
    std::string region;

    bool operator==(const Scope&) const = default;
};

/// 12 digits.
bool is_account(std::string_view text);
/// Letters, digits and hyphens, up to 40: what fits in a namespace and a host name.
bool is_region(std::string_view text);

/// The home scope is the namespace without a name, in which the native protocol is when it says nothing else; every
/// other scope is the namespace ACCOUNT/REGION.
std::string namespace_of(const Scope& scope, const Scope& home);
/// Namespaces that are of neither form count to the home scope.
Scope scope_of(std::string_view namespace_name, const Scope& home);

/// "aws", "aws-cn" or "aws-us-gov", by the region.
std::string_view partition_of(std::string_view region);
/// arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE
std::string arn_of(std::string_view service, const Scope& scope, std::string_view resource);

/// arn:PARTITION:iam::ACCOUNT:WHO, of the partition that the region is in.
std::string iam_arn(std::string_view region, std::string_view account, std::string_view who);

struct Arn {
    std::string service;
    Scope scope;
    std::string resource;
};
/// Nothing when the text has not the form of an ARN, or names no account and region.
std::optional<Arn> parse_arn(std::string_view text);

/// What a queue URL says. Where it says nothing, the caller's own scope is meant.
struct QueueAddress {
    std::optional<std::string> account;
    std::optional<std::string> region;
    std::string name;

    Scope scope_for(const Scope& caller) const;
};

/// "http://HOST/ACCOUNT/QUEUE" for the home region, "http://HOST/queue/REGION/ACCOUNT/QUEUE" for others.
std::string queue_url(std::string_view authority, const Scope& scope, std::string_view name, const Scope& home);

/// Reads the path of a queue URL: "/ACCOUNT/QUEUE" or "/queue/REGION/ACCOUNT/QUEUE".
std::optional<QueueAddress> parse_queue_path(std::string_view path);
/// Reads a queue URL in any form that SDKs have seen: those of queue_url; "http://sqs.REGION.DOMAIN/ACCOUNT/QUEUE";
/// "http://REGION.queue.DOMAIN/ACCOUNT/QUEUE"; a path; a queue's name alone.
std::optional<QueueAddress> parse_queue_url(std::string_view url);

/// The authority in a Host field: also of one that holds a whole URL, as some clients send it.
std::string_view authority_of(std::string_view host_field);

}  // namespace tern::aws
