#include <string>
#include <utility>

#include "broker/frontends/aws/sqs_handlers.hpp"
#include "broker/frontends/aws/sqs_queue_of.hpp"
#include "broker/frontends/aws/sqs_tag_list.hpp"
#include "broker/frontends/aws/sqs_text.hpp"

/// Tags of queues (docs/aws.md sqs-12).
namespace tern::aws::sqs {
namespace {

Error tags_refused(std::string_view text) {
    return {kinds::invalid_parameter_value, std::string(text)};
}

constexpr std::string_view bad_key = "Tag keys must be between 1 and 128 characters in length.";
constexpr std::string_view bad_value = "Tag values must be between 0 and 256 characters in length.";

Error too_many_tags(std::string_view queue_name) {
    return tags_refused("Too many tags added for queue " + shown(queue_name) + ".");
}

/// Each tag alone has been looked at: what the engine refuses is how many they become with those that are there.
Submit submit_tags(const Call& call, engine::Command&& command, std::string name, std::size_t bytes) {
    auto submit = submit_and_say_nothing(call, std::move(command), bytes);
    submit.then = [then = std::move(submit.then), name = std::move(name)](engine::Answer&& answer) -> Step {
        if (answer.status == Errc::tags_invalid) return too_many_tags(name);
        return then(std::move(answer));
    };
    return submit;
}

}  // namespace

std::variant<std::vector<engine::QueueTag>, Error> tags_in(const boost::json::object& tags,
                                                           std::string_view queue_name) {
    if (tags.size() > engine::tags_max) return too_many_tags(queue_name);
    std::vector<engine::QueueTag> list;
    list.reserve(tags.size());
    for (const auto& [key, value] : tags) {
        engine::QueueTag tag{std::string(key), std::string(view_of(value))};
        if (!engine::valid_tag_key(tag.key)) return tags_refused(bad_key);
        if (!engine::valid_tag_value(tag.value)) return tags_refused(bad_value);
        list.push_back(std::move(tag));
    }
    return list;
}

Step tag_queue(const Surroundings& surroundings, Call& call) {
    auto queue = queue_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&queue)) return std::move(*error);
    const auto* const tags = object_in(call.parameters, "Tags");
    if (!tags || tags->empty()) return missing("Tags");
    auto& name = std::get<NamedQueue>(queue).queue;
    auto list = tags_in(*tags, name.name);
    if (auto* const error = std::get_if<Error>(&list)) return std::move(*error);
    auto& wanted = std::get<std::vector<engine::QueueTag>>(list);
    std::size_t bytes = 0;
    for (const auto& tag : wanted) bytes += tag.key.size() + tag.value.size();
    return submit_tags(call, engine::TagQueue{name, std::move(wanted)}, name.name, bytes);
}

Step untag_queue(const Surroundings& surroundings, Call& call) {
    auto queue = queue_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&queue)) return std::move(*error);
    const auto* const keys = list_in(call.parameters, "TagKeys");
    // In a form none is not told from an empty list.
    if (!keys || keys->empty()) return tags_refused(bad_key);
    if (keys->size() > engine::tags_max) return tags_refused("There are no more than 50 tags to be removed.");
    engine::UntagQueue command{std::get<NamedQueue>(queue).queue, {}};
    std::size_t bytes = 0;
    for (const auto& key : *keys) {
        // No tag has any other key, so that the longest of them can stay behind.
        if (!engine::valid_tag_key(view_of(key))) continue;
        bytes += command.keys.emplace_back(view_of(key)).size();
    }
    auto name = command.queue.name;
    return submit_tags(call, std::move(command), std::move(name), bytes);
}

Step list_queue_tags(const Surroundings& surroundings, Call& call) {
    const auto queue = queue_of(surroundings, call);
    if (const auto* const error = std::get_if<Error>(&queue)) return *error;
    const auto description = describe(surroundings, std::get<NamedQueue>(queue).queue);
    if (!description.has_value()) return error_of(call, description.error());
    boost::json::object result;
    if (description->tags.empty()) return result;
    auto& tags = result["Tags"].emplace_object();
    // The native protocol's tags need not be text.
    for (const auto& tag : description->tags) tags[text_of_contents(tag.key)] = text_of_contents(tag.value);
    return result;
}

}  // namespace tern::aws::sqs
