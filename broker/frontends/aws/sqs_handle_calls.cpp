#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/frontends/aws/frame_arena.hpp"
#include "broker/frontends/aws/sqs_batch.hpp"
#include "broker/frontends/aws/sqs_handlers.hpp"
#include "broker/frontends/aws/sqs_queue_of.hpp"

/// What is done with receipt handles (docs/aws.md sqs-30 to sqs-32).
namespace tern::aws::sqs {
namespace {

/// One entry of a request: the handle, for changes how long, and the entry's id in a batch.
struct HandleEntry {
    std::string id;
    std::string handle;
    std::int64_t timeout_seconds = 0;
};

Error refusal_of_handle(const Call& call, const HandleEntry& entry, Errc status) {
    const auto timeout = std::to_string(entry.timeout_seconds);
    switch (status) {
        case Errc::receipt_handle_invalid: return bad_handle(entry.handle);
        case Errc::receipt_handle_expired:
            return invalid_value(entry.handle, "ReceiptHandle", "The receipt handle has expired.");
        case Errc::message_not_in_flight:
            return invalid_value(entry.handle, "ReceiptHandle",
                                 "Message does not exist or is not available for visibility timeout change.");
        case Errc::total_visibility_exceeded:
            return invalid_value(timeout, "VisibilityTimeout",
                                 "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]");
        case Errc::visibility_timeout_invalid:
            return invalid_value(timeout, "VisibilityTimeout", "Must be >= 0 and <= 43200, if provided.");
        default: return error_of(call, status);
    }
}

/// Errors: missing_parameter, invalid_parameter_value.
std::optional<Error> read_handle(const boost::json::object& parameters, bool with_timeout, HandleEntry& entry) {
    const auto handle = text_in(parameters, "ReceiptHandle");
    if (!handle || handle->empty()) return missing("ReceiptHandle");
    entry.handle = *handle;
    if (!with_timeout) return std::nullopt;
    const auto seconds = integer_in(parameters, "VisibilityTimeout");
    if (!seconds) return missing("VisibilityTimeout");
    constexpr std::int64_t seconds_max = 43'200;
    entry.timeout_seconds = *seconds;
    if (*seconds >= 0 && *seconds <= seconds_max) return std::nullopt;
    return invalid_value(std::to_string(*seconds), "VisibilityTimeout", "Must be >= 0 and <= 43200, if provided.");
}

Submit submit_handles(const engine::QueueName& queue, const std::vector<HandleEntry>& entries, bool with_timeout) {
    std::size_t bytes = 0;
    for (const auto& entry : entries) bytes += entry.handle.size();
    FrameArena arena(bytes);
    Submit submit;
    submit.bytes = bytes;
    if (with_timeout) {
        engine::ChangeVisibility command{queue, {}};
        for (const auto& entry : entries)
            command.changes.push_back({arena.keep(entry.handle), std::chrono::seconds(entry.timeout_seconds)});
        submit.command = std::move(command);
    } else {
        engine::DeleteMessages command{queue, {}};
        for (const auto& entry : entries) command.receipt_handles.push_back(arena.keep(entry.handle));
        submit.command = std::move(command);
    }
    submit.frame = arena.take();
    return submit;
}

Step one_handle(const Surroundings& surroundings, const Call& call, bool with_timeout) {
    const auto found = queue_of(surroundings, call);
    if (const auto* const error = std::get_if<Error>(&found)) return *error;
    std::vector<HandleEntry> entries(1);
    if (auto error = read_handle(call.parameters, with_timeout, entries.front())) return std::move(*error);
    auto submit = submit_handles(std::get<NamedQueue>(found).queue, entries, with_timeout);
    submit.then = [&call, entry = std::move(entries.front())](engine::Answer&& answer) -> Step {
        if (answer.status != Errc::ok) return error_of(call, answer.status);
        const auto status = std::get<engine::EntryResults>(answer.body).results.front();
        if (status != Errc::ok) return refusal_of_handle(call, entry, status);
        return boost::json::object();
    };
    return submit;
}

/// Entries that are refused before the engine sees them, among those that it answers for.
struct HandleBatch {
    std::vector<HandleEntry> entries;
    std::vector<std::optional<Error>> refusals;
};

Step tell_handles(const Call& call, const HandleBatch& batch, const std::vector<Errc>& statuses) {
    BatchAnswer answer;
    auto status = statuses.begin();
    for (std::size_t i = 0; i < batch.entries.size(); ++i) {
        const auto& entry = batch.entries[i];
        auto refusal = batch.refusals[i];
        if (!refusal) {
            if (*status != Errc::ok) refusal = refusal_of_handle(call, entry, *status);
            ++status;
        }
        if (refusal)
            answer.fail(entry.id, *refusal);
        else
            answer.succeed(boost::json::object({{"Id", entry.id}}, answer.storage()));
    }
    return answer.take();
}

Step many_handles(const Surroundings& surroundings, const Call& call, bool with_timeout, std::string_view entry_name) {
    const auto found = queue_of(surroundings, call);
    if (const auto* const error = std::get_if<Error>(&found)) return *error;
    const auto list = entries_of(surroundings, call, entry_name);
    if (const auto* const error = std::get_if<Error>(&list)) return *error;
    const auto batch = std::make_shared<HandleBatch>();
    std::vector<HandleEntry> good;
    for (const auto& value : *std::get<const boost::json::array*>(list)) {
        const auto& parameters = value.get_object();
        HandleEntry entry;
        entry.id = *text_in(parameters, "Id");
        auto refusal = read_handle(parameters, with_timeout, entry);
        if (refusal && refusal->kind.shape == kinds::missing_parameter.shape) return std::move(*refusal);
        if (!refusal) good.push_back(entry);
        batch->entries.push_back(std::move(entry));
        batch->refusals.push_back(std::move(refusal));
    }
    const auto& queue = std::get<NamedQueue>(found).queue;
    if (good.empty()) {
        if (const auto described = describe(surroundings, queue); !described.has_value())
            return error_of(call, described.error());
        return tell_handles(call, *batch, {});
    }
    auto submit = submit_handles(queue, good, with_timeout);
    submit.then = [&call, batch](engine::Answer&& answer) -> Step {
        if (answer.status != Errc::ok) return error_of(call, answer.status);
        return tell_handles(call, *batch, std::get<engine::EntryResults>(answer.body).results);
    };
    return submit;
}

}  // namespace

Step delete_message(const Surroundings& surroundings, Call& call) {
    return one_handle(surroundings, call, false);
}

Step delete_message_batch(const Surroundings& surroundings, Call& call) {
    return many_handles(surroundings, call, false, "DeleteMessageBatchRequestEntry");
}

Step change_message_visibility(const Surroundings& surroundings, Call& call) {
    return one_handle(surroundings, call, true);
}

Step change_message_visibility_batch(const Surroundings& surroundings, Call& call) {
    return many_handles(surroundings, call, true, "ChangeMessageVisibilityBatchRequestEntry");
}

}  // namespace tern::aws::sqs
