#include <utility>

#include "broker/engine/queue_settings.hpp"
#include "broker/frontends/aws/sqs_attributes.hpp"
#include "broker/frontends/aws/sqs_handlers.hpp"
#include "broker/frontends/aws/sqs_queue_of.hpp"
#include "broker/frontends/aws/sqs_tag_list.hpp"

/// Queues come, are found, are emptied and go (docs/aws.md sqs-1 to sqs-3, sqs-10, sqs-11).
namespace tern::aws::sqs {
namespace {

/// Nothing when the name is good; whether it must be a FIFO queue's is said by its attributes.
std::optional<Error> check_name(std::string_view name, const boost::json::object* attributes) {
    const auto* const attribute = attributes ? attributes->if_contains("FifoQueue") : nullptr;
    const bool fifo = attribute && view_of(*attribute) == "true";
    if (engine::valid_queue_name(name, fifo)) return std::nullopt;
    if (attribute && !fifo && engine::valid_queue_name(name, true)) return std::nullopt;
    if (fifo) {
        return Error{kinds::invalid_parameter_value,
                     "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must "
                     "end with .fifo suffix and be 1 to 80 in length."};
    }
    return Error{kinds::invalid_parameter_value,
                 "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"};
}

Error refusal_of_creation(const Surroundings& surroundings, const Call& call, const NamedQueue& queue,
                          const engine::Answer& answer, const std::string& redrive_policy) {
    if (answer.status == Errc::queue_exists) {
        return {kinds::queue_name_exists,
                "A queue already exists with the same name and a different value for attribute " + answer.detail};
    }
    if (answer.status == Errc::queue_deleted_recently)
        return {kinds::queue_deleted_recently, std::string(protocol::sentence_of(answer.status))};
    return refusal_of_settings(surroundings, call, queue, answer, redrive_policy);
}

}  // namespace

Step create_queue(const Surroundings& surroundings, Call& call) {
    const auto name = text_in(call.parameters, "QueueName");
    if (!name) return missing("QueueName");
    const auto* const attributes = object_in(call.parameters, "Attributes");
    if (auto error = check_name(*name, attributes)) return std::move(*error);

    auto queue = queue_in(surroundings, call.scope, *name);
    engine::CreateQueue command{queue.queue, {}, {}};
    std::string redrive_policy;
    if (attributes) {
        auto settings = settings_of(surroundings, *attributes, queue);
        if (auto* const error = std::get_if<Error>(&settings)) return std::move(*error);
        command.settings = std::get<engine::QueueSettingsChange>(std::move(settings));
        redrive_policy = text_in(*attributes, "RedrivePolicy").value_or("");
    }
    if (const auto* const tags = object_in(call.parameters, "tags")) {
        auto list = tags_in(*tags, *name);
        if (auto* const error = std::get_if<Error>(&list)) return std::move(*error);
        command.tags = std::get<std::vector<engine::QueueTag>>(std::move(list));
    }

    Submit submit;
    submit.command = std::move(command);
    submit.then = [&surroundings, &call, queue = std::move(queue),
                   redrive_policy = std::move(redrive_policy)](engine::Answer&& answer) -> Step {
        if (answer.status != Errc::ok) return refusal_of_creation(surroundings, call, queue, answer, redrive_policy);
        boost::json::object result;
        result["QueueUrl"] = url_of_queue(surroundings, call, queue.scope, queue.queue.name);
        return result;
    };
    return submit;
}

Step delete_queue(const Surroundings& surroundings, Call& call) {
    auto queue = queue_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&queue)) return std::move(*error);
    return submit_and_say_nothing(call, engine::DeleteQueue{std::get<NamedQueue>(std::move(queue)).queue});
}

Step get_queue_url(const Surroundings& surroundings, Call& call) {
    const auto name = text_in(call.parameters, "QueueName");
    if (!name) return missing("QueueName");
    auto scope = call.scope;
    if (const auto owner = text_in(call.parameters, "QueueOwnerAWSAccountId")) scope.account = *owner;
    if (!is_account(scope.account)) return no_such_queue(call);
    const auto queue = queue_in(surroundings, scope, *name);
    const auto description = describe(surroundings, queue.queue);
    if (!description.has_value()) return error_of(call, description.error());
    boost::json::object result;
    result["QueueUrl"] = url_of_queue(surroundings, call, queue.scope, queue.queue.name);
    return result;
}

Step purge_queue(const Surroundings& surroundings, Call& call) {
    auto found = queue_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&found)) return std::move(*error);
    auto& queue = std::get<NamedQueue>(found).queue;
    auto name = queue.name;
    auto submit = submit_and_say_nothing(call, engine::PurgeQueue{std::move(queue)});
    submit.then = [then = std::move(submit.then), name = std::move(name)](engine::Answer&& answer) -> Step {
        if (answer.status != Errc::purge_in_progress) return then(std::move(answer));
        return Error{kinds::purge_in_progress,
                     "Only one PurgeQueue operation on " + name + " is allowed every 60 seconds."};
    };
    return submit;
}

}  // namespace tern::aws::sqs
