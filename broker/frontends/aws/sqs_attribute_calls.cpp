#include <string>
#include <utility>

#include "broker/frontends/aws/sqs_attributes.hpp"
#include "broker/frontends/aws/sqs_handlers.hpp"
#include "broker/frontends/aws/sqs_queue_of.hpp"

/// Attributes read and set (docs/aws.md sqs-4 to sqs-8).
namespace tern::aws::sqs {

Step get_queue_attributes(const Surroundings& surroundings, Call& call) {
    const auto found = queue_of(surroundings, call);
    if (const auto* const error = std::get_if<Error>(&found)) return *error;
    const auto& queue = std::get<NamedQueue>(found);
    const auto description = describe(surroundings, queue.queue);
    if (!description.has_value()) return error_of(call, description.error());

    boost::json::object result;
    const auto* const names = list_in(call.parameters, "AttributeNames");
    if (!names || names->empty()) return result;
    auto all = attributes_of(queue, *description);
    boost::json::object wanted;
    for (const auto& entry : *names) {
        const auto name = view_of(entry);
        if (name == "All") {
            result["Attributes"] = std::move(all);
            return result;
        }
        if (!is_attribute(name)) return Error{kinds::attribute_name_invalid, "Unknown Attribute " + shown(name) + "."};
        if (const auto* const value = all.if_contains(name)) wanted[name] = *value;
    }
    if (!wanted.empty()) result["Attributes"] = std::move(wanted);
    return result;
}

Step set_queue_attributes(const Surroundings& surroundings, Call& call) {
    auto found = queue_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&found)) return std::move(*error);
    auto& queue = std::get<NamedQueue>(found);
    const auto* const attributes = object_in(call.parameters, "Attributes");
    if (!attributes) return missing("Attributes");
    auto settings = settings_of(surroundings, *attributes, queue);
    if (auto* const error = std::get_if<Error>(&settings))
        return refusal_at(surroundings, call, queue.queue, std::move(*error));
    std::string redrive_policy(text_in(*attributes, "RedrivePolicy").value_or(""));

    Submit submit;
    submit.command = engine::SetQueue{queue.queue, std::get<engine::QueueSettingsChange>(std::move(settings))};
    submit.then = [&surroundings, &call, queue = std::move(queue),
                   redrive_policy = std::move(redrive_policy)](engine::Answer&& answer) -> Step {
        if (answer.status != Errc::ok) return refusal_of_settings(surroundings, call, queue, answer, redrive_policy);
        return boost::json::object();
    };
    return submit;
}

}  // namespace tern::aws::sqs
