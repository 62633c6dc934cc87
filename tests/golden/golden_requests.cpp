#include <flatbuffers/minireflect.h>

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
    return {
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
    };
}

std::string request_text(const std::string& frame) {
    return text_of(frame, wire::RequestTypeTable());
}

std::string reply_text(const std::string& frame) {
    return text_of(frame, wire::ReplyTypeTable());
}

}  // namespace tern::golden
