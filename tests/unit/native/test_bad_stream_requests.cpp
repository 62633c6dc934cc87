#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tern/detail/operations.hpp"
#include "tests/unit/native/refused.hpp"
#include "tests/unit/native/session_fixture.hpp"

namespace tern::native {

namespace wire = protocol::wire;

namespace {

StreamSettings with_unknown_timestamps() {
    StreamSettings settings;
    settings.timestamp_type = static_cast<TimestampType>(77);
    return settings;
}

std::string fetch_of(std::size_t entries, const FetchOptions& options = {}) {
    return detail::fetch(1, std::vector<FetchPosition>(entries, FetchPosition{"s", 0, 0}), options).frame;
}

JoinOptions join_with(std::vector<std::string> streams, std::string instance = {}) {
    JoinOptions options;
    options.streams = std::move(streams);
    options.instance = std::move(instance);
    return options;
}

JoinOptions join_with_unknown_strategy() {
    auto options = join_with({"s"});
    options.strategy = static_cast<AssignmentStrategy>(77);
    return options;
}

HeartbeatOptions beat_of(std::string member, std::vector<PartitionSet> owned = {}) {
    HeartbeatOptions options;
    options.member = std::move(member);
    options.owned = std::move(owned);
    return options;
}

std::string transaction_of(std::size_t steps, std::size_t entries) {
    detail::Builder builder;
    std::vector<flatbuffers::Offset<wire::Delete>> deletes;
    for (std::size_t i = 0; i < steps; ++i) {
        const auto queue = builder.CreateString("q");
        const std::vector<std::string> handles(entries, "handle");
        deletes.push_back(wire::CreateDelete(builder, 0, queue, builder.CreateVectorOfStrings(handles)));
    }
    return detail::frame_of(builder, 1, wire::CreateTransact(builder, 0, builder.CreateVector(deletes)));
}

std::vector<Refused> refused_stream_requests() {
    const std::string long_name(250, 'n');
    return {
        {"no stream name", detail::describe_stream(1, "").frame, Errc::missing_field, "name"},
        {"stream name too long", detail::delete_stream(1, long_name).frame, Errc::stream_name_invalid, "name"},
        {"namespace too long", detail::delete_stream(1, {"s", long_name}).frame, Errc::namespace_invalid, ""},
        {"prefix too long", detail::list_streams(1, {"", long_name, 10, ""}).frame, Errc::stream_name_invalid,
         "prefix"},
        {"unknown timestamps", detail::create_stream(1, "s", with_unknown_timestamps()).frame, Errc::unknown_value,
         "timestamp_type"},
        {"no settings",
         frame_with<wire::SetStream>([](detail::Builder& b) { return wire::CreateSetStreamDirect(b, nullptr, "s"); }),
         Errc::missing_field, "settings"},
        {"no stream to append to", detail::append(1, "", {{0, "x", {}}}).frame, Errc::missing_field, "stream"},
        {"no entries to append",
         frame_with<wire::Append>([](detail::Builder& b) { return wire::CreateAppendDirect(b, nullptr, "s"); }),
         Errc::missing_field, "entries"},
        {"empty append", detail::append(1, "s", {}).frame, Errc::batch_empty, "entries"},
        {"append too long", detail::append(1, "s", std::vector<BatchToAppend>(1001)).frame, Errc::batch_too_long,
         "entries"},
        {"negative expected offset", frame_with<wire::Append>([](detail::Builder& b) {
             const std::vector<flatbuffers::Offset<wire::AppendEntry>> entries{wire::CreateAppendEntry(b, 0, 0, -2)};
             return wire::CreateAppendDirect(b, nullptr, "s", &entries);
         }),
         Errc::unknown_value, "expected_offset"},
        {"no entries to fetch",
         frame_with<wire::Fetch>([](detail::Builder& b) { return wire::CreateFetchDirect(b, nullptr); }),
         Errc::missing_field, "entries"},
        {"empty fetch", fetch_of(0), Errc::fetch_invalid, "entries"},
        {"fetch too long", fetch_of(1025), Errc::fetch_invalid, "entries"},
        {"wait too long", fetch_of(1, {.wait = std::chrono::milliseconds(20'001)}), Errc::fetch_invalid, "wait_ms"},
        {"no bytes", fetch_of(1, {.bytes_max = 0}), Errc::fetch_invalid, "bytes_max"},
        {"no bytes of an entry", detail::fetch(1, {{"s", 0, 0, 0}}, {}).frame, Errc::fetch_invalid,
         "entries.bytes_max"},
        {"no stream to fetch", detail::fetch(1, {{"", 0, 0}}, {}).frame, Errc::missing_field, "stream"},
        {"unknown position", detail::find_offsets(1, "s", {}, {static_cast<PositionKind>(9)}).frame,
         Errc::position_unknown, "position"},
        {"too many partitions to find", detail::find_offsets(1, "s", std::vector<std::uint32_t>(1025), {}).frame,
         Errc::partition_does_not_exist, "partitions"},
    };
}

std::string named_offsets_in_pages() {
    return frame_with<wire::FetchOffsets>([](detail::Builder& builder) {
        const auto group = builder.CreateString("g");
        const std::vector<flatbuffers::Offset<wire::PartitionSet>> sets{
            wire::CreatePartitionSet(builder, builder.CreateString("s"))};
        return wire::CreateFetchOffsets(builder, 0, group, builder.CreateVector(sets), 10);
    });
}

std::vector<Refused> refused_group_requests() {
    const std::string long_name(250, 'n');
    const std::vector<std::string> streams(101, "s");
    return {
        {"no group", detail::join_group(1, "", join_with({"s"})).frame, Errc::missing_field, "group"},
        {"group name too long", detail::leave_group(1, long_name, "m").frame, Errc::group_name_invalid, "group"},
        {"no streams", detail::join_group(1, "g", join_with({})).frame, Errc::group_subscription_invalid, "streams"},
        {"too many streams", detail::join_group(1, "g", join_with(streams)).frame, Errc::group_subscription_invalid,
         "streams"},
        {"stream name too long", detail::join_group(1, "g", join_with({long_name})).frame, Errc::stream_name_invalid,
         "streams"},
        {"instance too long", detail::join_group(1, "g", join_with({"s"}, long_name)).frame, Errc::instance_id_invalid,
         "instance"},
        {"unknown strategy", detail::join_group(1, "g", join_with_unknown_strategy()).frame, Errc::unknown_value,
         "strategy"},
        {"no member", detail::heartbeat(1, "g", beat_of("")).frame, Errc::missing_field, "member"},
        {"member too long", detail::heartbeat(1, "g", beat_of(std::string(2000, 'm'))).frame,
         Errc::group_member_unknown, "member"},
        {"too many streams owned",
         detail::heartbeat(1, "g", beat_of("m", std::vector<PartitionSet>(101, {"s", {0}}))).frame,
         Errc::group_subscription_invalid, "owned"},
        {"too many partitions owned",
         detail::heartbeat(1, "g", beat_of("m", {{"s", std::vector<std::uint32_t>(1025)}})).frame,
         Errc::partition_does_not_exist, "owned"},
        {"no member to leave", detail::leave_group(1, "g", "").frame, Errc::missing_field, "member"},
        {"empty commit", detail::commit_offsets(1, "g", {}, {}).frame, Errc::batch_empty, "entries"},
        {"commit too long", detail::commit_offsets(1, "g", {}, std::vector<OffsetToCommit>(1001)).frame,
         Errc::batch_too_long, "entries"},
        {"commit of no stream", detail::commit_offsets(1, "g", {}, std::vector<OffsetToCommit>(1)).frame,
         Errc::missing_field, "stream"},
        {"too many sets of partitions",
         detail::fetch_offsets(1, "g", std::vector<PartitionSet>(1001, {"s", {0}})).frame, Errc::batch_too_long,
         "partitions"},
        {"no group to describe", detail::describe_group(1, "").frame, Errc::missing_field, "name"},
        {"page token of a group too long", detail::describe_group_page(1, "g", {10, std::string(2000, 't')}).frame,
         Errc::page_token_invalid, "page_token"},
        {"page token of offsets too long", detail::fetch_offsets_page(1, "g", {10, std::string(2000, 't')}).frame,
         Errc::page_token_invalid, "page_token"},
        {"page token of a group without a size", detail::describe_group_page(1, "g", {0, "token"}).frame,
         Errc::page_size_invalid, "entries_max"},
        {"page token of offsets without a size", detail::fetch_offsets_page(1, "g", {0, "token"}).frame,
         Errc::page_size_invalid, "entries_max"},
        {"pages of partitions that are named", named_offsets_in_pages(), Errc::page_size_invalid, "entries_max"},
    };
}

std::vector<Refused> refused_transactions() {
    return {
        {"no steps", transaction_of(0, 0), Errc::transaction_empty, ""},
        {"too many steps", transaction_of(101, 1), Errc::transaction_too_long, ""},
        {"too many entries", transaction_of(2, 501), Errc::transaction_too_long, ""},
        {"an empty step", transaction_of(1, 0), Errc::batch_empty, "deletes[0].receipt_handles"},
    };
}

void check(const std::vector<Refused>& requests) {
    for (const auto& refused : requests) {
        CAPTURE(refused.what);
        SessionFixture session;
        session.greet();

        session.receive(refused.frame);

        const auto replies = session.written();
        REQUIRE_EQ(replies.size(), 1);
        CHECK_EQ(replies[0].id, 1);
        CHECK_EQ(replies[0].status, refused.status);
        CHECK_NE(replies[0].message.find(refused.named), std::string::npos);
        CHECK(session.broker.submitted.empty());
        CHECK(session.broker.queries.empty());
        CHECK(session.broker.fetches.empty());
        CHECK_FALSE(session.core->ending());
    }
}

}  // namespace

TEST_CASE("a request about streams that cannot be right is refused with the field's name") {
    check(refused_stream_requests());
}

TEST_CASE("a request about consumer groups that cannot be right is refused with the field's name") {
    check(refused_group_requests());
}

TEST_CASE("a transaction that cannot be right is refused with the step's name") {
    check(refused_transactions());
}

}  // namespace tern::native
