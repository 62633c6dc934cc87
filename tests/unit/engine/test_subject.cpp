#include <doctest/doctest.h>

#include <string>

#include "broker/engine/subject.hpp"

using namespace tern::engine;

TEST_CASE("a subject is one to 32 parts between dots, in 256 bytes of UTF-8") {
    std::string parts_32 = "a";
    for (int i = 1; i < 32; ++i) parts_32 += ".a";

    for (const std::string& subject : {std::string("chat"), std::string("chat.room.42"),
                                       std::string("chat.\xC3\xA9t\xC3\xA9"), parts_32, std::string(256, 'x')})
        CHECK_MESSAGE(valid_subject(subject), subject);
    for (const std::string& subject :
         {std::string(), std::string("."), std::string("chat."), std::string(".chat"), std::string("chat..room"),
          std::string("chat.*"), std::string("chat.>"), std::string("chat.a*"), std::string("chat room"),
          std::string("chat.\xC2\xA0"), std::string("chat.\xE3\x80\x80"), std::string("chat.\t"),
          std::string("chat.\xC2\x85"), std::string("chat.\x7F"), std::string("chat.\xFF"), parts_32 + ".a",
          std::string(257, 'x'), std::string("a\0b", 3)})
        CHECK_MESSAGE(!valid_subject(subject), subject);
}

TEST_CASE("a pattern spells out its topic; * is a whole part and > the last") {
    for (const auto* pattern : {"chat", "chat.room", "chat.*", "chat.>", "chat.*.*", "chat.*.here.>", "jobs.fifo.>"})
        CHECK_MESSAGE(valid_pattern(pattern), pattern);
    for (const auto* pattern : {"", "*", ">", "*.room", "chat.>.room", "chat.r*", "chat.>>", "chat.", "chat.*."})
        CHECK_MESSAGE(!valid_pattern(pattern), pattern);

    CHECK(has_wildcard("chat.*"));
    CHECK(has_wildcard("chat.>"));
    CHECK(!has_wildcard("chat.room"));
}

TEST_CASE("a subject belongs to the topic that is its first part, with .fifo if that follows") {
    CHECK_EQ(topic_of("chat"), "chat");
    CHECK_EQ(topic_of("chat.room.42"), "chat");
    CHECK_EQ(topic_of("jobs.fifo"), "jobs.fifo");
    CHECK_EQ(topic_of("jobs.fifo.a"), "jobs.fifo");
    CHECK_EQ(topic_of("jobs.fifth"), "jobs");
    CHECK_EQ(topic_of("jobs.fifos.a"), "jobs");
}

TEST_CASE("* stands for one part and > for one or more") {
    struct Case {
        const char* pattern;
        const char* subject;
        bool matching;
    };
    for (const auto& [pattern, subject, matching] :
         {Case{"chat", "chat", true}, Case{"chat", "chat.a", false}, Case{"chat.a", "chat", false},
          Case{"chat.a", "chat.ab", false}, Case{"chat.*", "chat.a", true}, Case{"chat.*", "chat", false},
          Case{"chat.*", "chat.a.b", false}, Case{"chat.*.b", "chat.a.b", true}, Case{"chat.*.b", "chat.a.c", false},
          Case{"chat.>", "chat.a", true}, Case{"chat.>", "chat.a.b.c", true}, Case{"chat.>", "chat", false},
          Case{"chat.*.>", "chat.a", false}, Case{"chat.*.>", "chat.a.b", true}})
        CHECK_MESSAGE(matches(pattern, subject) == matching, pattern, " ", subject);
}
