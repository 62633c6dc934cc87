#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "broker/frontends/aws/sns_names.hpp"

/// Where what is never sent is kept (docs/aws.md sns-29): in topics of the namespace "sns/ACCOUNT/REGION", which no ARN
/// names. One is for text messages; each platform application has one, whose annotations are its attributes, whose
/// subscriptions are its endpoints, and whose history holds what was published to those.
namespace tern::aws::sns {

engine::TopicName sms_topic(const Scope& scope);
/// The namespace of all of them.
std::string store_namespace(const Scope& scope);
/// A topic with a short history.
engine::CreateTopic make_store_topic(engine::TopicName topic, engine::Annotations annotations);
/// What a topic of applications is called begins so.
inline constexpr std::string_view application_topic_prefix = "app-";

struct Application {
    Scope scope;
    std::string platform;
    std::string name;

    std::string arn() const;
    engine::TopicName topic() const;
    std::string endpoint_arn(std::string_view id) const;
};
struct PlatformEndpoint {
    Application application;
    std::string id;
};

/// Errors: invalid_parameter. Whether there is such a thing is another question.
std::variant<Application, Error> application_of(const Call& call);
std::variant<PlatformEndpoint, Error> endpoint_of(std::string_view arn);

std::optional<PlatformEndpoint> parse_endpoint_arn(std::string_view arn);
/// Out of the annotations of an application's topic.
Application application_in(const Scope& scope, const engine::Annotations& annotations);

bool is_platform(std::string_view name);
/// Whether it knows applications by a principal and a credential; the others, Google's, by a credential alone.
bool has_principals(std::string_view platform);
/// An endpoint is enabled unless its attribute says otherwise.
bool is_enabled(const engine::SubscriptionDescription& endpoint);

}  // namespace tern::aws::sns
