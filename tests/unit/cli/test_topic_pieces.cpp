#include <doctest/doctest.h>

#include <boost/json/serialize.hpp>
#include <chrono>
#include <string>

#include "tools/tern/input/input_file.hpp"
#include "tools/tern/text/terminal.hpp"
#include "tools/tern/topic_json.hpp"
#include "tools/tern/topics/history_start.hpp"
#include "tools/tern/topics/publication_lines.hpp"
#include "tools/tern/topics/push_text.hpp"
#include "tools/tern/topics/topic_tables.hpp"

using namespace tern::cli;
using namespace std::chrono_literals;
using tern::Publication;
using tern::TimePoint;

namespace {

const Style no_colours(false);
// 2026-11-25T10:00:00.250Z
const TimePoint morning{1'795'600'800'250ms};

Publication greeting() {
    Publication publication;
    publication.subject = "chat.room";
    publication.offset = 17;
    publication.published_at = morning;
    publication.data = "größe\n";
    publication.id = {1, 2};
    publication.attributes = {{"colour", "String", "red"}};
    return publication;
}

}  // namespace

TEST_CASE("a history begins where a person says") {
    const auto start = [](std::string_view text) { return parse_start(text, morning); };

    CHECK(std::holds_alternative<tern::FromNow>(start("live")));
    CHECK(std::holds_alternative<tern::FromNow>(start("latest")));
    CHECK(std::holds_alternative<tern::FromEarliest>(start("earliest")));
    CHECK_EQ(std::get<tern::FromLast>(start("last:50")).publications, 50);
    CHECK_EQ(std::get<tern::FromLast>(start("last 50")).publications, 50);
    CHECK_EQ(std::get<tern::FromOffset>(start("812")).offset, 812);
    CHECK_EQ(std::get<tern::FromOffset>(start("812@k3f9")).epoch, "k3f9");
    CHECK(std::get<tern::FromTime>(start("-1h")).time == morning - 1h);
    CHECK(std::get<tern::FromTime>(start("2026-11-25T10:00:00.25Z")).time == morning);
    for (const char* nonsense : {"", "last:", "last:x", "last:-1", "x@e", "812@", "-5", "now", "yesterday"}) {
        CAPTURE(nonsense);
        CHECK_THROWS_AS(start(nonsense), InputFailure);
    }
}

TEST_CASE("a subject tells its topic") {
    CHECK_EQ(topic_of("chat"), "chat");
    CHECK_EQ(topic_of("chat.room.42"), "chat");
    CHECK_EQ(topic_of("orders.fifo"), "orders.fifo");
    CHECK_EQ(topic_of("orders.fifo.42"), "orders.fifo");
    CHECK_EQ(topic_of("orders.fifos"), "orders");
    CHECK_EQ(topic_of("chat.>"), "chat");
    CHECK_EQ(topic_of(""), "");
}

TEST_CASE("a publication in JSON has what it has, and bytes in base64") {
    CHECK_EQ(boost::json::serialize(json_of(greeting())),
             R"({"subject":"chat.room","offset":17,"published_at":"2026-11-25T10:00:00.250Z",)"
             R"("id":"00000000-0000-0001-0000-000000000002","data":"größe\n",)"
             R"("attributes":{"colour":{"type":"String","value":"red"}}})");

    Publication durable;
    durable.data = "\xff";
    durable.handle = "handle-1";
    durable.delivery = 2;
    const auto object = json_of(durable);
    CHECK_FALSE(object.contains("offset"));
    CHECK_EQ(object.at("data"), "/w==");
    CHECK_EQ(object.at("encoding"), "base64");
    CHECK_EQ(object.at("handle"), "handle-1");
    CHECK_EQ(object.at("delivery"), 2);
}

TEST_CASE("what is told between publications is JSON, too") {
    CHECK_EQ(boost::json::serialize(json_of(tern::Push(tern::PublicationGap{5, 9, 2, "e", false}))),
             R"({"gap":{"from_offset":5,"to_offset":9,"dropped":2,"epoch":"e","new_epoch":false}})");
    tern::PresenceChange change;
    change.joined = {{"ada", "busy", 1, morning}};
    change.left = {"grace"};
    CHECK_EQ(boost::json::serialize(json_of(tern::Push(change))),
             R"({"presence":{"joined":[{"member":"ada","state":"busy","connections":1,)"
             R"("joined_at":"2026-11-25T10:00:00.250Z"}],"left":["grace"],"updated":[],"complete":false}})");
}

TEST_CASE("everything that comes is one line for people, whatever is in it") {
    auto publication = greeting();
    publication.subject = "chat.\x1b[2J";
    publication.retained = true;
    const auto line = line_of(publication, no_colours);
    CHECK_NE(line.find(":00.250  17  chat.\\x1b[2J  größe\\x0a  colour=red  (retained)\n"), std::string::npos);
    CHECK_EQ(line.find('\n'), line.size() - 1);

    CHECK_EQ(line_of(tern::PublicationGap{5, 9, 0, "e", false}, no_colours),
             "4 publications were missed: it goes on at 9\n");
    CHECK_EQ(line_of(tern::PublicationGap{5, 9, 1, "e", false}, no_colours),
             "1 publication was missed: it goes on at 9\n");
    CHECK_NE(line_of(tern::PublicationGap{5, 0, 0, "e", true}, no_colours).find("begun anew"), std::string::npos);
    tern::PresenceChange change{{{"ada", "", 1, morning}}, {"grace"}, {{"edsger", "away", 1, morning}}, false};
    CHECK_EQ(line_of(change, no_colours), "+ada, -grace, edsger: away\n");
    CHECK_EQ(line_of(tern::PresenceChange{{}, {}, {}, true}, no_colours), "here: nobody\n");
}

TEST_CASE("a line is a publication; a JSON record may tell its subject") {
    PublicationLayout layout;
    layout.publication_template.subject = "chat";
    CHECK_EQ(publication_from_line("hello", layout).data, "hello");
    CHECK_EQ(publication_from_line("hello", layout).subject, "chat");

    layout.fields = RecordFields{"text", "", "id", "to"};
    const auto publication = publication_from_line(R"({"text":"hi","id":7,"to":"chat.room"})", layout);
    CHECK_EQ(publication.data, "hi");
    CHECK_EQ(publication.subject, "chat.room");
    CHECK_EQ(publication.deduplication_id, "7");
    CHECK_THROWS_AS(publication_from_line(R"({"text":"hi","id":7})", layout), InputFailure);
}

TEST_CASE("tables and blocks show topics and subscriptions") {
    tern::SubscriptionDescription queue;
    queue.subscription = "s1";
    queue.queue = "jobs";
    queue.settings.pattern = "orders.*";
    queue.delivered = 1'234;
    tern::SubscriptionDescription durable;
    durable.subscription = "phone";
    durable.kind = tern::SubscriptionKind::durable;
    durable.waiting = 3;
    CHECK_EQ(table_of(std::vector{queue, durable}).render(no_colours, 0),
             "Subscription  Kind     Queue  Pattern   Filter  Delivered  Failed  Waiting\n"
             "s1            queue    jobs   orders.*  -           1,234       0        -\n"
             "phone         durable  -      all       -               0       0        3\n");

    tern::TopicDescription topic;
    topic.name = "chat";
    topic.settings.history = true;
    topic.settings.history_age = 24h;
    topic.settings.history_publications = 1'000;
    topic.settings.history_bytes = 0;
    topic.start_offset = 5;
    topic.end_offset = 12;
    const auto block = block_of(topic).render(no_colours, 0);
    CHECK_NE(block.find("1 d, up to 1,000 publications\n"), std::string::npos);
    CHECK_EQ(publications_of(topic), 7);
}
