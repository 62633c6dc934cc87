#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "tools/tern/failure.hpp"
#include "tools/tern/send/send_report.hpp"

using namespace tern::cli;
using namespace std::chrono_literals;

TEST_CASE("a summary tells count, time and rate, and what went otherwise") {
    SendReport report;
    report.sent = 124'000;
    report.took = 4s;
    CHECK_EQ(summary_of(report), "124,000 messages sent in 4.0 s (31,000/s)");

    report.empty_lines = 2;
    report.add_failure({17, "message_too_large", "too long"});
    CHECK_EQ(summary_of(report), "124,000 messages sent in 4.0 s (31,000/s), 1 failed, 2 empty lines left out");
    CHECK_EQ(failures_of(report), "line 17: too long");
}

TEST_CASE("a long list of failures is cut, never its count") {
    SendReport report;
    for (std::uint64_t line = 1; line <= 5'000; ++line) report.add_failure({line, "x", "no"});

    CHECK_EQ(report.failed, 5'000);
    CHECK_EQ(report.failures.size(), failures_kept_max);
    CHECK_NE(failures_of(report).find("line 20: no\n… and 4,980 more"), std::string::npos);
}

TEST_CASE("after a lost connection it is told what is sure, what is not, and where to go on") {
    SendReport report;
    report.sent = 12'300;
    report.perhaps = 800;
    report.perhaps_lines = LineRange{12'301, 13'100};
    report.settled_through_line = 12'300;

    const auto standing = standing_of(report);

    CHECK_NE(standing.find("Surely stored: 12,300 messages. Perhaps stored: 800, in lines 12301 to 13100."),
             std::string::npos);
    CHECK_NE(standing.find("--from-line 12301"), std::string::npos);
}

TEST_CASE("records have words of their own, and what is stored behind the first open line is told") {
    SendReport report;
    report.wording = {"record", "appended", "batch", "batches"};
    report.sent = 500;
    report.took = 1s;
    report.sent_again = 2;
    CHECK_EQ(summary_of(report), "500 records appended in 1.0 s (500/s), 2 batches sent again after a lost connection");
    CHECK_EQ(json_of(report).at("appended"), 500);

    report.settled_through_line = 10;
    report.stored_behind = true;
    CHECK_NE(standing_of(report).find("Surely stored: 500 records."), std::string::npos);
    CHECK_NE(standing_of(report).find("--from-line 11; what is stored of the lines behind it"), std::string::npos);
}

TEST_CASE("refusals of streams and groups come with the way on") {
    using tern::protocol::Status;
    CHECK_NE(hint_for(Status::stream_does_not_exist, "events").find("tern stream create events"), std::string::npos);
    CHECK_NE(hint_for(Status::record_too_large, "events").find("tern stream set events --record-bytes-max"),
             std::string::npos);
    CHECK_NE(hint_for(Status::group_not_empty, "billing").find("tern group show billing"), std::string::npos);
    CHECK_NE(hint_for(Status::expected_offset_differs, "events").find("tern stream read events"), std::string::npos);
}

TEST_CASE("a broker that is not there is told with what to do") {
    const auto failure = unreachable("127.0.0.1:4565", "Connection refused");

    CHECK_EQ(failure.code, ExitCode::no_connection);
    CHECK_EQ(std::string(failure.what()), "cannot reach the broker at 127.0.0.1:4565: Connection refused");
    CHECK_NE(failure.hint.find("ternd"), std::string::npos);
    CHECK_NE(failure.hint.find("TERN_SERVER"), std::string::npos);
}

TEST_CASE("a refusal keeps the broker's words and adds the way on") {
    const auto failure = refusal(tern::protocol::Status::queue_does_not_exist, "", "orders");

    CHECK_EQ(failure.code, ExitCode::failed);
    CHECK_EQ(std::string(failure.what()), "The specified queue does not exist.");
    CHECK_NE(failure.hint.find("tern queue create orders"), std::string::npos);
}
