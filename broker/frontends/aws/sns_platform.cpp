#include "broker/frontends/aws/sns_platform.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "broker/base/hex.hpp"
#include "broker/frontends/aws/sns_topic_attributes.hpp"

namespace tern::aws::sns {
namespace {

constexpr std::array platforms = {
    "ADM", "APNS", "APNS_SANDBOX", "APNS_VOIP", "APNS_VOIP_SANDBOX", "APNS_MACOS", "APNS_MACOS_SANDBOX", "BAIDU",
    "FCM", "GCM",  "MPNS",         "WNS"};
constexpr std::int64_t store_publications_max = 1000;
/// A message, and the subject.
constexpr std::int64_t store_publication_bytes_max = 262'144 + 1024;

/// A name of its own, in characters that a topic's name may have.
std::string digits_of(std::string_view name) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned bytes = 0;
    EVP_Digest(name.data(), name.size(), digest, &bytes, EVP_sha256(), nullptr);
    constexpr unsigned bytes_used = 16;
    return hex_of({digest, std::min(bytes, bytes_used)});
}

/// The parts of "app/PLATFORM/NAME" or "endpoint/PLATFORM/NAME/ID" behind the first; none when it begins otherwise.
std::vector<std::string> parts_behind(std::string_view kind, std::string_view resource) {
    std::vector<std::string> parts;
    if (!resource.starts_with(std::string(kind) + "/")) return parts;
    resource.remove_prefix(kind.size() + 1);
    while (true) {
        const auto slash = resource.find('/');
        parts.emplace_back(resource.substr(0, slash));
        if (slash == std::string_view::npos) return parts;
        resource.remove_prefix(slash + 1);
    }
}

}  // namespace

std::string store_namespace(const Scope& scope) {
    return "sns/" + scope.account + "/" + scope.region;
}

engine::TopicName sms_topic(const Scope& scope) {
    return {store_namespace(scope), "sms"};
}

engine::CreateTopic make_store_topic(engine::TopicName topic, engine::Annotations annotations) {
    engine::CreateTopic command;
    command.topic = std::move(topic);
    command.settings_when_new.history_publications = store_publications_max;
    command.settings_when_new.publication_bytes_max = store_publication_bytes_max;
    command.annotations = std::move(annotations);
    return command;
}

std::string Application::arn() const {
    return arn_of("sns", scope, "app/" + platform + "/" + name);
}

engine::TopicName Application::topic() const {
    return {store_namespace(scope), std::string(application_topic_prefix) + digits_of(platform + "/" + name)};
}

std::string Application::endpoint_arn(std::string_view id) const {
    return arn_of("sns", scope, "endpoint/" + platform + "/" + name + "/" + std::string(id));
}

Application application_in(const Scope& scope, const engine::Annotations& annotations) {
    return {scope, annotation_of(annotations, ".platform"), annotation_of(annotations, ".name")};
}

std::variant<Application, Error> application_of(const Call& call) {
    const auto text = text_in(call.parameters, "PlatformApplicationArn").value_or("");
    if (const auto fault = too_few_elements(text)) return invalid("PlatformApplicationArn", *fault);
    const auto arn = parse_arn(text);
    if (!arn || arn->service != "sns") return invalid("PlatformApplicationArn");
    auto parts = parts_behind("app", arn->resource);
    if (parts.size() != 2)
        return invalid("PlatformApplicationArn", "Wrong number of slashes in relative portion of the ARN.");
    return Application{arn->scope, std::move(parts[0]), std::move(parts[1])};
}

std::optional<PlatformEndpoint> parse_endpoint_arn(std::string_view text) {
    const auto arn = parse_arn(text);
    if (!arn || arn->service != "sns") return std::nullopt;
    auto parts = parts_behind("endpoint", arn->resource);
    if (parts.size() != 3) return std::nullopt;
    return PlatformEndpoint{{arn->scope, std::move(parts[0]), std::move(parts[1])}, std::move(parts[2])};
}

std::variant<PlatformEndpoint, Error> endpoint_of(std::string_view arn) {
    if (const auto fault = too_few_elements(arn)) return invalid("EndpointArn", *fault);
    auto endpoint = parse_endpoint_arn(arn);
    if (!endpoint) return invalid("EndpointArn", "Wrong number of slashes in relative portion of the ARN.");
    return std::move(*endpoint);
}

bool is_platform(std::string_view name) {
    return std::ranges::find(platforms, name) != platforms.end();
}

bool has_principals(std::string_view platform) {
    return platform != "GCM" && platform != "FCM";
}

bool is_enabled(const engine::SubscriptionDescription& endpoint) {
    return annotation_of(endpoint.annotations, "Enabled") != "false";
}

}  // namespace tern::aws::sns
