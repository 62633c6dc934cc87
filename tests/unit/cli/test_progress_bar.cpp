#include <doctest/doctest.h>

#include <chrono>

#include "tools/tern/text/progress_bar.hpp"
#include "tools/tern/text/utf8.hpp"

using namespace tern::cli;
using namespace std::chrono_literals;

TEST_CASE("progress with a known end shows a bar, the rate and the time left") {
    const auto line = render_progress("sending", "message", {50'000, 25, 100}, 10s, 100);

    CHECK_NE(line.find("25 %  50,000 messages  5,000/s  30 s left"), std::string::npos);
    CHECK_NE(line.find("█"), std::string::npos);
    CHECK_NE(line.find("░"), std::string::npos);
    CHECK_LE(display_width(line), 100);
}

TEST_CASE("progress without a known end shows what is done and since when") {
    CHECK_EQ(render_progress("sending", "message", {200, 0, std::nullopt}, 20s, 100),
             "sending  200 messages  10/s  20 s");
}

TEST_CASE("progress never takes more than its line") {
    for (std::size_t columns = 1; columns < 120; ++columns) {
        CAPTURE(columns);
        CHECK_LE(display_width(render_progress("sending", "message", {123'456'789, 1, 3}, 100s, columns)), columns);
        CHECK_LE(display_width(render_progress("sending", "message", {1, 0, std::nullopt}, 100s, columns)), columns);
    }
}

TEST_CASE("progress that overshoots its estimate stays at 100 %") {
    const auto line = render_progress("moving", "message", {120, 120, 100}, 10s, 100);

    CHECK_NE(line.find("100 %"), std::string::npos);
    CHECK_EQ(line.find("left"), std::string::npos);
}
