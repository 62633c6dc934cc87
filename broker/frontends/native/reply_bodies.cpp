#include "broker/frontends/native/reply_bodies.hpp"

#include <string_view>

#include "broker/engine/message_record.hpp"
#include "broker/frontends/native/reply_parts.hpp"

namespace tern::native {

namespace {

flatbuffers::Offset<wire::SendResults> send_results_of(Builder& builder, const engine::SendResults& answer) {
    Offsets<wire::SendResult> results;
    results.reserve(answer.results.size());
    for (const auto& result : answer.results) {
        const auto message = sentence(builder, result.status);
        const wire::Uuid id(result.id.high, result.id.low);
        const auto status = static_cast<std::uint16_t>(result.status);
        results.push_back(wire::CreateSendResult(builder, status, message, &id, result.sequence));
    }
    return wire::CreateSendResults(builder, builder.CreateVector(results));
}

Body entry_results(Builder& builder, const engine::EntryResults& answer) {
    Offsets<wire::EntryResult> results;
    results.reserve(answer.results.size());
    for (const auto status : answer.results) {
        const auto message = sentence(builder, status);
        results.push_back(wire::CreateEntryResult(builder, static_cast<std::uint16_t>(status), message));
    }
    return {wire::ReplyBody::EntryResults, wire::CreateEntryResults(builder, builder.CreateVector(results)).Union()};
}

flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<wire::MessageAttribute>>> attributes_of(Builder& builder,
                                                                                                    BytesView encoded) {
    if (encoded.empty()) return 0;
    Offsets<wire::MessageAttribute> attributes;
    for (const auto& attribute : engine::decode_attributes(encoded)) {
        const auto name = text(builder, attribute.name);
        const auto type = text(builder, attribute.type);
        const auto value = binary(builder, attribute.value);
        attributes.push_back(wire::CreateMessageAttribute(builder, name, type, value));
    }
    return builder.CreateVector(attributes);
}

flatbuffers::Offset<wire::ReceivedMessage> message(Builder& builder, const engine::ReceivedMessage& received,
                                                   const engine::MessageRecord& record) {
    const auto handle = text(builder, received.receipt_handle);
    const auto body = binary(builder, record.body);
    const auto attributes = attributes_of(builder, record.attributes);
    const auto group_id = text(builder, record.group_id);
    const auto deduplication_id = text(builder, record.deduplication_id);
    const auto trace_header = text(builder, record.trace_header);
    const auto sender_id = text(builder, record.sender_id);
    const auto source = text(builder, received.dead_letter_source);
    const wire::Uuid id(record.id.high, record.id.low);
    wire::ReceivedMessageBuilder to(builder);
    to.add_id(&id);
    to.add_receipt_handle(handle);
    to.add_body(body);
    to.add_attributes(attributes);
    to.add_sent_at(record.sent_at.ms());
    to.add_first_received_at(received.first_received_at.ms());
    to.add_receive_count(received.receive_count);
    to.add_sequence(received.sequence);
    to.add_group_id(group_id);
    to.add_deduplication_id(deduplication_id);
    to.add_trace_header(trace_header);
    to.add_sender_id(sender_id);
    to.add_dead_letter_source(source);
    to.add_available_at(received.available_at.ms());
    return to.Finish();
}

struct AnswerToBody {
    Builder& builder;

    std::optional<Body> operator()(const engine::Nothing&) const {
        return Body{wire::ReplyBody::Done, wire::CreateDone(builder).Union()};
    }
    std::optional<Body> operator()(const engine::QueueCreated& answer) const {
        return Body{wire::ReplyBody::QueueCreated, wire::CreateQueueCreated(builder, answer.created).Union()};
    }
    std::optional<Body> operator()(const engine::SendResults& answer) const {
        return Body{wire::ReplyBody::SendResults, send_results_of(builder, answer).Union()};
    }
    std::optional<Body> operator()(const engine::Messages& answer) const { return body_of(builder, answer); }
    std::optional<Body> operator()(const engine::EntryResults& answer) const { return entry_results(builder, answer); }
    std::optional<Body> operator()(const engine::MoveStarted& answer) const {
        const auto task = text(builder, answer.task);
        return Body{wire::ReplyBody::MoveStarted, wire::CreateMoveStarted(builder, task).Union()};
    }
    std::optional<Body> operator()(const engine::MoveCancelled& answer) const {
        return Body{wire::ReplyBody::MoveCancelled, wire::CreateMoveCancelled(builder, answer.moved).Union()};
    }
    std::optional<Body> operator()(const engine::StreamCreated& answer) const {
        return Body{wire::ReplyBody::StreamCreated, wire::CreateStreamCreated(builder, answer.created).Union()};
    }
    std::optional<Body> operator()(const engine::AppendResults& answer) const { return body_of(builder, answer); }
    std::optional<Body> operator()(const engine::ProducerAllocated& answer) const {
        const auto allocated = wire::CreateProducerAllocated(builder, answer.id, answer.epoch);
        return Body{wire::ReplyBody::ProducerAllocated, allocated.Union()};
    }
    std::optional<Body> operator()(const engine::GroupAssignment& answer) const { return body_of(builder, answer); }
    std::optional<Body> operator()(const engine::TransactionResults& answer) const {
        Offsets<wire::SendResults> sends;
        for (const auto& sent : answer.sends) sends.push_back(send_results_of(builder, sent));
        Offsets<wire::AppendResults> appends;
        for (const auto& appended : answer.appends) appends.push_back(results_of(builder, appended));
        const auto sends_vector = builder.CreateVector(sends);
        const auto results = wire::CreateTransactionResults(builder, sends_vector, builder.CreateVector(appends));
        return Body{wire::ReplyBody::TransactionResults, results.Union()};
    }
    std::optional<Body> operator()(const engine::TopicCreated& answer) const {
        return Body{wire::ReplyBody::TopicCreated, wire::CreateTopicCreated(builder, answer.created).Union()};
    }
    std::optional<Body> operator()(const engine::PublishResults& answer) const { return body_of(builder, answer); }
    std::optional<Body> operator()(const engine::SubscriptionAdded& answer) const { return body_of(builder, answer); }
    // The session's own question: what it tells its peer is Subscribed.
    std::optional<Body> operator()(const engine::TopicOpened&) const { return std::nullopt; }
};

}  // namespace

std::optional<Body> body_of(Builder& builder, const engine::AnswerBody& answer) {
    return std::visit(AnswerToBody{builder}, answer);
}

std::optional<Body> body_of(Builder& builder, const engine::Messages& answer) {
    Offsets<wire::ReceivedMessage> messages;
    messages.reserve(answer.messages.size());
    for (const auto& received : answer.messages) {
        const auto record = engine::decode_message(received.record);
        if (!record) return std::nullopt;
        messages.push_back(message(builder, received, *record));
    }
    return Body{wire::ReplyBody::Messages, wire::CreateMessages(builder, builder.CreateVector(messages)).Union()};
}

Body body_of(Builder& builder, const std::vector<engine::MoveTaskDescription>& tasks) {
    Offsets<wire::MoveTask> offsets;
    for (const auto& task : tasks) {
        const auto name = text(builder, task.task);
        const auto source = text(builder, task.source.name);
        const auto destination = text(builder, task.destination ? task.destination->name : std::string());
        const auto failure = text(builder, task.failure);
        wire::MoveTaskBuilder to(builder);
        to.add_task(name);
        to.add_source(source);
        to.add_destination(destination);
        to.add_status(static_cast<wire::MoveStatus>(task.status));
        to.add_started_at(task.started_at.ms());
        to.add_messages_per_second_max(static_cast<std::uint32_t>(task.messages_per_second_max.value_or(0)));
        to.add_moved(task.moved);
        to.add_to_move(task.to_move);
        to.add_failure(failure);
        offsets.push_back(to.Finish());
    }
    return {wire::ReplyBody::MoveTasks, wire::CreateMoveTasks(builder, builder.CreateVector(offsets)).Union()};
}

Body body_of(Builder& builder, const StatusReport& report) {
    const auto version = text(builder, report.version);
    const auto data_folder = text(builder, report.data_folder);
    const auto storage = text(builder, report.storage);
    wire::BrokerStatusReportBuilder to(builder);
    to.add_version(version);
    to.add_data_folder(data_folder);
    to.add_started_at(report.started_at.ms());
    to.add_now(report.now.ms());
    to.add_queues(report.queues);
    to.add_connections(report.connections);
    to.add_waiting_receives(report.waiting_receives);
    to.add_commits_total(report.commits_total);
    to.add_commands_total(report.commands_total);
    to.add_file_bytes(report.file_bytes);
    to.add_used_bytes(report.used_bytes);
    to.add_disk_free_bytes(report.disk_free_bytes);
    to.add_storage(storage);
    to.add_rss_anonymous_bytes(report.rss_anonymous_bytes);
    to.add_cpu_seconds(report.cpu_seconds);
    to.add_streams(report.streams);
    to.add_groups(report.groups);
    to.add_waiting_fetches(report.waiting_fetches);
    to.add_topics(report.topics);
    to.add_subscribers(report.subscribers);
    return {wire::ReplyBody::BrokerStatusReport, to.Finish().Union()};
}

}  // namespace tern::native
