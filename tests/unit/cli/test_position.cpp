#include <doctest/doctest.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <string>

#include "tools/tern/input/input_file.hpp"
#include "tools/tern/input/moment.hpp"
#include "tools/tern/input/position.hpp"

using namespace tern::cli;
using namespace std::chrono_literals;
using tern::TimePoint;

namespace {

using Kind = Position::Kind;

// 2026-11-25T10:00:00Z
const TimePoint now{1'795'600'800'000ms};

Position position(std::string_view text) {
    return parse_position(text, now);
}

/// A zone for what is local, whatever the machine's is.
class LocalZone {
public:
    explicit LocalZone(const char* zone) {
        if (const char* before = std::getenv("TZ")) before_ = before;
        setenv("TZ", zone, 1);
        tzset();
    }
    ~LocalZone() {
        if (before_.empty()) unsetenv("TZ");
        if (!before_.empty()) setenv("TZ", before_.c_str(), 1);
        tzset();
    }
    LocalZone(const LocalZone&) = delete;
    LocalZone& operator=(const LocalZone&) = delete;

private:
    std::string before_;
};

}  // namespace

TEST_CASE("a position is an end of the stream, an offset, or a time") {
    CHECK_EQ(position("earliest"), Position{Kind::earliest, 0, {}});
    CHECK_EQ(position("latest"), Position{Kind::latest, 0, {}});
    CHECK_EQ(position("0"), Position{Kind::offset, 0, {}});
    CHECK_EQ(position("9223372036854775807"), Position{Kind::offset, 9'223'372'036'854'775'807u, {}});
    CHECK_EQ(position("2026-11-25T10:00:00Z"), Position{Kind::time, 0, now});
}

TEST_CASE("a time can be told by how long ago it was") {
    CHECK_EQ(position("-1h").time, now - 1h);
    CHECK_EQ(position("-30m").time, now - 30min);
    CHECK_EQ(position("-2d").time, now - 48h);
    CHECK_EQ(position("-1h30m").time, now - 90min);
    CHECK_EQ(position("-500ms").time, now - 500ms);
}

TEST_CASE("what is no position is refused with what is allowed") {
    for (const auto* text : {"", "soon", "1.5", "12x", "+3", "2026-13-01", "Earliest"}) {
        CAPTURE(text);
        CHECK_THROWS_WITH_AS(position(text), doctest::Contains("write earliest, latest, an offset, -1h"), InputFailure);
    }
    for (const auto* text : {"-", "-5", "-1.5", "-h", "-1y", "--1h"}) {
        CAPTURE(text);
        CHECK_THROWS_WITH_AS(position(text), doctest::Contains("write -30s, -5m, -1h"), InputFailure);
    }
    CHECK_THROWS_WITH_AS(position("9223372036854775808"), doctest::Contains("greater than any offset"), InputFailure);
    CHECK_THROWS_AS(position("99999999999999999999999"), InputFailure);
}

TEST_CASE("a moment with a zone is the same everywhere") {
    CHECK_EQ(parse_moment("2026-11-25T10:00:00Z"), now);
    CHECK_EQ(parse_moment("2026-11-25t10:00:00z"), now);
    CHECK_EQ(parse_moment("2026-11-25 10:00Z"), now);
    CHECK_EQ(parse_moment("2026-11-25T11:30:00+01:30"), now);
    CHECK_EQ(parse_moment("2026-11-25T05:00-0500"), now);
    CHECK_EQ(parse_moment("2026-11-25T10:00:00.25Z"), now + 250ms);
    CHECK_EQ(parse_moment("2026-11-25T10:00:00,123456789Z"), now + 123ms);
    CHECK_EQ(parse_moment("1969-12-31T23:59:59.5Z"), TimePoint(-500ms));
}

TEST_CASE("a moment without a zone is this machine's, summer time included") {
    const LocalZone zone("CET-1CEST,M3.5.0,M10.5.0/3");

    CHECK_EQ(parse_moment("2026-11-25T11:00:00"), now);
    CHECK_EQ(parse_moment("2026-11-25 11:00"), now);
    CHECK_EQ(parse_moment("2026-11-25"), now - 11h);
    CHECK_EQ(parse_moment("2026-07-01T12:00"), parse_moment("2026-07-01T10:00Z"));
}

TEST_CASE("what no calendar has is no moment") {
    for (const auto* text :
         {"2026-02-29", "2026-00-10", "2026-11-25T24:00Z", "2026-11-25T10:60Z", "2026-11-25T10",
          "2026-11-25T10:00:00.Z", "2026-11-25T10:00:00Zulu", "2026-11-25Z", "26-11-25", "2026-11-25T10:00:00+1"}) {
        CAPTURE(text);
        CHECK_EQ(parse_moment(text), std::nullopt);
    }
    CHECK(parse_moment("2028-02-29").has_value());
}
