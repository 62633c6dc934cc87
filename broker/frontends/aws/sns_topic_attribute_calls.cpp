#include <utility>

#include "broker/frontends/aws/sns_handlers.hpp"
#include "broker/frontends/aws/sns_names.hpp"
#include "broker/frontends/aws/sns_topic_attributes.hpp"

/// Attributes of topics are read and set (docs/aws.md sns-3, sns-4).
namespace tern::aws::sns {
namespace {

Step submit_annotation(NamedTopic&& topic, std::string name, std::string text) {
    engine::SetTopic command;
    command.topic = std::move(topic.topic);
    command.annotations[std::move(name)] = std::move(text);
    return submit_and_say_nothing(std::move(command));
}

}  // namespace

Step get_topic_attributes(const Surroundings& surroundings, Call& call) {
    const auto topic = topic_of(surroundings, call);
    if (const auto* const error = std::get_if<Error>(&topic)) return *error;
    const auto& named = std::get<NamedTopic>(topic);
    const auto described = describe(surroundings, named);
    if (const auto* const error = std::get_if<Error>(&described)) return *error;
    return boost::json::object{{"Attributes", attributes_of(named, std::get<engine::TopicDescription>(described))}};
}

Step set_topic_attributes(const Surroundings& surroundings, Call& call) {
    auto topic = topic_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&topic)) return std::move(*error);
    const auto name = text_in(call.parameters, "AttributeName").value_or("");
    TopicAttributes attributes;
    bool known = false;
    const auto value = text_in(call.parameters, "AttributeValue").value_or("");
    if (const auto complaint = read_topic_attribute(name, value, attributes, known)) return invalid(*complaint);
    // Whether a topic is FIFO is settled.
    if (!known || name == "FifoTopic") return invalid("AttributeName");
    engine::SetTopic command;
    command.topic = std::get<NamedTopic>(std::move(topic)).topic;
    command.settings = attributes.settings;
    command.annotations = std::move(attributes.annotations);
    auto submit = submit_and_say_nothing(std::move(command));
    submit.then = [then = std::move(submit.then)](engine::Answer&& answer) -> Step {
        if (answer.status == Errc::topic_setting_invalid) return invalid("AttributeValue");
        return then(std::move(answer));
    };
    return submit;
}

Step get_data_protection_policy(const Surroundings& surroundings, Call& call) {
    const auto topic = topic_of(surroundings, call, "ResourceArn");
    if (const auto* const error = std::get_if<Error>(&topic)) return *error;
    const auto described = describe(surroundings, std::get<NamedTopic>(topic));
    if (const auto* const error = std::get_if<Error>(&described)) return *error;
    boost::json::object result;
    const auto policy =
        annotation_of(std::get<engine::TopicDescription>(described).annotations, "DataProtectionPolicy");
    if (!policy.empty()) result["DataProtectionPolicy"] = policy;
    return result;
}

Step put_data_protection_policy(const Surroundings& surroundings, Call& call) {
    auto topic = topic_of(surroundings, call, "ResourceArn");
    if (auto* const error = std::get_if<Error>(&topic)) return std::move(*error);
    return submit_annotation(std::get<NamedTopic>(std::move(topic)), "DataProtectionPolicy",
                             std::string(text_in(call.parameters, "DataProtectionPolicy").value_or("")));
}

}  // namespace tern::aws::sns
