#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "broker/engine/publication_record.hpp"
#include "broker/frontends/aws/sqs_batch.hpp"
#include "broker/frontends/aws/sqs_handlers.hpp"
#include "broker/frontends/aws/sqs_outgoing.hpp"
#include "broker/frontends/aws/sqs_queue_of.hpp"
#include "broker/frontends/aws/sqs_sequence.hpp"

/// Messages are sent, one or ten at a time (docs/aws.md sqs-15 to sqs-22, sqs-33 to sqs-36).
namespace tern::aws::sqs {
namespace {

constexpr std::string_view deduplication_missing =
    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly";

/// How long a message may be: what its queue allows, up to what SQS does.
std::uint64_t message_bytes_max(const Surroundings& surroundings, const engine::QueueName& queue) {
    const auto description = describe(surroundings, queue);
    const auto most = surroundings.options.sqs.message_bytes_max;
    if (!description.has_value()) return most;
    return std::min(most, static_cast<std::uint64_t>(description->settings.message_bytes_max));
}

Error too_long(const Surroundings& surroundings, const engine::QueueName& queue, std::string_view beginning) {
    std::string text(beginning);
    text.append(" Reason: Message must be shorter than ");
    text.append(std::to_string(message_bytes_max(surroundings, queue))).append(" bytes.");
    return {kinds::invalid_parameter_value, std::move(text)};
}

Error refusal_of_message(const Surroundings& surroundings, const Call& call, const engine::QueueName& queue,
                         Errc status, bool in_batch) {
    if (status == Errc::message_too_large) {
        return too_long(
            surroundings, queue,
            in_batch ? "One or more parameters cannot be validated." : "One or more parameters are invalid.");
    }
    if (status == Errc::deduplication_id_missing)
        return {kinds::invalid_parameter_value, std::string(deduplication_missing)};
    return error_of(call, status);
}

/// How many members an answer to a message may have.
constexpr std::size_t told_members_max = 6;

boost::json::object told(const Outgoing& outgoing, const engine::SendResult& sent, bool fifo,
                         const boost::json::storage_ptr& storage) {
    boost::json::object result(told_members_max, storage);
    outgoing.tell_digests(result);
    result["MessageId"] = engine::text_of(sent.id);
    if (fifo) result["SequenceNumber"] = sequence_text(sent.sequence);
    return result;
}

/// An entry of a batch: what is sent, or why it is not.
struct Entry {
    std::string id;
    std::variant<Outgoing, Error> content;
};

/// What the whole batch is refused for: a message that lacks what every message on the queue must have.
std::optional<Error> check_for_all(const Surroundings& surroundings, const NamedQueue& queue,
                                   const std::vector<Entry>& entries) {
    if (!is_fifo(queue.queue)) return std::nullopt;
    bool all_have_ids = true;
    for (const auto& entry : entries) {
        const auto* const outgoing = std::get_if<Outgoing>(&entry.content);
        if (!outgoing) continue;
        if (outgoing->message.group_id.empty())
            return Error{kinds::invalid_parameter_value, "The request must contain the parameter MessageGroupId."};
        all_have_ids = all_have_ids && outgoing->message.deduplication_id;
    }
    if (all_have_ids) return std::nullopt;
    const auto description = describe(surroundings, queue.queue);
    if (!description.has_value() || description->settings.content_based_deduplication) return std::nullopt;
    return Error{kinds::invalid_parameter_value, std::string(deduplication_missing)};
}

std::variant<std::vector<Entry>, Error> read_entries(const Surroundings& surroundings, const Call& call,
                                                     const NamedQueue& queue, const boost::json::array& list) {
    std::vector<Entry> entries;
    entries.reserve(list.size());
    std::size_t bytes = 0;
    for (const auto& value : list) {
        const auto& parameters = value.get_object();
        auto content = read_outgoing(call, parameters, is_fifo(queue.queue));
        if (const auto* const error = std::get_if<Error>(&content))
            if (error->kind.shape == kinds::missing_parameter.shape) return *error;
        if (const auto* const outgoing = std::get_if<Outgoing>(&content)) bytes += outgoing->size();
        entries.push_back({std::string(*text_in(parameters, "Id")), std::move(content)});
    }
    if (const auto most = surroundings.options.sqs.batch_bytes_max; bytes > most) {
        return Error{kinds::batch_too_long, "Batch requests cannot be longer than " + std::to_string(most) +
                                                " bytes. You have sent " + std::to_string(bytes) + " bytes."};
    }
    if (auto error = check_for_all(surroundings, queue, entries)) return std::move(*error);
    return entries;
}

/// Puts the messages that can be sent into a command.
Submit submit_messages(const engine::QueueName& queue, std::vector<Entry>& entries) {
    std::size_t bytes = 0;
    for (const auto& entry : entries)
        if (const auto* const outgoing = std::get_if<Outgoing>(&entry.content)) bytes += outgoing->bytes_in_frame();
    FrameArena arena(bytes);
    engine::SendMessages command{queue, {}};
    command.messages.reserve(entries.size());
    for (auto& entry : entries)
        if (auto* const outgoing = std::get_if<Outgoing>(&entry.content))
            command.messages.push_back(outgoing->move_into(arena));
    Submit submit;
    submit.command = std::move(command);
    submit.bytes = bytes;
    submit.frame = arena.take();
    return submit;
}

Step tell_batch(const Surroundings& surroundings, const Call& call, const engine::QueueName& queue,
                const std::vector<Entry>& entries, const engine::Answer& answer) {
    if (answer.status != Errc::ok) return error_of(call, answer.status);
    const auto& results = std::get<engine::SendResults>(answer.body).results;
    BatchAnswer batch;
    auto result = results.begin();
    for (const auto& entry : entries) {
        if (const auto* const error = std::get_if<Error>(&entry.content)) {
            batch.fail(entry.id, *error);
            continue;
        }
        const auto& sent = *result++;
        if (sent.status != Errc::ok) {
            batch.fail(entry.id, refusal_of_message(surroundings, call, queue, sent.status, true));
            continue;
        }
        auto told_entry = told(std::get<Outgoing>(entry.content), sent, is_fifo(queue), batch.storage());
        told_entry["Id"] = entry.id;
        batch.succeed(std::move(told_entry));
    }
    return batch.take();
}

}  // namespace

Step send_message(const Surroundings& surroundings, Call& call) {
    auto found = queue_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&found)) return std::move(*error);
    auto& queue = std::get<NamedQueue>(found).queue;
    const bool fifo = is_fifo(queue);
    auto read = read_outgoing(call, call.parameters, fifo);
    if (auto* const error = std::get_if<Error>(&read)) {
        if (error->kind.shape == kinds::missing_parameter.shape) return std::move(*error);
        return refusal_at(surroundings, call, queue, std::move(*error));
    }
    auto& outgoing = std::get<Outgoing>(read);
    if (fifo && outgoing.message.group_id.empty())
        return refusal_at(surroundings, call, queue, missing("MessageGroupId"));
    if (outgoing.size() > surroundings.options.sqs.message_bytes_max) {
        auto error = refusal_of_message(surroundings, call, queue, Errc::message_too_large, false);
        return refusal_at(surroundings, call, queue, std::move(error));
    }

    Submit submit;
    submit.bytes = outgoing.bytes_in_frame();
    FrameArena arena(submit.bytes);
    engine::SendMessages command{queue, {}};
    command.messages.push_back(outgoing.move_into(arena));
    submit.command = std::move(command);
    submit.frame = arena.take();
    submit.then = [&surroundings, &call, fifo, queue = std::move(queue),
                   outgoing = std::make_shared<Outgoing>(std::move(outgoing))](engine::Answer&& answer) -> Step {
        if (answer.status != Errc::ok) return error_of(call, answer.status);
        const auto& sent = std::get<engine::SendResults>(answer.body).results.front();
        if (sent.status != Errc::ok) return refusal_of_message(surroundings, call, queue, sent.status, false);
        return told(*outgoing, sent, fifo, result_storage());
    };
    return submit;
}

Step send_message_batch(const Surroundings& surroundings, Call& call) {
    auto found = queue_of(surroundings, call);
    if (auto* const error = std::get_if<Error>(&found)) return std::move(*error);
    const auto& queue = std::get<NamedQueue>(found);
    const auto list = entries_of(surroundings, call, "SendMessageBatchRequestEntry");
    if (const auto* const error = std::get_if<Error>(&list)) return *error;
    auto read = read_entries(surroundings, call, queue, *std::get<const boost::json::array*>(list));
    if (auto* const error = std::get_if<Error>(&read))
        return refusal_at(surroundings, call, queue.queue, std::move(*error));
    const auto entries = std::make_shared<std::vector<Entry>>(std::get<std::vector<Entry>>(std::move(read)));

    const auto is_good = [](const Entry& entry) { return std::holds_alternative<Outgoing>(entry.content); };
    if (std::ranges::none_of(*entries, is_good)) {
        if (const auto described = describe(surroundings, queue.queue); !described.has_value())
            return error_of(call, described.error());
        BatchAnswer batch;
        for (const auto& entry : *entries) batch.fail(entry.id, std::get<Error>(entry.content));
        return batch.take();
    }
    auto submit = submit_messages(queue.queue, *entries);
    submit.then = [&surroundings, &call, name = queue.queue, entries](engine::Answer&& answer) {
        return tell_batch(surroundings, call, name, *entries, answer);
    };
    return submit;
}

}  // namespace tern::aws::sqs
