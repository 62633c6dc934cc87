#include <boost/json/array.hpp>
#include <set>
#include <string>
#include <utility>

#include "broker/base/utf8.hpp"
#include "broker/frontends/aws/sns_handlers.hpp"
#include "broker/frontends/aws/sns_names.hpp"
#include "broker/frontends/aws/sns_tag_list.hpp"

/// Tags of topics (docs/aws.md sns-6).
namespace tern::aws::sns {
namespace {

constexpr std::size_t tags_max = 50;
constexpr std::size_t key_characters_max = 128;
constexpr std::size_t value_characters_max = 256;

Error no_such_resource() {
    return {kinds::resource_not_found, "Resource does not exist"};
}

Error too_many_tags() {
    return {kinds::tag_limit, "Could not complete request: tag quota of per resource exceeded"};
}

/// What AWS says of a text's length before anything else.
std::optional<Error> check_length(std::string_view text, std::size_t characters_max, const std::string& member) {
    if (code_points_in(text) <= characters_max) return std::nullopt;
    return Error{kinds::validation,
                 "1 validation error detected: Value '" + std::string(text) + "' at '" + member +
                     "' failed to satisfy constraint: Member must have length less than or equal to " +
                     std::to_string(characters_max)};
}

std::optional<Error> check_lengths(const std::vector<engine::QueueTag>& tags) {
    std::size_t number = 0;
    for (const auto& tag : tags) {
        const auto member = "tags." + std::to_string(++number) + ".member.";
        if (auto error = check_length(tag.key, key_characters_max, member + "key")) return error;
        if (auto error = check_length(tag.value, value_characters_max, member + "value")) return error;
    }
    return std::nullopt;
}

/// Its answers speak of a resource.
Submit submit_tags_change(engine::Command&& command) {
    auto submit = submit_and_say_nothing(std::move(command));
    submit.then = [then = std::move(submit.then)](engine::Answer&& answer) -> Step {
        if (answer.status == Errc::topic_does_not_exist) return no_such_resource();
        if (answer.status == Errc::tags_invalid) return too_many_tags();
        return then(std::move(answer));
    };
    return submit;
}

}  // namespace

std::variant<std::vector<engine::QueueTag>, Error> tags_in(const Call& call) {
    std::vector<engine::QueueTag> tags;
    const auto* const given = list_in(call.parameters, "Tags");
    if (!given) return tags;
    std::set<std::string_view> keys;
    for (const auto& tag : *given) {
        const auto key = text_in(tag.get_object(), "Key").value_or("");
        if (!keys.insert(key).second) return invalid("Duplicated keys are not allowed.");
        tags.push_back({std::string(key), std::string(text_in(tag.get_object(), "Value").value_or(""))});
    }
    if (auto error = check_lengths(tags)) return std::move(*error);
    if (tags.size() > tags_max) return too_many_tags();
    if (!engine::valid_tags(tags)) return invalid("Tags");
    return tags;
}

Step tag_resource(const Surroundings& surroundings, Call& call) {
    auto topic = topic_of(surroundings, call, "ResourceArn");
    if (auto* const error = std::get_if<Error>(&topic)) return std::move(*error);
    auto tags = tags_in(call);
    if (auto* const error = std::get_if<Error>(&tags)) return std::move(*error);
    engine::SetTopic command;
    command.topic = std::get<NamedTopic>(std::move(topic)).topic;
    command.tags = std::get<std::vector<engine::QueueTag>>(std::move(tags));
    return submit_tags_change(std::move(command));
}

Step untag_resource(const Surroundings& surroundings, Call& call) {
    auto topic = topic_of(surroundings, call, "ResourceArn");
    if (auto* const error = std::get_if<Error>(&topic)) return std::move(*error);
    engine::SetTopic command;
    command.topic = std::get<NamedTopic>(std::move(topic)).topic;
    if (const auto* const keys = list_in(call.parameters, "TagKeys"))
        for (const auto& key : *keys) command.tags_removed.emplace_back(view_of(key));
    return submit_tags_change(std::move(command));
}

Step list_tags_for_resource(const Surroundings& surroundings, Call& call) {
    const auto topic = topic_of(surroundings, call, "ResourceArn");
    if (const auto* const error = std::get_if<Error>(&topic)) return *error;
    const auto described = describe(surroundings, std::get<NamedTopic>(topic));
    if (std::holds_alternative<Error>(described)) return no_such_resource();
    boost::json::array tags;
    for (const auto& tag : std::get<engine::TopicDescription>(described).tags)
        tags.push_back(boost::json::object{{"Key", tag.key}, {"Value", tag.value}});
    return boost::json::object{{"Tags", std::move(tags)}};
}

}  // namespace tern::aws::sns
