#include <utility>

#include "clients/cpp/source/decode.hpp"
#include "clients/cpp/source/encode.hpp"
#include "tern/detail/operations.hpp"

/// Operations on move tasks and on the broker itself.
namespace tern::detail {

namespace {

Outcome<MoveStarted> read_move_started(std::string_view reply) {
    const auto body = body_of<wire::MoveStarted>(reply);
    if (!body.has_value()) return body.error();
    return MoveStarted{text_of((*body)->task())};
}

Outcome<MoveCancelled> read_move_cancelled(std::string_view reply) {
    const auto body = body_of<wire::MoveCancelled>(reply);
    if (!body.has_value()) return body.error();
    return MoveCancelled{(*body)->moved()};
}

MoveTask decode(const wire::MoveTask& from) {
    MoveTask task;
    task.task = text_of(from.task());
    task.source = text_of(from.source());
    if (from.destination() && from.destination()->size() > 0) task.destination = from.destination()->str();
    task.status = static_cast<MoveStatus>(from.status());
    task.started_at = time_of(from.started_at());
    if (from.messages_per_second_max() != 0) task.messages_per_second_max = from.messages_per_second_max();
    task.moved = from.moved();
    task.to_move = from.to_move();
    task.failure = text_of(from.failure());
    return task;
}

Outcome<std::vector<MoveTask>> read_move_tasks(std::string_view reply) {
    const auto body = body_of<wire::MoveTasks>(reply);
    if (!body.has_value()) return body.error();
    std::vector<MoveTask> tasks;
    if (!(*body)->tasks()) return tasks;
    for (const auto* task : *(*body)->tasks()) tasks.push_back(decode(*task));
    return tasks;
}

Outcome<BrokerStatus> read_broker_status(std::string_view reply) {
    const auto body = body_of<wire::BrokerStatusReport>(reply);
    if (!body.has_value()) return body.error();
    const auto& from = **body;
    BrokerStatus status;
    status.version = text_of(from.version());
    status.data_folder = text_of(from.data_folder());
    status.started_at = time_of(from.started_at());
    status.now = time_of(from.now());
    status.queues = from.queues();
    status.connections = from.connections();
    status.waiting_receives = from.waiting_receives();
    status.commits_total = from.commits_total();
    status.commands_total = from.commands_total();
    status.file_bytes = from.file_bytes();
    status.used_bytes = from.used_bytes();
    status.disk_free_bytes = from.disk_free_bytes();
    status.storage = text_of(from.storage());
    status.rss_anonymous_bytes = from.rss_anonymous_bytes();
    status.cpu_seconds = from.cpu_seconds();
    status.streams = from.streams();
    status.groups = from.groups();
    status.waiting_fetches = from.waiting_fetches();
    status.topics = from.topics();
    status.subscribers = from.subscribers();
    return status;
}

Outcome<BackupDone> read_backup_done(std::string_view reply) {
    const auto body = body_of<wire::BackupDone>(reply);
    if (!body.has_value()) return body.error();
    return BackupDone{(*body)->bytes()};
}

// A backup copies the whole store, and is answered when it is written.
constexpr std::chrono::hours backup_patience{24};

}  // namespace

Operation<MoveStarted> start_move(Id id, const QueueName& source, const MoveOptions& options) {
    Builder builder(256);
    const auto namespace_name = text(builder, source.namespace_name);
    const auto name = text(builder, source.name);
    const auto destination = text(builder, options.destination.value_or(""));
    const auto rate = options.messages_per_second_max.value_or(0);
    const auto body = wire::CreateStartMove(builder, namespace_name, name, destination, rate);
    return {id, frame_of(builder, id, body), read_move_started};
}

Operation<MoveCancelled> cancel_move(Id id, const std::string& task) {
    Builder builder(256);
    const auto body = wire::CreateCancelMove(builder, Text(), text(builder, task));
    return {id, frame_of(builder, id, body), read_move_cancelled};
}

Operation<std::vector<MoveTask>> list_moves(Id id, const QueueName& source, std::uint32_t entries_max) {
    Builder builder(256);
    const auto namespace_name = text(builder, source.namespace_name);
    const auto name = text(builder, source.name);
    const auto body = wire::CreateListMoves(builder, namespace_name, name, entries_max);
    return {id, frame_of(builder, id, body), read_move_tasks, true};
}

Operation<BrokerStatus> broker_status(Id id) {
    Builder builder(64);
    return {id, frame_of(builder, id, wire::CreateBrokerStatus(builder)), read_broker_status, true};
}

Operation<BackupDone> backup(Id id, const std::string& path) {
    Builder builder(256);
    const auto body = wire::CreateBackup(builder, text(builder, path));
    return {id, frame_of(builder, id, body), read_backup_done, false, backup_patience};
}

}  // namespace tern::detail
