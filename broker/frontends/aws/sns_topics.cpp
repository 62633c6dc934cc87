#include <algorithm>
#include <utility>
#include <vector>

#include "broker/engine/topic_settings.hpp"
#include "broker/frontends/aws/sns_handlers.hpp"
#include "broker/frontends/aws/sns_names.hpp"
#include "broker/frontends/aws/sns_tag_list.hpp"
#include "broker/frontends/aws/sns_topic_attributes.hpp"

/// Topics come and go (docs/aws.md sns-1, sns-2, sns-5).
namespace tern::aws::sns {
namespace {

Error refusal_of_creation(const engine::Answer& answer) {
    if (answer.status == Errc::topic_exists && answer.detail == "tags")
        return invalid("Tags", "Topic already exists with different tags");
    if (answer.status == Errc::topic_exists)
        return invalid("Attributes", "Topic already exists with different attributes");
    if (answer.status == Errc::topic_setting_invalid && answer.detail == "content_based_deduplication")
        return invalid("Attributes", "Content-based deduplication can only be set for FIFO topics");
    return error_of(answer.status);
}

/// Reads what is given into the command. Errors: invalid_parameter.
std::optional<Error> read_attributes(const Call& call, engine::CreateTopic& command) {
    TopicAttributes attributes;
    if (const auto* const given = object_in(call.parameters, "Attributes")) {
        for (const auto& [name, value] : *given) {
            bool known = false;
            const std::string_view key{name.data(), name.size()};
            if (const auto complaint = read_topic_attribute(key, view_of(value), attributes, known))
                return invalid("Attributes", *complaint);
            if (!known) return invalid("Attributes", "Unknown attribute " + std::string(key));
        }
    }
    if (const auto policy = text_in(call.parameters, "DataProtectionPolicy"); policy && !policy->empty()) {
        if (const auto complaint = fault_of_length("DataProtectionPolicy", *policy)) return invalid(*complaint);
        attributes.annotations["DataProtectionPolicy"] = std::string(*policy);
    }
    command.settings = attributes.settings;
    command.annotations = std::move(attributes.annotations);
    return std::nullopt;
}

}  // namespace

Step create_topic(const Surroundings& surroundings, Call& call) {
    auto topic = topic_in(surroundings, call.scope, text_in(call.parameters, "Name").value_or(""));
    engine::CreateTopic command;
    if (auto error = read_attributes(call, command)) return std::move(*error);
    const bool fifo = command.settings.fifo.value_or(false);
    if (!engine::valid_topic_name(topic.topic.name, fifo)) return invalid("Topic Name");
    auto tags = tags_in(call);
    if (auto* const error = std::get_if<Error>(&tags)) return std::move(*error);

    command.topic = topic.topic;
    command.tags = std::get<std::vector<engine::QueueTag>>(std::move(tags));
    command.settings_when_new = settings_of_new_topic();
    Submit submit;
    submit.command = std::move(command);
    submit.then = [arn = arn_of_topic(topic)](engine::Answer&& answer) -> Step {
        if (answer.status != Errc::ok) return refusal_of_creation(answer);
        return boost::json::object{{"TopicArn", arn}};
    };
    return submit;
}

Step delete_topic(const Surroundings& surroundings, Call& call) {
    auto topic = topic_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&topic)) return std::move(*error);
    Submit submit;
    submit.command = engine::DeleteTopic{std::get<NamedTopic>(std::move(topic)).topic};
    submit.then = [](engine::Answer&& answer) -> Step {
        const bool gone = answer.status == Errc::topic_does_not_exist;
        if (answer.status != Errc::ok && !gone) return error_of(answer.status);
        return boost::json::object();
    };
    return submit;
}

}  // namespace tern::aws::sns
