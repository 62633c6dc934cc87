#include <flatbuffers/minireflect.h>

#include <utility>

#include "clients/cpp/source/encode.hpp"
#include "tern/detail/operations.hpp"
#include "tests/golden/golden_frames.hpp"

namespace tern::golden {

namespace {

using namespace std::chrono_literals;
namespace wire = protocol::wire;

std::string hello() {
    detail::Builder builder;
    return detail::frame_of(builder, 0, wire::CreateHelloDirect(builder, 1, 1, "golden 1.0"));
}

std::string cancel() {
    detail::Builder builder;
    return detail::frame_of(builder, 19, wire::CreateCancel(builder, 11));
}

QueueSettings every_setting() {
    QueueSettings settings;
    settings.delay = 5s;
    settings.message_bytes_max = 2'000'000;
    settings.retention = 24h;
    settings.wait = 20s;
    settings.visibility_timeout = 1min;
    settings.fifo = true;
    settings.content_based_deduplication = true;
    settings.deduplication_scope = DeduplicationScope::message_group;
    settings.throughput_limit = ThroughputLimit::per_message_group_id;
    settings.redrive_policy = RedrivePolicy{"dead.fifo", 5};
    settings.redrive_allow_policy = RedriveAllowPolicy{RedriveAllow::by_queue, {"first.fifo", "second.fifo"}};
    return settings;
}

std::vector<NewMessage> two_messages() {
    NewMessage plain{.body = "hello"};
    NewMessage full{.body = std::string("\x00\x01\xff", 3)};
    full.attributes = {{"kind", "String", "greeting"}, {"weight", "Number.kg", "12.5"}};
    full.delay = 90s;
    full.group_id = "group-1";
    full.deduplication_id = "once";
    full.trace_header = "Root=1-5759e988-bd862e3fe1be46a994272793";
    return {plain, full};
}

StreamSettings every_stream_setting() {
    StreamSettings settings;
    settings.partitions = 12;
    settings.retention = 24h;
    settings.retention_bytes = 1'000'000'000;
    settings.record_bytes_max = 1'048'576;
    settings.timestamp_type = TimestampType::append;
    return settings;
}

std::string from_hex(std::string_view digits) {
    const auto value = [](char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; };
    std::string bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        bytes += static_cast<char>(value(digits[i]) * 16 + value(digits[i + 1]));
    }
    return bytes;
}

/// One record each; the second has a key and its producer's stamp.
std::vector<BatchToAppend> two_batches() {
    const auto plain = from_hex(
        "00000000000000000000003dffffffff02e641a44b0000000000000000018bcfe568000000018bcfe56800ffffffffffffffffffffffff"
        "ffff0000000116000000010a68656c6c6f00");
    const auto stamped = from_hex(
        "000000000000000000000040ffffffff026989c2660000000000000000018bcfe568010000018bcfe56801000000000000000500000000"
        "0007000000011c000000066b65790a68656c6c6f00");
    return {{0, plain, {}}, {3, stamped, 42}};
}

JoinOptions joining() {
    JoinOptions options;
    options.member = "member-1";
    options.instance = "host-1";
    options.streams = {"events", "audit"};
    options.strategy = AssignmentStrategy::range;
    options.session_timeout = 30s;
    options.client = "golden";
    return options;
}

TransactionSteps every_step() {
    TransactionSteps steps;
    steps.deletes = {{"orders", {"handle-1"}}};
    steps.sends = {{{"jobs", "shop"}, two_messages()}};
    steps.appends = {{"events", two_batches()}};
    const GroupName group("billing");
    const CommitIdentity identity{"member-1", 7};
    const std::vector<OffsetToCommit> offsets{{"events", 3, 42, "note"}};
    steps.commits.push_back({group, identity, offsets});
    return steps;
}

std::string text_of(const std::string& frame, const flatbuffers::TypeTable* type) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(frame.data()) + protocol::frame_header_bytes;
    const bool vectors_over_lines = false;
    flatbuffers::ToStringVisitor visitor("\n", true, "  ", vectors_over_lines);
    flatbuffers::IterateFlatBuffer(bytes, type, &visitor);
    return visitor.s + "\n";
}

}  // namespace

std::vector<GoldenFrame> requests() {
    QueueSettings shorter;
    shorter.delay = 0s;
    std::vector<GoldenFrame> frames = {
        {"request_hello", hello()},
        {"request_create_queue", detail::create_queue(1, "orders.fifo", every_setting(), {{"team", "blue"}}).frame},
        {"request_delete_queue", detail::delete_queue(2, {"orders", "shop"}).frame},
        {"request_set_queue", detail::set_queue(3, "orders", shorter).frame},
        {"request_tag_queue", detail::tag_queue(4, "orders", {{"team", "red"}, {"empty", ""}}).frame},
        {"request_untag_queue", detail::untag_queue(5, "orders", {"team"}).frame},
        {"request_purge_queue", detail::purge_queue(6, "orders").frame},
        {"request_list_queues", detail::list_queues(7, {"shop", "ord", 50, "token"}).frame},
        {"request_list_dead_letter_sources", detail::list_dead_letter_sources(8, "dead", {10, ""}).frame},
        {"request_describe_queue", detail::describe_queue(9, "orders").frame},
        {"request_send", detail::send_batch(10, "orders", two_messages()).frame},
        {"request_receive", detail::receive(11, "orders", {10, 30s, 20s, "attempt"}).frame},
        {"request_delete", detail::delete_batch(12, "orders", {"handle-1", "handle-2"}).frame},
        {"request_change_visibility", detail::change_visibility(13, "orders", {"handle-1", 2min}).frame},
        {"request_peek", detail::peek(14, "orders", {100, false, true, true}).frame},
        {"request_start_move", detail::start_move(15, "dead", {"orders", 100}).frame},
        {"request_cancel_move", detail::cancel_move(16, "task-1").frame},
        {"request_list_moves", detail::list_moves(17, "dead", 10).frame},
        {"request_broker_status", detail::broker_status(18).frame},
        {"request_cancel", cancel()},
        {"request_backup", detail::backup(20, "/backups/monday").frame},
        {"request_create_stream", detail::create_stream(21, {"events", "shop"}, every_stream_setting()).frame},
        {"request_set_stream", detail::set_stream(22, "events", {.retention = 1h}).frame},
        {"request_delete_stream", detail::delete_stream(23, "events").frame},
        {"request_list_streams", detail::list_streams(24, {"shop", "ev", 50, "token"}).frame},
        {"request_describe_stream", detail::describe_stream(25, "events").frame},
        {"request_truncate_stream", detail::truncate_stream(26, "events", 3, 42).frame},
        {"request_append", detail::append(27, "events", two_batches()).frame},
        {"request_fetch",
         detail::fetch(28, {{"events", 0, 42, 65'536}, {"audit", 1, 0}}, {"shop", 1'000'000, 500, 100, 20s}).frame},
        {"request_find_offsets",
         detail::find_offsets(29, "events", {0, 3}, {PositionKind::time, TimePoint(1'700'000'000'000ms)}).frame},
        {"request_allocate_producer", detail::allocate_producer(30).frame},
        {"request_join_group", detail::join_group(31, {"billing", "shop"}, joining()).frame},
        {"request_heartbeat",
         detail::heartbeat(32, "billing", {"member-1", 7, {{"events", {0, 3}}, {"audit", {1}}}, 3s}).frame},
        {"request_leave_group", detail::leave_group(33, "billing", "member-1").frame},
        {"request_commit_offsets",
         detail::commit_offsets(34, "billing", {"member-1", 7}, {{"events", 3, 42, "note"}, {"audit", 1, 0}}).frame},
        {"request_fetch_offsets", detail::fetch_offsets(35, "billing", {{"events", {0, 3}}}).frame},
        {"request_fetch_offsets_page", detail::fetch_offsets_page(35, "billing", {50, "token"}).frame},
        {"request_delete_group", detail::delete_group(36, "billing").frame},
        {"request_list_groups", detail::list_groups(37, {"shop", "bill", 50, "token"}).frame},
        {"request_describe_group", detail::describe_group(38, "billing").frame},
        {"request_describe_group_page", detail::describe_group_page(38, {"billing", "shop"}, {50, "token"}).frame},
        {"request_transact", detail::transact(39, every_step()).frame},
    };
    for (auto& frame : topic_requests()) frames.push_back(std::move(frame));
    return frames;
}

std::string request_text(const std::string& frame) {
    return text_of(frame, wire::RequestTypeTable());
}

std::string reply_text(const std::string& frame) {
    return text_of(frame, wire::ReplyTypeTable());
}

}  // namespace tern::golden
