#include "broker/frontends/native/request.hpp"

#include <flatbuffers/verifier.h>

#include "broker/frontends/native/request_demands.hpp"
#include "broker/frontends/native/request_fields.hpp"
#include "protocol/limits.hpp"
#include "tern_generated.h"

namespace tern::native {

namespace {

namespace limits = protocol;

// A request, its body, a message, an attribute: with room for later versions.
constexpr flatbuffers::uoffset_t depth_max = 16;
// A full batch with all attributes makes 11,002 tables; a batch that is too long shall be told so.
constexpr flatbuffers::uoffset_t tables_max = 65'536;

Demand hello(const wire::Hello& body) {
    return Hello{body.version_min(), body.version_max(), text_of(body.client())};
}

Demand create_queue(const wire::CreateQueue& body) {
    engine::CreateQueue command;
    if (auto refusal = read_queue(body.namespace_name(), body.name(), "name", command.queue)) return *refusal;
    if (auto refusal = read_settings(body.settings(), command.settings)) return *refusal;
    if (auto refusal = read_tags(body.tags(), command.tags)) return *refusal;
    return engine::Command(std::move(command));
}

/// For commands that consist of a queue's name.
template <class Command, class Body>
Demand named(const Body& body) {
    Command command;
    if (auto refusal = read_queue(body.namespace_name(), body.name(), "name", command.queue)) return *refusal;
    return engine::Command(std::move(command));
}

Demand set_queue(const wire::SetQueue& body) {
    engine::SetQueue command;
    if (auto refusal = read_queue(body.namespace_name(), body.name(), "name", command.queue)) return *refusal;
    if (!body.settings()) return missing("settings");
    if (auto refusal = read_settings(body.settings(), command.settings)) return *refusal;
    return engine::Command(std::move(command));
}

Demand tag_queue(const wire::TagQueue& body) {
    engine::TagQueue command;
    if (auto refusal = read_queue(body.namespace_name(), body.name(), "name", command.queue)) return *refusal;
    if (!body.tags()) return missing("tags");
    if (auto refusal = read_tags(body.tags(), command.tags)) return *refusal;
    return engine::Command(std::move(command));
}

Demand untag_queue(const wire::UntagQueue& body) {
    engine::UntagQueue command;
    if (auto refusal = read_queue(body.namespace_name(), body.name(), "name", command.queue)) return *refusal;
    if (!body.keys()) return missing("keys");
    if (body.keys()->size() > tags_max) return Refusal{Errc::tags_invalid, "keys"};
    for (const auto* key : *body.keys()) {
        if (key->size() > tag_text_bytes_max) return Refusal{Errc::tags_invalid, "keys"};
        command.keys.push_back(key->str());
    }
    return engine::Command(std::move(command));
}

Demand list_queues(const wire::ListQueues& body) {
    ListQueues query;
    const auto refusal = read_list(body, limits::queue_name_bytes_max, Errc::queue_name_invalid, query);
    return refusal ? Demand(*refusal) : Demand(Query(std::move(query)));
}

Demand list_dead_letter_sources(const wire::ListDeadLetterSources& body) {
    ListDeadLetterSources query;
    if (auto refusal = read_queue(body.namespace_name(), body.name(), "name", query.queue)) return *refusal;
    if (auto refusal = read_page(body.entries_max(), body.page_token(), query.page)) return *refusal;
    return Query(std::move(query));
}

Demand describe_queue(const wire::DescribeQueue& body) {
    DescribeQueue query;
    if (auto refusal = read_queue(body.namespace_name(), body.name(), "name", query.queue)) return *refusal;
    return Query(std::move(query));
}

Demand send(const wire::Send& body) {
    engine::SendMessages command;
    if (auto refusal = read_send(body, command)) return *refusal;
    return engine::Command(std::move(command));
}

Demand receive(const wire::Receive& body) {
    engine::ReceiveMessages command;
    if (auto refusal = read_queue(body.namespace_name(), body.queue(), "queue", command.queue)) return *refusal;
    command.messages_max = body.messages_max();
    command.visibility_timeout = duration(body.visibility_timeout_ms());
    command.wait = duration(body.wait_ms());
    const auto attempt_id = view_of(body.attempt_id());
    // Far beyond what the engine accepts: not worth a copy.
    if (attempt_id.size() > id_bytes_max) return Refusal{Errc::receive_attempt_id_invalid, {}};
    command.attempt_id = attempt_id;
    return engine::Command(std::move(command));
}

Demand delete_messages(const wire::Delete& body) {
    engine::DeleteMessages command;
    if (auto refusal = read_delete(body, command)) return *refusal;
    return engine::Command(std::move(command));
}

Demand change_visibility(const wire::ChangeVisibility& body) {
    engine::ChangeVisibility command;
    if (auto refusal = read_queue(body.namespace_name(), body.queue(), "queue", command.queue)) return *refusal;
    if (auto refusal = check_batch(body.changes(), "changes")) return *refusal;
    command.changes.reserve(body.changes()->size());
    for (const auto* change : *body.changes()) {
        command.changes.push_back({view_of(change->receipt_handle()), Milliseconds(change->visibility_timeout_ms())});
    }
    return engine::Command(std::move(command));
}

Demand peek(const wire::Peek& body) {
    Peek query;
    if (auto refusal = read_queue(body.namespace_name(), body.queue(), "queue", query.queue)) return *refusal;
    query.filter = {body.messages_max(), body.visible(), body.in_flight(), body.delayed()};
    return Query(std::move(query));
}

Demand start_move(const wire::StartMove& body) {
    engine::StartMove command;
    if (auto refusal = read_queue(body.namespace_name(), body.source(), "source", command.source)) return *refusal;
    if (!view_of(body.destination()).empty()) {
        auto& destination = command.destination.emplace();
        const auto refusal = read_queue(body.namespace_name(), body.destination(), "destination", destination);
        if (refusal) return *refusal;
    }
    if (body.messages_per_second_max() != 0) command.messages_per_second_max = body.messages_per_second_max();
    return engine::Command(std::move(command));
}

Demand cancel_move(const wire::CancelMove& body) {
    const auto task = view_of(body.task());
    if (task.empty()) return missing("task");
    if (task.size() > id_bytes_max) return Refusal{Errc::move_task_invalid, {}};
    return engine::Command(engine::CancelMove{std::string(task)});
}

Demand list_moves(const wire::ListMoves& body) {
    ListMoves query;
    if (auto refusal = read_queue(body.namespace_name(), body.source(), "source", query.source)) return *refusal;
    query.entries_max = body.entries_max();
    return Query(std::move(query));
}

Demand backup(const wire::Backup& body) {
    if (view_of(body.path()).empty()) return missing("path");
    return Backup{text_of(body.path())};
}

}  // namespace

MaybeRefusal read_send(const wire::Send& body, engine::SendMessages& to) {
    if (auto refusal = read_queue(body.namespace_name(), body.queue(), "queue", to.queue)) return refusal;
    if (auto refusal = check_batch(body.messages(), "messages")) return refusal;
    to.messages.reserve(body.messages()->size());
    for (const auto* message : *body.messages()) to.messages.push_back(new_message(*message));
    return std::nullopt;
}

MaybeRefusal read_delete(const wire::Delete& body, engine::DeleteMessages& to) {
    if (auto refusal = read_queue(body.namespace_name(), body.queue(), "queue", to.queue)) return refusal;
    if (auto refusal = check_batch(body.receipt_handles(), "receipt_handles")) return refusal;
    to.receipt_handles.reserve(body.receipt_handles()->size());
    for (const auto* handle : *body.receipt_handles()) to.receipt_handles.push_back(view_of(handle));
    return std::nullopt;
}

const wire::Request* verified_request(std::string_view frame) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(frame.data());
    flatbuffers::Verifier verifier(bytes, frame.size(), depth_max, tables_max);
    if (!wire::VerifyRequestBuffer(verifier)) return nullptr;
    return wire::GetRequest(bytes);
}

std::uint64_t id_of(const wire::Request& request) {
    return request.id();
}

Demand demand_of(const wire::Request& request) {
    using Kind = wire::RequestBody;
    if (request.body_type() == Kind::NONE) return missing("body");
    if (request.body_type() > Kind::MAX) return Refusal{Errc::unknown_request, {}};
    if (!request.body()) return missing("body");

    switch (request.body_type()) {
        case Kind::NONE: break;
        case Kind::Hello: return hello(*request.body_as_Hello());
        case Kind::CreateQueue: return create_queue(*request.body_as_CreateQueue());
        case Kind::DeleteQueue: return named<engine::DeleteQueue>(*request.body_as_DeleteQueue());
        case Kind::SetQueue: return set_queue(*request.body_as_SetQueue());
        case Kind::TagQueue: return tag_queue(*request.body_as_TagQueue());
        case Kind::UntagQueue: return untag_queue(*request.body_as_UntagQueue());
        case Kind::PurgeQueue: return named<engine::PurgeQueue>(*request.body_as_PurgeQueue());
        case Kind::ListQueues: return list_queues(*request.body_as_ListQueues());
        case Kind::ListDeadLetterSources: return list_dead_letter_sources(*request.body_as_ListDeadLetterSources());
        case Kind::DescribeQueue: return describe_queue(*request.body_as_DescribeQueue());
        case Kind::Send: return send(*request.body_as_Send());
        case Kind::Receive: return receive(*request.body_as_Receive());
        case Kind::Delete: return delete_messages(*request.body_as_Delete());
        case Kind::ChangeVisibility: return change_visibility(*request.body_as_ChangeVisibility());
        case Kind::Peek: return peek(*request.body_as_Peek());
        case Kind::StartMove: return start_move(*request.body_as_StartMove());
        case Kind::CancelMove: return cancel_move(*request.body_as_CancelMove());
        case Kind::ListMoves: return list_moves(*request.body_as_ListMoves());
        case Kind::Cancel: return engine::Command(engine::CancelWait{request.body_as_Cancel()->request()});
        case Kind::BrokerStatus: return Query(ReportStatus{});
        case Kind::Backup: return backup(*request.body_as_Backup());
        case Kind::CreateStream: return demand_of(*request.body_as_CreateStream());
        case Kind::SetStream: return demand_of(*request.body_as_SetStream());
        case Kind::DeleteStream: return demand_of(*request.body_as_DeleteStream());
        case Kind::ListStreams: return demand_of(*request.body_as_ListStreams());
        case Kind::DescribeStream: return demand_of(*request.body_as_DescribeStream());
        case Kind::TruncateStream: return demand_of(*request.body_as_TruncateStream());
        case Kind::Append: return demand_of(*request.body_as_Append());
        case Kind::Fetch: return demand_of(*request.body_as_Fetch());
        case Kind::FindOffsets: return demand_of(*request.body_as_FindOffsets());
        case Kind::AllocateProducer: return engine::Command(engine::AllocateProducer{});
        case Kind::JoinGroup: return demand_of(*request.body_as_JoinGroup());
        case Kind::Heartbeat: return demand_of(*request.body_as_Heartbeat());
        case Kind::LeaveGroup: return demand_of(*request.body_as_LeaveGroup());
        case Kind::CommitOffsets: return demand_of(*request.body_as_CommitOffsets());
        case Kind::FetchOffsets: return demand_of(*request.body_as_FetchOffsets());
        case Kind::DeleteGroup: return demand_of(*request.body_as_DeleteGroup());
        case Kind::ListGroups: return demand_of(*request.body_as_ListGroups());
        case Kind::DescribeGroup: return demand_of(*request.body_as_DescribeGroup());
        case Kind::Transact: return demand_of(*request.body_as_Transact());
        case Kind::CreateTopic: return demand_of(*request.body_as_CreateTopic());
        case Kind::SetTopic: return demand_of(*request.body_as_SetTopic());
        case Kind::DeleteTopic: return demand_of(*request.body_as_DeleteTopic());
        case Kind::ListTopics: return demand_of(*request.body_as_ListTopics());
        case Kind::DescribeTopic: return demand_of(*request.body_as_DescribeTopic());
        case Kind::Publish: return demand_of(*request.body_as_Publish());
        case Kind::Subscribe: return demand_of(*request.body_as_Subscribe());
        case Kind::Unsubscribe: return Unsubscribe{request.body_as_Unsubscribe()->request()};
        case Kind::Acknowledge: return demand_of(*request.body_as_Acknowledge());
        case Kind::Reject: return demand_of(*request.body_as_Reject());
        case Kind::DescribePresence: return demand_of(*request.body_as_DescribePresence());
        case Kind::SetPresence: return demand_of(*request.body_as_SetPresence());
        case Kind::ReadHistory: return demand_of(*request.body_as_ReadHistory());
        case Kind::AddSubscription: return demand_of(*request.body_as_AddSubscription());
        case Kind::SetSubscription: return demand_of(*request.body_as_SetSubscription());
        case Kind::RemoveSubscription: return demand_of(*request.body_as_RemoveSubscription());
        case Kind::ListSubscriptions: return demand_of(*request.body_as_ListSubscriptions());
    }
    return Refusal{Errc::unknown_request, {}};
}

}  // namespace tern::native
