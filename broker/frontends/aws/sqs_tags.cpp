#include <string>
#include <utility>

#include "broker/frontends/aws/sqs_handlers.hpp"
#include "broker/frontends/aws/sqs_queue_of.hpp"
#include "broker/frontends/aws/sqs_tag_list.hpp"

/// Tags of queues (docs/aws.md sqs-12).
namespace tern::aws::sqs {
namespace {

Error tags_refused() {
    return {kinds::invalid_parameter_value, std::string(protocol::sentence_of(Errc::tags_invalid))};
}

/// Says of tags that the engine refuses what check_tags says of them.
Submit submit_tags(const Call& call, engine::Command&& command) {
    auto submit = submit_and_say_nothing(call, std::move(command));
    submit.then = [then = std::move(submit.then)](engine::Answer&& answer) -> Step {
        if (answer.status == Errc::tags_invalid) return tags_refused();
        return then(std::move(answer));
    };
    return submit;
}

}  // namespace

std::vector<engine::QueueTag> tags_of(const boost::json::object& tags) {
    std::vector<engine::QueueTag> list;
    list.reserve(tags.size());
    for (const auto& [key, value] : tags) list.push_back({std::string(key), std::string(view_of(value))});
    return list;
}

std::optional<Error> check_tags(const std::vector<engine::QueueTag>& tags) {
    if (engine::valid_tags(tags)) return std::nullopt;
    return tags_refused();
}

Step tag_queue(const Surroundings& surroundings, Call& call) {
    auto queue = queue_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&queue)) return std::move(*error);
    const auto* const tags = object_in(call.parameters, "Tags");
    if (!tags || tags->empty()) return missing("Tags");
    return submit_tags(call, engine::TagQueue{std::get<NamedQueue>(std::move(queue)).queue, tags_of(*tags)});
}

Step untag_queue(const Surroundings& surroundings, Call& call) {
    auto queue = queue_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&queue)) return std::move(*error);
    const auto* const keys = list_in(call.parameters, "TagKeys");
    if (!keys) return missing("TagKeys");
    engine::UntagQueue command{std::get<NamedQueue>(std::move(queue)).queue, {}};
    for (const auto& key : *keys) command.keys.emplace_back(view_of(key));
    return submit_tags(call, std::move(command));
}

Step list_queue_tags(const Surroundings& surroundings, Call& call) {
    const auto queue = queue_of(surroundings, call);
    if (const auto* const error = std::get_if<Error>(&queue)) return *error;
    const auto description = describe(surroundings, std::get<NamedQueue>(queue).queue);
    if (!description.has_value()) return error_of(call, description.error());
    boost::json::object result;
    if (description->tags.empty()) return result;
    auto& tags = result["Tags"].emplace_object();
    for (const auto& tag : description->tags) tags[tag.key] = tag.value;
    return result;
}

}  // namespace tern::aws::sqs
