#include <memory>
#include <string>
#include <utility>

#include "broker/engine/sending.hpp"
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

/// Far more than there are attributes in ten messages: what a long poll keeps of its request must have a bound, and so
/// must the looking for names.
constexpr std::size_t names_max = 1000;
constexpr std::size_t name_bytes_max = 256;

/// Errors: invalid_parameter_value.
std::optional<Error> add_names(const Call& call, std::string_view parameter, std::vector<std::string>& names) {
    const auto* const list = list_in(call.parameters, parameter);
    if (!list) return std::nullopt;
    if (list->size() > names_max) {
        return invalid_value(std::to_string(list->size()) + " names", parameter,
                             "There may be up to " + std::to_string(names_max) + ".");
    }
    for (const auto& name : *list)
        // No attribute has a longer name; a prefix may stand before two characters more.
        if (const auto text = view_of(name); text.size() <= name_bytes_max + 2) names.emplace_back(text);
    return std::nullopt;
}

/// The older of the two lists goes before the newer one in the Query protocol; in JSON both count (docs/aws.md sqs-26).
std::optional<Error> add_system_names(const Call& call, std::vector<std::string>& names) {
    if (auto error = add_names(call, "AttributeNames", names)) return error;
    if (call.protocol == Protocol::query && !names.empty()) return std::nullopt;
    return add_names(call, "MessageSystemAttributeNames", names);
}

/// docs/aws.md sqs-29.
std::optional<Error> check_attempt_id(const Call& call, const engine::QueueName& queue) {
    constexpr std::string_view name = "ReceiveRequestAttemptId";
    const auto id = text_in(call.parameters, name).value_or("");
    if (id.empty()) return std::nullopt;
    if (!is_fifo(queue)) return invalid_value(id, name, wrong_for_queue_type);
    if (engine::valid_fifo_id(id)) return std::nullopt;
    return invalid_value(id, name,
                         "ReceiveRequestAttemptId can only include alphanumeric and punctuation characters. 1 to 128 "
                         "in length.");
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

}  // namespace

Step receive_message(const Surroundings& surroundings, Call& call) {
    auto found = queue_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&found)) return std::move(*error);
    if (auto error = check_receive(call)) return std::move(*error);
    auto& queue = std::get<NamedQueue>(found);
    if (auto error = check_attempt_id(call, queue.queue))
        return refusal_at(surroundings, call, queue.queue, std::move(*error));
    MessageSelection selection;
    if (auto error = add_system_names(call, selection.system_attributes)) return std::move(*error);
    if (auto error = add_names(call, "MessageAttributeNames", selection.attributes)) return std::move(*error);

    auto command = command_of(call, queue.queue);
    Submit submit;
    submit.ends_with_client = !command.wait || command.wait->count() > 0;
    submit.then = [&call, queue = std::move(queue), selection = std::move(selection)](engine::Answer&& answer) -> Step {
        if (answer.status != Errc::ok) return error_of(call, answer.status);
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
