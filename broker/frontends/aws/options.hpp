#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/frontends/aws/names.hpp"
#include "broker/runtime/access_keys.hpp"

namespace tern::aws {

/// What SQS itself limits, and the engine does not, or not so tightly. The defaults are those of AWS.
struct SqsLimits {
    std::uint64_t message_bytes_max = 1'048'576;
    std::uint64_t batch_bytes_max = 1'048'576;
    std::uint64_t batch_entries_max = 10;
};

struct AwsOptions {
    /// The account and region that callers are in who name none; to the native protocol, the namespace without a name.
    Scope home{"000000000000", "us-east-1"};
    SqsLimits sqs = {};
    /// For requests without a Host, which HTTP/1.0 allows: what stands in URLs instead.
    std::string authority = "localhost:4566";
    /// Where certificates of notifications are said to be, such as "https://sns.us-east-1.amazonaws.com"; empty: at the
    /// address that the publisher used.
    std::string certificate_url = {};
    /// Serves requests for any Host.
    bool any_host = false;
    /// Host names that are served besides those of one's own machines and network: whole, or "*.example.org".
    std::vector<std::string> allowed_hosts = {};
    /// Who may call. Empty: anybody, with any credentials or none.
    runtime::AccessKeys access_keys = {};
    /// Why an endpoint of protocol http or https cannot be subscribed, by its URL; nothing when it can. Null: all can.
    std::function<std::optional<std::string>(std::string_view url)> endpoint_refusal = {};
};

}  // namespace tern::aws
