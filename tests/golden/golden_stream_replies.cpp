#include <string>
#include <utility>

#include "broker/frontends/native/frame_writer.hpp"
#include "broker/frontends/native/outbox.hpp"
#include "protocol/record_batch.hpp"
#include "tests/golden/golden_frames.hpp"
#include "tests/golden/reply_frame.hpp"

namespace tern::golden {

namespace {

std::string fetched(std::uint64_t request) {
    protocol::BatchBuilder builder;
    builder.begin();
    builder.add(1'700'000'000'000, "key", "value", {{"kind", "greeting"}});
    engine::Fetched found;
    found.partitions.push_back({Errc::ok, {1, 0}, 5, 43, std::string(builder.finish(protocol::Compression::none, {}))});
    protocol::set_base_offset(found.partitions[0].batches.data(), 42);
    found.partitions.push_back({Errc::ok, {1, 1}, 0, 0, {}});
    found.partitions.push_back({Errc::offset_out_of_range, {1, 2}, 10, 20, {}});
    found.partitions.push_back({Errc::stream_does_not_exist, {}, 0, 0, {}});
    FrameWriter writer;
    native::Outbox outbox;
    writer.write(request, {}, std::move(found), outbox);
    std::string bytes;
    for (const auto piece : outbox.next_pieces(protocol::frame_bytes_max)) bytes += piece;
    return bytes;
}

engine::AppendResults appended() {
    engine::AppendResult ok;
    ok.base_offset = 42;
    ok.appended_at = Timestamp(1'700'000'000'000);
    ok.end_offset = 44;
    auto repeated = ok;
    repeated.duplicate = true;
    engine::AppendResult differs;
    differs.status = Errc::expected_offset_differs;
    differs.end_offset = 44;
    engine::AppendResult invalid;
    invalid.status = Errc::record_batch_invalid;
    invalid.detail = protocol::text_of(protocol::BatchFault::counts);
    return {{ok, repeated, differs, invalid}};
}

engine::StreamDescription described_stream() {
    engine::StreamDescription stream;
    stream.stream = {"", "orders"};
    stream.settings.partitions = 2;
    stream.settings.retention_bytes = 1'048'576;
    stream.settings.timestamp_type = engine::TimestampType::append;
    stream.partitions = {{0, 5, 44, 4096, Timestamp(1'700'000'000'000), Timestamp(1'700'000'060'000)},
                         {1, 0, 0, 0, std::nullopt, std::nullopt}};
    stream.created_at = Timestamp(1'600'000'000'000);
    stream.modified_at = Timestamp(1'650'000'000'000);
    stream.groups = {"billing"};
    return stream;
}

engine::GroupAssignment assignment() {
    return {"billing-1", 7, {{"orders", {0, 1}}, {"returns", {3}}}, std::chrono::seconds(10), false};
}

std::vector<engine::CommittedOffset> offsets() {
    engine::CommittedOffset committed;
    committed.stream = "orders";
    committed.offset = 42;
    committed.metadata = "note";
    committed.committed_at = Timestamp(1'700'000'000'000);
    committed.start_offset = 5;
    committed.end_offset = 44;
    engine::CommittedOffset none;
    none.stream = "returns";
    none.partition = 3;
    return {committed, none};
}

engine::GroupSummary summary() {
    return {"billing", engine::GroupState::rebalancing, 1, 7, engine::AssignmentStrategy::range};
}

engine::GroupDescription described_group(const std::string& next_token = {}) {
    engine::GroupMemberDescription member;
    member.member = "billing-1";
    member.instance = "host-1";
    member.client = "shop 1.0";
    member.streams = {"orders", "returns"};
    member.assigned = assignment().assigned;
    member.joined_at = Timestamp(1'700'000'000'000);
    member.session_timeout = std::chrono::seconds(10);
    return {summary(), {member}, offsets(), next_token};
}

}  // namespace

std::vector<GoldenFrame> stream_replies() {
    const engine::StreamPage streams{{{"orders", 2, 39, 4096, Timestamp(1'700'000'060'000)}}, "next"};
    const std::vector<engine::FoundOffset> found = {{0, 42, 1'700'000'000'000, 5, 44}, {1, 0, std::nullopt, 0, 0}};
    const engine::SendResults sent{{{Errc::ok, {1, 2}, 7}}};
    return {
        {"reply_stream_created", answered(21, engine::StreamCreated{true})},
        {"reply_stream_list", reply_with(24, streams)},
        {"reply_stream_description", reply_with(25, described_stream())},
        {"reply_append_results", answered(27, appended())},
        {"reply_fetch_results", fetched(28)},
        {"reply_found_offsets", reply_with(29, found)},
        {"reply_producer_allocated", answered(30, engine::ProducerAllocated{1234, 0})},
        {"reply_group_assignment", answered(31, assignment())},
        {"reply_committed_offsets", reply_with(35, engine::OffsetPage{offsets(), {}})},
        {"reply_committed_offsets_page", reply_with(35, engine::OffsetPage{offsets(), "next"})},
        {"reply_group_list", reply_with(37, engine::GroupPage{{summary()}, "next"})},
        {"reply_group_description", reply_with(38, described_group())},
        {"reply_group_description_page", reply_with(38, described_group("next"))},
        {"reply_transaction_results", answered(39, engine::TransactionResults{{sent}, {appended()}})},
    };
}

}  // namespace tern::golden
