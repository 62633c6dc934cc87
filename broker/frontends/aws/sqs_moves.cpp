#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <utility>

#include "broker/base/base64.hpp"
#include "broker/base/base64url.hpp"
#include "broker/base/check.hpp"
#include "broker/base/hex.hpp"
#include "broker/frontends/aws/sqs_handlers.hpp"
#include "broker/frontends/aws/sqs_queue_of.hpp"

/// Message move tasks (docs/aws.md sqs-41, sqs-42). A task's handle is JSON in base64: the broker's handle, its 128
/// bits written as a UUID, and the ARN.
namespace tern::aws::sqs {
namespace {

namespace json = boost::json;

constexpr std::int64_t rate_max = 500;
constexpr std::int64_t tasks_listed_max = 10;
/// A handle is an ARN and a few bytes more.
constexpr std::size_t handle_bytes_max = 8192;

std::string task_id(std::string_view task) {
    const auto bytes = decode_base64url(task);
    TERN_CHECK(bytes && bytes->size() == 16);
    const auto half = [&](std::size_t from) {
        std::uint64_t value = 0;
        for (const char c : bytes->substr(from, 8)) value = value << 8 | static_cast<unsigned char>(c);
        return value;
    };
    return uuid_text(half(0), half(8));
}

/// What is no UUID is no task either, and stays what it is.
std::string task_of(std::string_view id) {
    Bytes bytes;
    std::optional<unsigned> high;
    for (const char c : id) {
        if (c == '-') continue;
        const auto digit = hex_value(c);
        if (!digit) return std::string(id);
        if (high) bytes.push_back(static_cast<char>(*high << 4 | *digit));
        high = high ? std::nullopt : digit;
    }
    return encode_base64url(bytes);
}

std::string handle_text(std::string_view task, std::string_view source_arn) {
    json::object handle;
    handle["taskId"] = task_id(task);
    handle["sourceArn"] = source_arn;
    std::string text;
    append_base64(text, json::serialize(handle));
    return text;
}

struct TaskHandle {
    std::string task;
    std::string source_arn;
};

std::optional<TaskHandle> parse_handle(std::string_view text) {
    const auto bytes = text.size() <= handle_bytes_max ? decode_base64(text) : std::nullopt;
    if (!bytes) return std::nullopt;
    json::error_code fault;
    const auto value = json::parse(*bytes, fault);
    if (fault || !value.is_object()) return std::nullopt;
    const auto* const task = value.get_object().if_contains("taskId");
    const auto* const source = value.get_object().if_contains("sourceArn");
    if (!task || !source || !task->is_string() || !source->is_string()) return std::nullopt;
    return TaskHandle{std::string(view_of(*task)), std::string(view_of(*source))};
}

Error no_resource(std::string_view parameter) {
    return {kinds::resource_not_found,
            "The resource that you specified for the " + std::string(parameter) + " parameter doesn't exist."};
}

Error refusal_of_move(const Call& call, Errc status) {
    const auto refused = [](std::string_view text) { return Error{kinds::invalid_parameter_value, std::string(text)}; };
    switch (status) {
        case Errc::move_source_does_not_exist: return no_resource("SourceArn");
        case Errc::move_destination_does_not_exist: return no_resource("DestinationArn");
        case Errc::move_source_not_dead_letter:
            return refused("Source queue must be configured as a Dead Letter Queue.");
        case Errc::move_already_running:
            return refused(
                "There is already a task running. Only one active task is allowed for a source queue arn at a given "
                "time.");
        case Errc::move_task_invalid: return refused("Value for parameter TaskHandle is invalid.");
        case Errc::move_task_not_running: return Error{kinds::resource_not_found, "Task does not exist."};
        default: return error_of(call, status);
    }
}

std::string_view status_text(engine::MoveStatus status) {
    switch (status) {
        case engine::MoveStatus::running: return "RUNNING";
        case engine::MoveStatus::completed: return "COMPLETED";
        case engine::MoveStatus::cancelling: return "CANCELLING";
        case engine::MoveStatus::cancelled: return "CANCELLED";
        case engine::MoveStatus::failed: return "FAILED";
    }
    return {};
}

/// How many messages were to be moved is told once the task has ended, as SQS does, and while it runs.
json::object describe_task(const engine::MoveTaskDescription& task, const NamedQueue& source) {
    const auto source_arn = arn_of_queue(source);
    json::object shown;
    if (task.status == engine::MoveStatus::running) shown["TaskHandle"] = handle_text(task.task, source_arn);
    shown["Status"] = status_text(task.status);
    shown["SourceArn"] = source_arn;
    if (task.destination) shown["DestinationArn"] = arn_of("sqs", source.scope, task.destination->name);
    if (task.messages_per_second_max) shown["MaxNumberOfMessagesPerSecond"] = *task.messages_per_second_max;
    shown["ApproximateNumberOfMessagesMoved"] = static_cast<std::int64_t>(task.moved);
    shown["ApproximateNumberOfMessagesToMove"] = static_cast<std::int64_t>(task.to_move);
    if (!task.failure.empty()) shown["FailureReason"] = task.failure;
    shown["StartedTimestamp"] = task.started_at.ms();
    return shown;
}

/// Errors: missing_parameter, resource_not_found.
std::variant<NamedQueue, Error> source_of(const Surroundings& surroundings, const Call& call) {
    const auto arn = text_in(call.parameters, "SourceArn");
    if (!arn) return missing("SourceArn");
    auto source = queue_of_arn(surroundings, *arn);
    if (!source) return no_resource("SourceArn");
    return std::move(*source);
}

}  // namespace

Step start_message_move_task(const Surroundings& surroundings, Call& call) {
    auto source = source_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&source)) return std::move(*error);
    auto& named = std::get<NamedQueue>(source);
    engine::StartMove command{named.queue, std::nullopt, integer_in(call.parameters, "MaxNumberOfMessagesPerSecond")};
    if (const auto arn = text_in(call.parameters, "DestinationArn")) {
        auto destination = queue_of_arn(surroundings, *arn);
        if (!destination) return no_resource("DestinationArn");
        command.destination = std::move(destination->queue);
    }
    if (const auto rate = command.messages_per_second_max; rate && (*rate < 1 || *rate > rate_max)) {
        return invalid_value(std::to_string(*rate), "MaxNumberOfMessagesPerSecond",
                             "Value must be greater than or equal to 1 and less than or equal to 500.");
    }
    Submit submit;
    submit.command = std::move(command);
    submit.then = [&call, arn = arn_of_queue(named)](engine::Answer&& answer) -> Step {
        if (answer.status != Errc::ok) return refusal_of_move(call, answer.status);
        json::object result;
        result["TaskHandle"] = handle_text(std::get<engine::MoveStarted>(answer.body).task, arn);
        return result;
    };
    return submit;
}

Step cancel_message_move_task(const Surroundings& surroundings, Call& call) {
    const auto text = text_in(call.parameters, "TaskHandle");
    if (!text) return missing("TaskHandle");
    auto handle = parse_handle(*text);
    const auto source = handle ? queue_of_arn(surroundings, handle->source_arn) : std::nullopt;
    if (!source) return refusal_of_move(call, Errc::move_task_invalid);
    if (!describe(surroundings, source->queue).has_value()) return no_resource("SourceArn");
    Submit submit;
    submit.command = engine::CancelMove{task_of(handle->task)};
    submit.then = [&call](engine::Answer&& answer) -> Step {
        // A task id in another form than the broker's is one that does not exist.
        if (answer.status == Errc::move_task_invalid) return refusal_of_move(call, Errc::move_task_not_running);
        if (answer.status != Errc::ok) return refusal_of_move(call, answer.status);
        json::object result;
        result["ApproximateNumberOfMessagesMoved"] =
            static_cast<std::int64_t>(std::get<engine::MoveCancelled>(answer.body).moved);
        return result;
    };
    return submit;
}

Step list_message_move_tasks(const Surroundings& surroundings, Call& call) {
    const auto source = source_of(surroundings, call);
    if (const auto* const error = std::get_if<Error>(&source)) return *error;
    const auto& named = std::get<NamedQueue>(source);
    const auto most = integer_in(call.parameters, "MaxResults").value_or(1);
    if (most < 1 || most > tasks_listed_max)
        return invalid_value(std::to_string(most), "MaxResults", "Value must be between 1 and 10.");
    const auto snapshot = surroundings.broker.snapshot();
    const auto tasks = engine::list_moves(*snapshot, named.queue, most);
    if (!tasks.has_value()) return refusal_of_move(call, tasks.error());
    json::object result;
    auto& list = result["Results"].emplace_array();
    for (const auto& task : *tasks) list.push_back(describe_task(task, named));
    return result;
}

}  // namespace tern::aws::sqs
