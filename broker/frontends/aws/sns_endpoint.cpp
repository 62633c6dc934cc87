#include "broker/frontends/aws/sns_endpoint.hpp"

#include <algorithm>
#include <array>

#include "broker/frontends/admin/http_text.hpp"
#include "broker/frontends/aws/sns_errors.hpp"

namespace tern::aws::sns {
namespace {

constexpr std::array protocols = {
    SnsProtocol{"sqs", false, true}, SnsProtocol{"http", true, true}, SnsProtocol{"https", true, true},
    SnsProtocol{"email", true},      SnsProtocol{"email-json", true}, SnsProtocol{"sms"},
    SnsProtocol{"application"},      SnsProtocol{"lambda"},           SnsProtocol{"firehose", false, true},
};

bool is_arn_of(std::string_view service, std::string_view endpoint) {
    const auto arn = parse_arn(endpoint);
    return arn && arn->service == service;
}

bool is_url_of(std::string_view protocol, std::string_view endpoint) {
    return endpoint.starts_with(std::string(protocol) + "://") && endpoint.size() > protocol.size() + 3;
}

}  // namespace

const SnsProtocol* find_protocol(std::string_view name) {
    const auto found = std::ranges::find(protocols, name, &SnsProtocol::name);
    return found == protocols.end() ? nullptr : &*found;
}

bool is_phone_number(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    bool after_digit = false;
    for (const char c : text) {
        const bool digit = admin::is_digit(c);
        const bool separator = c == '-' || c == '.' || c == '/';
        if (!digit && (!separator || !after_digit)) return false;
        after_digit = digit;
    }
    return after_digit;
}

std::optional<Error> check_endpoint(std::string_view protocol, std::string_view endpoint) {
    if (endpoint.empty()) return invalid("Endpoint", "no value for required parameter");
    if (protocol == "sqs" && !is_arn_of("sqs", endpoint)) return invalid("SQS endpoint ARN");
    if (protocol.starts_with("http") && !is_url_of(protocol, endpoint))
        return invalid("Endpoint must match the specified protocol");
    if (protocol.starts_with("email") && endpoint.find('@') == std::string_view::npos) return invalid("Email address");
    if (protocol == "sms" && !is_phone_number(endpoint))
        return Error{kinds::invalid_parameter, "Invalid SMS endpoint: " + std::string(endpoint)};
    if (protocol == "application" && !is_arn_of("sns", endpoint))
        return invalid("Application endpoint arn invalid:" + std::string(endpoint));
    if (protocol == "lambda" && !is_arn_of("lambda", endpoint)) return invalid("Lambda endpoint ARN");
    if (protocol == "firehose" && !is_arn_of("firehose", endpoint)) return invalid("Firehose endpoint ARN");
    return std::nullopt;
}

}  // namespace tern::aws::sns
