#include <doctest/doctest.h>

#include <string>

#include "broker/runtime/log.hpp"
#include "broker/runtime/log_gate.hpp"

namespace tern::runtime {

using namespace std::chrono_literals;

TEST_CASE("a line of text has its event and its fields") {
    const auto line =
        render_log_line(LogFormat::text, "connection ended",
                        {{"peer", "127.0.0.1:1"}, {"bytes", 17}, {"share", 0.5}, {"kept", true}, {"by", -1}});

    CHECK_EQ(line, R"(connection ended peer="127.0.0.1:1" bytes=17 share=0.5 kept=true by=-1)");
}

TEST_CASE("a line of JSON is one object") {
    const auto line = render_log_line(LogFormat::json, "connection ended", {{"peer", "127.0.0.1:1"}, {"bytes", 17u}});

    CHECK_EQ(line, R"("event":"connection ended","peer":"127.0.0.1:1","bytes":17)");
}

TEST_CASE("what a value holds cannot break out of its line or harm a terminal") {
    const auto shown = [](std::string_view value) { return render_log_line(LogFormat::text, "e", {{"v", value}}); };

    CHECK_EQ(shown("a\nb"), R"(e v="a\u000ab")");
    CHECK_EQ(shown("\x1b[31m"), R"(e v="\u001b[31m")");
    CHECK_EQ(shown("say \"x\\y\""), R"(e v="say \"x\\y\"")");
    CHECK_EQ(shown(std::string_view("\0", 1)), R"(e v="\u0000")");
    CHECK_EQ(shown("\x7f"), R"(e v="\u007f")");
    CHECK_EQ(shown("\xc2\x9b"), R"(e v="\u009b")");
    CHECK_EQ(shown("Grüße, 火"), "e v=\"Grüße, 火\"");
}

TEST_CASE("what is not UTF-8 is replaced, byte by byte") {
    const auto shown = [](std::string_view value) { return render_log_line(LogFormat::json, "e", {{"v", value}}); };

    CHECK_EQ(shown("\xff"), R"("event":"e","v":"\ufffd")");
    CHECK_EQ(shown("\xc0\xaf"), R"("event":"e","v":"\ufffd\ufffd")");
    CHECK_EQ(shown("\xed\xa0\x80"), R"("event":"e","v":"\ufffd\ufffd\ufffd")");
    CHECK_EQ(shown("\xe7\x81"), R"("event":"e","v":"\ufffd\ufffd")");
    CHECK_EQ(shown("\xf5\x80\x80\x80"), R"("event":"e","v":"\ufffd\ufffd\ufffd\ufffd")");
}

TEST_CASE("the gate lets ten lines a second through and counts the others") {
    LogGate gate;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 10; ++i) CHECK_EQ(gate.pass(start), 0);
    for (int i = 0; i < 5; ++i) CHECK_FALSE(gate.pass(start + 999ms).has_value());

    CHECK_EQ(gate.pass(start + 1s), 5);
    CHECK_EQ(gate.pass(start + 1s), 0);
}

}  // namespace tern::runtime
