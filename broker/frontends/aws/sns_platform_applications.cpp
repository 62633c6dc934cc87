#include <algorithm>
#include <boost/json/array.hpp>
#include <utility>

#include "broker/base/ascii.hpp"
#include "broker/frontends/aws/sns_handlers.hpp"
#include "broker/frontends/aws/sns_platform.hpp"
#include "broker/frontends/aws/sns_topic_attributes.hpp"

/// Platform applications: kept and shown, never used to send (docs/aws.md sns-29).
namespace tern::aws::sns {
namespace {

namespace json = boost::json;

constexpr std::size_t application_name_max = 256;
constexpr std::int64_t applications_per_page = 100;
constexpr std::string_view sample_rate = "SuccessFeedbackSampleRate";
constexpr std::array settable = {"EventEndpointCreated",      "EventEndpointDeleted",   "EventEndpointUpdated",
                                 "EventDeliveryFailure",      "SuccessFeedbackRoleArn", "FailureFeedbackRoleArn",
                                 "SuccessFeedbackSampleRate", "PlatformCredential",     "PlatformPrincipal",
                                 "ApplePlatformTeamID",       "ApplePlatformBundleID"};

std::optional<Error> check_application_name(std::string_view name) {
    if (name.empty()) return invalid("", "cannot be empty");
    if (name.size() > application_name_max) return invalid(name, "must be at most 256 characters long");
    const auto fits = [](char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == '.'; };
    if (!std::ranges::all_of(name, fits))
        return invalid(name, "must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', '-', and '.'");
    return std::nullopt;
}

std::optional<Error> check_credentials(std::string_view platform, const engine::Annotations& attributes) {
    if (!has_principals(platform)) return std::nullopt;
    const bool principal = attributes.contains("PlatformPrincipal");
    const bool credential = attributes.contains("PlatformCredential");
    if (credential && !principal)
        return invalid("Attributes", "PlatformCredential attribute provided without PlatformPrincipal");
    if (principal && !credential)
        return invalid("Attributes", "PlatformPrincipal attribute provided without PlatformCredential");
    return std::nullopt;
}

/// Errors: validation where there are none; invalid_parameter for attributes that an application has not.
std::variant<engine::Annotations, Error> application_attributes(const Call& call, std::string_view platform) {
    const auto* const given = object_in(call.parameters, "Attributes");
    if (!given || given->empty()) return absent("attributes");
    engine::Annotations annotations;
    for (const auto& [name, value] : *given) {
        const std::string key(name.data(), name.size());
        if (std::ranges::find(settable, key) == settable.end())
            return invalid("Attributes", "Invalid attribute name: " + key);
        const auto fault = key == sample_rate ? fault_of_sample_rate(view_of(value)) : std::nullopt;
        if (fault) return invalid("Attributes", "Invalid value for attribute: " + key + ": " + *fault);
        annotations[key] = std::string(view_of(value));
    }
    if (auto error = check_credentials(platform, annotations)) return std::move(*error);
    return annotations;
}

/// What is shown of an application: all but what identifies and authenticates it.
json::object shown_attributes(const engine::Annotations& annotations) {
    json::object attributes;
    attributes["Enabled"] = "true";
    for (const auto& [name, text] : annotations)
        if (!name.starts_with('.') && name != "PlatformCredential" && name != "PlatformPrincipal")
            attributes[name] = text;
    return attributes;
}

Error no_such_application() {
    return {kinds::not_found, "PlatformApplication does not exist"};
}

Submit submit_about_application(engine::Command&& command) {
    auto submit = submit_and_say_nothing(std::move(command));
    submit.then = [then = std::move(submit.then)](engine::Answer&& answer) -> Step {
        if (answer.status == Errc::topic_does_not_exist) return no_such_application();
        return then(std::move(answer));
    };
    return submit;
}

Result<engine::TopicDescription> described_topic(const Surroundings& surroundings, const store::ReadTransaction& from,
                                                 const engine::TopicName& topic) {
    return engine::describe_topic(from, topic, surroundings.broker.durable_end());
}

}  // namespace

Step create_platform_application(const Surroundings& /*surroundings*/, Call& call) {
    const Application application{call.scope, std::string(text_in(call.parameters, "Platform").value_or("")),
                                  std::string(text_in(call.parameters, "Name").value_or(""))};
    if (auto error = check_application_name(application.name)) return std::move(*error);
    if (!is_platform(application.platform)) return invalid("Platform", application.platform + " is not supported");
    auto attributes = application_attributes(call, application.platform);
    if (auto* const error = std::get_if<Error>(&attributes)) return std::move(*error);
    auto& annotations = std::get<engine::Annotations>(attributes);
    annotations[".platform"] = application.platform;
    annotations[".name"] = application.name;
    Submit submit;
    submit.command = make_store_topic(application.topic(), std::move(annotations));
    submit.then = [arn = application.arn()](engine::Answer&& answer) -> Step {
        if (answer.status == Errc::topic_exists)
            return invalid("Name", "An application with the same name but different properties already exists");
        if (answer.status != Errc::ok) return error_of(answer.status);
        return json::object{{"PlatformApplicationArn", arn}};
    };
    return submit;
}

Step delete_platform_application(const Surroundings& /*surroundings*/, Call& call) {
    const auto application = application_of(call);
    if (const auto* const error = std::get_if<Error>(&application)) return *error;
    Submit submit;
    submit.command = engine::DeleteTopic{std::get<Application>(application).topic()};
    submit.then = [](engine::Answer&& answer) -> Step {
        if (answer.status != Errc::ok && answer.status != Errc::topic_does_not_exist) return error_of(answer.status);
        return json::object();
    };
    return submit;
}

Step get_platform_application_attributes(const Surroundings& surroundings, Call& call) {
    const auto application = application_of(call);
    if (const auto* const error = std::get_if<Error>(&application)) return *error;
    const auto snapshot = surroundings.broker.snapshot();
    const auto found = described_topic(surroundings, *snapshot, std::get<Application>(application).topic());
    if (!found.has_value()) return no_such_application();
    return json::object{{"Attributes", shown_attributes(found->annotations)}};
}

Step set_platform_application_attributes(const Surroundings& /*surroundings*/, Call& call) {
    const auto application = application_of(call);
    if (const auto* const error = std::get_if<Error>(&application)) return *error;
    auto attributes = application_attributes(call, std::get<Application>(application).platform);
    if (auto* const error = std::get_if<Error>(&attributes)) return std::move(*error);
    engine::SetTopic command;
    command.topic = std::get<Application>(application).topic();
    command.annotations = std::get<engine::Annotations>(std::move(attributes));
    return submit_about_application(std::move(command));
}

Step list_platform_applications(const Surroundings& surroundings, Call& call) {
    const auto snapshot = surroundings.broker.snapshot();
    const std::string token(text_in(call.parameters, "NextToken").value_or(""));
    const auto page = engine::list_topics(*snapshot, store_namespace(call.scope), std::string(application_topic_prefix),
                                          {applications_per_page, token});
    if (!page.has_value()) return invalid("NextToken");
    json::object result;
    auto& applications = result["PlatformApplications"].emplace_array();
    for (const auto& topic : page->topics) {
        const auto found = described_topic(surroundings, *snapshot, {store_namespace(call.scope), topic.name});
        if (!found.has_value()) continue;
        json::object shown;
        shown["PlatformApplicationArn"] = application_in(call.scope, found->annotations).arn();
        shown["Attributes"] = shown_attributes(found->annotations);
        applications.push_back(std::move(shown));
    }
    if (!page->next_token.empty()) result["NextToken"] = page->next_token;
    return result;
}

}  // namespace tern::aws::sns
