#include <memory>
#include <string>
#include <utility>

#include "broker/frontends/aws/sqs_handlers.hpp"
#include "broker/frontends/aws/sqs_message_view.hpp"
#include "broker/frontends/aws/sqs_queue_of.hpp"

/// Messages are received (docs/aws.md sqs-23 to sqs-29).
namespace tern::aws::sqs {
namespace {

std::optional<Error> check_range(const Call& call, std::string_view name, std::int64_t least, std::int64_t most,
                                 std::string_view reason) {
    const auto value = integer_in(call.parameters, name);
    if (!value || (*value >= least && *value <= most)) return std::nullopt;
    return invalid_value(std::to_string(*value), name, reason);
}

std::optional<Error> check_receive(const Call& call) {
    if (auto error = check_range(call, "MaxNumberOfMessages", 1, 10, "Must be between 1 and 10, if provided."))
        return error;
    if (auto error = check_range(call, "WaitTimeSeconds", 0, 20, "Must be >= 0 and <= 20, if provided.")) return error;
    return check_range(call, "VisibilityTimeout", 0, 43'200, "Must be >= 0 and <= 43200, if provided.");
}

void add_names(const Call& call, std::string_view parameter, std::vector<std::string>& names) {
    const auto* const list = list_in(call.parameters, parameter);
    if (!list) return;
    for (const auto& name : *list) names.emplace_back(view_of(name));
}

engine::ReceiveMessages command_of(const Call& call, const engine::QueueName& queue) {
    engine::ReceiveMessages command{queue, 1, std::nullopt, std::nullopt, {}};
    command.messages_max = integer_in(call.parameters, "MaxNumberOfMessages").value_or(1);
    if (const auto seconds = integer_in(call.parameters, "VisibilityTimeout"))
        command.visibility_timeout = std::chrono::seconds(*seconds);
    if (const auto seconds = integer_in(call.parameters, "WaitTimeSeconds"))
        command.wait = std::chrono::seconds(*seconds);
    command.attempt_id = text_in(call.parameters, "ReceiveRequestAttemptId").value_or("");
    return command;
}

Error refusal_of_receive(const Call& call, Errc status, const std::string& attempt_id) {
    if (status != Errc::receive_attempt_id_invalid) return error_of(call, status);
    return invalid_value(attempt_id, "ReceiveRequestAttemptId",
                         "ReceiveRequestAttemptId can only include alphanumeric and punctuation characters. 1 to 128 "
                         "in length, and is valid for FIFO queues only.");
}

}  // namespace

Step receive_message(const Surroundings& surroundings, Call& call) {
    auto found = queue_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&found)) return std::move(*error);
    if (auto error = check_receive(call)) return std::move(*error);
    auto& queue = std::get<NamedQueue>(found);
    MessageSelection selection;
    add_names(call, "AttributeNames", selection.system_attributes);
    add_names(call, "MessageSystemAttributeNames", selection.system_attributes);
    add_names(call, "MessageAttributeNames", selection.attributes);

    auto command = command_of(call, queue.queue);
    Submit submit;
    submit.ends_with_client = !command.wait || command.wait->count() > 0;
    submit.then = [&call, queue = std::move(queue), selection = std::move(selection),
                   attempt_id = command.attempt_id](engine::Answer&& answer) -> Step {
        if (answer.status != Errc::ok) return refusal_of_receive(call, answer.status, attempt_id);
        const auto& messages = std::get<engine::Messages>(answer.body).messages;
        boost::json::object result(result_storage());
        if (messages.empty()) return result;
        auto& list = result["Messages"].emplace_array();
        list.reserve(messages.size());
        for (const auto& message : messages)
            list.push_back(view_of_message(queue, message, selection, result.storage()));
        return result;
    };
    submit.command = std::move(command);
    return submit;
}

}  // namespace tern::aws::sqs
