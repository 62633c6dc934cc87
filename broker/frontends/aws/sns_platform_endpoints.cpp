#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <utility>

#include "broker/frontends/aws/sns_handlers.hpp"
#include "broker/frontends/aws/sns_platform.hpp"
#include "broker/frontends/aws/sns_publication.hpp"
#include "broker/frontends/aws/sns_topic_attributes.hpp"

/// Platform endpoints: subscriptions of an application's topic that are never confirmed, so that nothing is given to
/// them (docs/aws.md sns-29).
namespace tern::aws::sns {
namespace {

namespace json = boost::json;

constexpr std::size_t user_data_bytes_max = 2048;
constexpr std::int64_t endpoints_per_page = 100;
constexpr std::array endpoint_attribute_names = {"CustomUserData", "Enabled", "Token"};

Error no_such_endpoint() {
    return {kinds::not_found, "Endpoint does not exist"};
}

std::optional<Error> add_endpoint_attribute(std::string_view name, std::string_view value,
                                            engine::Annotations& annotations) {
    if (std::ranges::find(endpoint_attribute_names, name) == endpoint_attribute_names.end())
        return invalid("Attributes", "Invalid attribute name: " + std::string(name));
    if (name == "CustomUserData" && value.size() > user_data_bytes_max) {
        return invalid("Attributes",
                       "Invalid value for attribute: CustomUserData: must be at most 2048 bytes long in UTF-8 "
                       "encoding");
    }
    if (name == "Token" && value.empty())
        return invalid("Attributes", "Invalid value for attribute: Token: cannot be empty");
    annotations[std::string(name)] = name == "Enabled" ? (value == "true" ? "true" : "false") : std::string(value);
    return std::nullopt;
}

/// Those in `Attributes`, and CustomUserData, which has a parameter of its own, that counts less.
std::variant<engine::Annotations, Error> endpoint_attributes(const Call& call) {
    engine::Annotations annotations;
    if (const auto data = text_in(call.parameters, "CustomUserData"); data && !data->empty())
        if (auto error = add_endpoint_attribute("CustomUserData", *data, annotations)) return std::move(*error);
    if (const auto* const given = object_in(call.parameters, "Attributes"))
        for (const auto& [name, value] : *given)
            if (auto error = add_endpoint_attribute({name.data(), name.size()}, view_of(value), annotations))
                return std::move(*error);
    return annotations;
}

json::object shown_endpoint(const engine::SubscriptionDescription& endpoint) {
    json::object attributes;
    attributes["Token"] = endpoint.endpoint;
    attributes["Enabled"] = "true";
    for (const auto& [name, text] : endpoint.annotations) attributes[name] = text;
    return attributes;
}

/// The endpoint of the application that has the token; empty when there is none any more.
std::string endpoint_with_token(const Surroundings& surroundings, const Application& application,
                                std::string_view token) {
    const auto snapshot = surroundings.broker.snapshot();
    engine::Page page{endpoints_per_page, {}};
    while (true) {
        const auto listed = engine::list_subscriptions(*snapshot, surroundings.broker.now(), application.topic(), page);
        if (!listed.has_value()) return {};
        for (const auto& one : listed->subscriptions)
            if (one.endpoint == token) return application.endpoint_arn(one.subscription);
        if (listed->next_token.empty()) return {};
        page.token = listed->next_token;
    }
}

}  // namespace

Step create_platform_endpoint(const Surroundings& surroundings, Call& call) {
    auto application = application_of(call);
    if (auto* const error = std::get_if<Error>(&application)) return std::move(*error);
    auto attributes = endpoint_attributes(call);
    if (auto* const error = std::get_if<Error>(&attributes)) return std::move(*error);
    const std::string token(text_in(call.parameters, "Token").value_or(""));
    if (token.empty()) return invalid("Token", "cannot be empty");

    engine::AddEndpoint command;
    command.topic = std::get<Application>(application).topic();
    command.protocol = "application";
    command.endpoint = token;
    auto& annotations = command.settings.annotations;
    annotations = std::get<engine::Annotations>(std::move(attributes));
    // An endpoint that has the token is the same only if it has no user data either, and is enabled, too.
    annotations.try_emplace("CustomUserData");
    annotations.try_emplace("Enabled", "true");
    command.token = new_token(0);
    Submit submit;
    submit.command = std::move(command);
    submit.then = [&surroundings, application = std::get<Application>(std::move(application)),
                   token](engine::Answer&& answer) -> Step {
        if (answer.status == Errc::subscription_exists) {
            return invalid("Token", "Endpoint " + endpoint_with_token(surroundings, application, token) +
                                        " already exists with the same Token, but different attributes.");
        }
        if (answer.status == Errc::topic_does_not_exist)
            return Error{kinds::not_found, "PlatformApplication does not exist"};
        if (answer.status == Errc::subscription_setting_invalid) return invalid("Token");
        if (answer.status != Errc::ok) return error_of(answer.status);
        const auto& added = std::get<engine::SubscriptionAdded>(answer.body);
        return json::object{{"EndpointArn", application.endpoint_arn(added.subscription)}};
    };
    return submit;
}

Step delete_endpoint(const Surroundings& /*surroundings*/, Call& call) {
    const auto endpoint = endpoint_of(text_in(call.parameters, "EndpointArn").value_or(""));
    if (const auto* const error = std::get_if<Error>(&endpoint)) return *error;
    const auto& named = std::get<PlatformEndpoint>(endpoint);
    Submit submit;
    submit.command = engine::RemoveSubscription{named.application.topic(), named.id};
    submit.then = [](engine::Answer&& answer) -> Step {
        const bool gone =
            answer.status == Errc::subscription_does_not_exist || answer.status == Errc::topic_does_not_exist;
        if (answer.status != Errc::ok && !gone) return error_of(answer.status);
        return json::object();
    };
    return submit;
}

Step get_endpoint_attributes(const Surroundings& surroundings, Call& call) {
    const auto endpoint = endpoint_of(text_in(call.parameters, "EndpointArn").value_or(""));
    if (const auto* const error = std::get_if<Error>(&endpoint)) return *error;
    const auto& named = std::get<PlatformEndpoint>(endpoint);
    const auto snapshot = surroundings.broker.snapshot();
    const auto found = engine::describe_subscription(*snapshot, named.application.topic(), named.id);
    if (!found.has_value()) return no_such_endpoint();
    return json::object{{"Attributes", shown_endpoint(*found)}};
}

Step set_endpoint_attributes(const Surroundings& /*surroundings*/, Call& call) {
    const auto endpoint = endpoint_of(text_in(call.parameters, "EndpointArn").value_or(""));
    if (const auto* const error = std::get_if<Error>(&endpoint)) return *error;
    const auto* const given = object_in(call.parameters, "Attributes");
    if (!given || given->empty()) return absent("attributes");
    auto attributes = endpoint_attributes(call);
    if (auto* const error = std::get_if<Error>(&attributes)) return std::move(*error);
    const auto& named = std::get<PlatformEndpoint>(endpoint);
    engine::SetSubscription command;
    command.topic = named.application.topic();
    command.subscription = named.id;
    command.settings.annotations = std::get<engine::Annotations>(std::move(attributes));
    auto submit = submit_and_say_nothing(std::move(command));
    submit.then = [then = std::move(submit.then)](engine::Answer&& answer) -> Step {
        if (answer.status == Errc::subscription_does_not_exist || answer.status == Errc::topic_does_not_exist)
            return no_such_endpoint();
        return then(std::move(answer));
    };
    return submit;
}

Step list_endpoints_by_platform_application(const Surroundings& surroundings, Call& call) {
    const auto application = application_of(call);
    if (const auto* const error = std::get_if<Error>(&application)) return *error;
    const auto& named = std::get<Application>(application);
    const auto snapshot = surroundings.broker.snapshot();
    const std::string token(text_in(call.parameters, "NextToken").value_or(""));
    const auto page =
        engine::list_subscriptions(*snapshot, surroundings.broker.now(), named.topic(), {endpoints_per_page, token});
    if (!page.has_value() && page.error() == Errc::page_token_invalid) return invalid("NextToken");
    if (!page.has_value()) return Error{kinds::not_found, "PlatformApplication does not exist"};
    json::object result;
    auto& endpoints = result["Endpoints"].emplace_array();
    for (const auto& one : page->subscriptions) {
        json::object shown;
        shown["EndpointArn"] = named.endpoint_arn(one.subscription);
        shown["Attributes"] = shown_endpoint(one);
        endpoints.push_back(std::move(shown));
    }
    if (!page->next_token.empty()) result["NextToken"] = page->next_token;
    return result;
}

}  // namespace tern::aws::sns
