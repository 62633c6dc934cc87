#include <utility>

#include "broker/engine/message_record.hpp"
#include "broker/frontends/native/frame_writer.hpp"
#include "tests/golden/golden_frames.hpp"

namespace tern::golden {

namespace {

using native::FrameWriter;
using native::ReplyTo;

/// The frame that `write` appends.
template <class Write>
std::string written(std::uint64_t request, Write write) {
    FrameWriter writer;
    std::string bytes;
    write(writer, ReplyTo{request, bytes});
    return bytes;
}

std::string answered(std::uint64_t request, engine::AnswerBody body) {
    return written(request, [&](FrameWriter& writer, ReplyTo to) {
        writer.write(to, engine::Answer{Errc::ok, {}, std::move(body)});
    });
}

engine::ReceivedMessage received() {
    Bytes attributes;
    engine::encode_attributes({{"kind", "String", "greeting"}}, attributes);
    engine::MessageRecord record;
    record.id = {0x0123456789abcdef, 0xfedcba9876543210};
    record.sent_at = Timestamp(1'700'000'000'000);
    record.group_id = "group-1";
    record.deduplication_id = "once";
    record.trace_header = "trace";
    record.sender_id = "sender";
    record.body = "hello";
    record.attributes = attributes;
    engine::ReceivedMessage message;
    engine::encode(record, message.record);
    message.receipt_handle = "handle-1";
    message.sequence = 42;
    message.receive_count = 2;
    message.first_received_at = Timestamp(1'700'000'001'000);
    message.available_at = Timestamp(1'700'000'031'000);
    message.dead_letter_source = "orders";
    return message;
}

engine::QueueDescription described() {
    engine::QueueDescription queue;
    queue.queue = {"", "orders.fifo"};
    queue.settings.fifo = true;
    queue.settings.redrive_policy = engine::RedrivePolicy{"dead.fifo", 5};
    queue.settings.redrive_allow_policy = engine::RedriveAllowPolicy{engine::RedriveAllow::by_queue, {"first.fifo"}};
    queue.tags = {{"team", "blue"}};
    queue.counts = {3, 2, 1, Timestamp(1'700'000'000'000)};
    queue.totals = {10, 8, 4, 1};
    queue.created_at = Timestamp(1'600'000'000'000);
    queue.modified_at = Timestamp(1'650'000'000'000);
    return queue;
}

std::vector<engine::MoveTaskDescription> moves() {
    engine::MoveTaskDescription task;
    task.task = "task-1";
    task.source = {"", "dead"};
    task.destination = engine::QueueName{"", "orders"};
    task.status = engine::MoveStatus::failed;
    task.started_at = Timestamp(1'700'000'000'000);
    task.messages_per_second_max = 100;
    task.moved = 5;
    task.to_move = 9;
    task.failure = "the destination was deleted";
    return {task};
}

native::StatusReport report() {
    native::StatusReport report;
    report.version = "1.2.3";
    report.data_folder = "/data";
    report.started_at = Timestamp(1'700'000'000'000);
    report.now = Timestamp(1'700'000'060'000);
    report.queues = 3;
    report.connections = 2;
    report.waiting_receives = 1;
    report.commits_total = 100;
    report.commands_total = 1000;
    report.file_bytes = 1'048'576;
    report.used_bytes = 524'288;
    report.disk_free_bytes = 1'073'741'824;
    report.storage = "ok";
    report.rss_anonymous_bytes = 8'388'608;
    report.cpu_seconds = 1.5;
    report.streams = 4;
    report.groups = 5;
    report.waiting_fetches = 6;
    report.topics = 7;
    report.subscribers = 8;
    return report;
}

}  // namespace

std::vector<GoldenFrame> replies() {
    const engine::SendResults sent{{{Errc::ok, {1, 2}, 7}, {Errc::message_too_large, {}, 0}}};
    const engine::EntryResults entries{{Errc::ok, Errc::receipt_handle_invalid}};
    const auto write = [](const auto& what) {
        return [&what](FrameWriter& writer, ReplyTo to) { writer.write(to, what); };
    };
    const engine::QueuePage page{{described()}, "next"};
    const auto tasks = moves();
    const auto status = report();
    const native::Welcome welcome{1, "ternd 1.2.3"};
    std::vector<GoldenFrame> frames = {
        {"reply_welcome", written(0, write(welcome))},
        {"reply_refused",
         written(4, [](FrameWriter& writer, ReplyTo to) { writer.refuse(to, Errc::missing_field, "tags"); })},
        {"reply_done", answered(2, engine::Nothing{})},
        {"reply_queue_created", answered(1, engine::QueueCreated{true})},
        {"reply_queue_list", written(7, write(page))},
        {"reply_queue_description",
         written(9, [](FrameWriter& writer, ReplyTo to) { writer.write(to, described(), {"first.fifo"}); })},
        {"reply_send_results", answered(10, sent)},
        {"reply_messages", answered(11, engine::Messages{{received()}})},
        {"reply_entry_results", answered(12, entries)},
        {"reply_move_started", answered(15, engine::MoveStarted{"task-1"})},
        {"reply_move_cancelled", answered(16, engine::MoveCancelled{5})},
        {"reply_move_tasks", written(17, write(tasks))},
        {"reply_broker_status_report", written(18, write(status))},
        {"reply_backup_done",
         written(20, [](FrameWriter& writer, ReplyTo to) { writer.write_backup_done(to, 123'456); })},
    };
    for (auto& frame : stream_replies()) frames.push_back(std::move(frame));
    for (auto& frame : topic_replies()) frames.push_back(std::move(frame));
    return frames;
}

}  // namespace tern::golden
