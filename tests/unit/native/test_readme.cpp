#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "protocol/limits.hpp"
#include "protocol/status.hpp"

namespace {

std::string read(const std::string& name) {
    std::ifstream file(std::string(TERN_PROTOCOL_FOLDER "/") + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool is_hex_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/// The bytes at the beginnings of the lines of the worked example.
std::string worked_example(const std::string& readme) {
    const auto begin = readme.find("```", readme.find("## A worked example")) + 4;
    const auto block = readme.substr(begin, readme.find("```", begin) - begin);
    std::string bytes;
    std::size_t line = 0;
    while (line < block.size()) {
        for (auto at = line; at + 2 < block.size() && is_hex_digit(block[at]) && is_hex_digit(block[at + 1]); at += 3) {
            bytes += static_cast<char>(std::stoi(block.substr(at, 2), nullptr, 16));
            if (block[at + 2] != ' ') break;
        }
        line = block.find('\n', line) + 1;
        if (line == 0) break;
    }
    return bytes;
}

}  // namespace

TEST_CASE("the protocol's page lists every status as it is") {
    const auto readme = read("README.md");
#define TERN_STATUS(number, name, sentence) \
    CHECK_NE(readme.find("| " #number " | `" #name "` | " sentence " |\n"), std::string::npos);
    TERN_STATUS_LIST(TERN_STATUS)
#undef TERN_STATUS
}

TEST_CASE("the protocol's page tells the limits as they are") {
    const auto readme = read("README.md");
    const auto lists = [&readme](const std::string& name, auto value) {
        const auto row = readme.find("| `" + name + "`:");
        REQUIRE_NE(row, std::string::npos);
        const auto text = readme.substr(row, readme.find('\n', row) - row);
        CHECK(text.ends_with("| " + std::to_string(value) + " |"));
    };
    using namespace tern::protocol;
    lists("frame_bytes_max", frame_bytes_max);
    lists("hello_frame_bytes_max", hello_frame_bytes_max);
    lists("requests_in_flight_max", requests_in_flight_max);
    lists("message_bytes_max", message_bytes_max);
    lists("batch_entries_max", batch_entries_max);
    lists("receive_messages_max", receive_messages_max);
    lists("peek_messages_max", peek_messages_max);
    lists("page_entries_max", page_entries_max);
    lists("message_attributes_max", message_attributes_max);
    lists("queue_name_bytes_max", queue_name_bytes_max);
    lists("namespace_bytes_max", namespace_bytes_max);
    lists("wait_ms_max", wait_ms_max);
    lists("visibility_timeout_ms_max", visibility_timeout_ms_max);
    lists("delay_ms_max", delay_ms_max);
    lists("stream_name_bytes_max", stream_name_bytes_max);
    lists("partitions_max", partitions_max);
    lists("record_bytes_max", record_bytes_max);
    lists("record_batch_bytes_max", record_batch_bytes_max);
    lists("batch_records_max", batch_records_max);
    lists("fetch_entries_max", fetch_entries_max);
    lists("group_name_bytes_max", group_name_bytes_max);
    lists("group_members_max", group_members_max);
    lists("group_streams_max", group_streams_max);
    lists("offset_metadata_bytes_max", offset_metadata_bytes_max);
    lists("session_timeout_ms_min", session_timeout_ms_min);
    lists("session_timeout_ms_max", session_timeout_ms_max);
    lists("transaction_steps_max", transaction_steps_max);
    lists("topic_name_bytes_max", topic_name_bytes_max);
    lists("subject_bytes_max", subject_bytes_max);
    lists("subject_parts_max", subject_parts_max);
    lists("publication_bytes_max", publication_bytes_max);
    lists("history_publications_max", history_publications_max);
    lists("filter_policy_bytes_max", filter_policy_bytes_max);
    lists("subscriptions_per_session_max", subscriptions_per_session_max);
    lists("durable_name_bytes_max", durable_name_bytes_max);
    lists("member_name_bytes_max", member_name_bytes_max);
    lists("member_state_bytes_max", member_state_bytes_max);
}

TEST_CASE("the worked example on the protocol's page is the golden hello") {
    CHECK(worked_example(read("README.md")) == read("golden/request_hello.frame"));
}
