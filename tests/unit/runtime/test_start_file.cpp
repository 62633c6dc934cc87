#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "broker/engine/queries.hpp"
#include "broker/engine/topic_queries.hpp"
#include "broker/runtime/start_file_apply.hpp"
#include "broker/store/memory_store.hpp"

namespace tern::runtime {
namespace {

class StartFileOnDisk {
public:
    explicit StartFileOnDisk(const std::string& contents) {
        auto name = (std::filesystem::temp_directory_path() / "tern-start-XXXXXX").string();
        const int descriptor = ::mkstemp(name.data());
        REQUIRE_GE(descriptor, 0);
        ::close(descriptor);
        path = name;
        std::ofstream(path) << contents;
    }
    ~StartFileOnDisk() { std::filesystem::remove(path); }

    std::string path;
};

const StartFileHome start_home{"000000000000", "us-east-1"};

StartFile start_file_of(const std::string& contents) {
    const StartFileOnDisk file(contents);
    auto read = read_start_file(file.path, start_home);
    const auto* const fault = std::get_if<StartFileFault>(&read);
    REQUIRE_MESSAGE(!fault, (fault ? fault->sentence : ""));
    return std::get<StartFile>(std::move(read));
}

/// The sentence without the file's name.
std::string start_fault_of(const std::string& contents) {
    const StartFileOnDisk file(contents);
    auto read = read_start_file(file.path, start_home);
    auto* const fault = std::get_if<StartFileFault>(&read);
    REQUIRE(fault);
    REQUIRE(fault->sentence.starts_with(file.path));
    return fault->sentence.substr(file.path.size() + 1);
}

/// A broker that runs.
struct StartFixture {
    StartFixture() : broker(memory, random, log, {}) { broker.start(); }

    void apply(const std::string& contents) { apply_start_file(broker, start_file_of(contents)); }
    std::string fault_of(const std::string& contents) {
        const auto file = start_file_of(contents);
        try {
            apply_start_file(broker, file);
        } catch (const StartFileFault& fault) {
            return fault.sentence.substr(file.path.size() + 1);
        }
        return "none";
    }
    engine::QueueDescription queue(const std::string& name, const std::string& namespace_name = {}) {
        const auto found = engine::describe_queue(*broker.snapshot(), broker.now(), {namespace_name, name});
        REQUIRE(found.has_value());
        return *found;
    }
    engine::TopicDescription topic(const std::string& name) {
        const auto found = engine::describe_topic(*broker.snapshot(), {"", name}, broker.durable_end());
        REQUIRE(found.has_value());
        return *found;
    }
    std::vector<engine::SubscriptionDescription> subscriptions(const std::string& name) {
        return engine::list_subscriptions(*broker.snapshot(), broker.now(), {"", name}, {})->subscriptions;
    }

    store::MemoryStore memory;
    SeededRandom random{1};
    runtime::Log log;
    LocalBroker broker;
};

constexpr const char* whole_start_file = R"(
[[queues]]
name = "jobs"
visibility_timeout_seconds = 60
dead_letter_queue = "jobs-dead"
receive_count_max = 5
tags = { team = "mail" }
[[queues]]
name = "jobs-dead"
retention_seconds = 1209600
[[queues]]
name = "audit.fifo"
content_based_deduplication = true
deduplication_scope = "message_group"
throughput_limit = "per_message_group_id"
[[queues]]
name = "jobs"
account = "123456789012"
region = "eu-west-1"
[[topics]]
name = "orders"
history_seconds = 3600
presence = "subscribers"
[[topics.subscriptions]]
queue = "jobs"
raw = true
filter_policy = { kind = ["placed", "paid"] }
)";

}  // namespace

TEST_CASE_FIXTURE(StartFixture, "a start file makes what it declares, in whatever order it stands there") {
    apply(whole_start_file);

    const auto jobs = queue("jobs");
    CHECK_EQ(jobs.settings.visibility_timeout, Milliseconds(60'000));
    CHECK_EQ(jobs.settings.redrive_policy, engine::RedrivePolicy{"jobs-dead", 5});
    CHECK_EQ(jobs.tags, std::vector<engine::QueueTag>{{"team", "mail"}});
    CHECK_EQ(queue("jobs-dead").settings.retention, Milliseconds(1'209'600'000));
    CHECK(queue("audit.fifo").settings.fifo);
    CHECK(queue("audit.fifo").settings.deduplication_scope == engine::DeduplicationScope::message_group);
    CHECK_EQ(queue("jobs", "123456789012/eu-west-1").settings.visibility_timeout, Milliseconds(30'000));
    CHECK_EQ(topic("orders").settings.history_age, Milliseconds(3'600'000));
    REQUIRE_EQ(subscriptions("orders").size(), 1);
    CHECK(subscriptions("orders")[0].raw);
    CHECK_NE(subscriptions("orders")[0].filter_policy.find("placed"), std::string::npos);
}

TEST_CASE_FIXTURE(StartFixture, "applied again it changes nothing") {
    apply(whole_start_file);
    const auto before = broker.metrics().commits.value();
    const auto modified_at = queue("jobs").modified_at;
    apply(whole_start_file);
    CHECK_EQ(broker.metrics().commits.value(), before);
    CHECK_EQ(queue("jobs").modified_at, modified_at);
    CHECK_EQ(subscriptions("orders").size(), 1);
}

TEST_CASE_FIXTURE(StartFixture, "what differs is changed to what the file says, and what the file does not say stays") {
    apply(whole_start_file);
    apply(R"(
[[queues]]
name = "jobs"
delay_seconds = 7
dead_letter_queue = "jobs-dead"
receive_count_max = 9
tags = { team = "post", floor = "2" }
[[topics]]
name = "orders"
history_publications = 10
tags = { team = "post" }
[[topics.subscriptions]]
queue = "jobs"
raw = false
)");
    const auto jobs = queue("jobs");
    CHECK_EQ(jobs.settings.delay, Milliseconds(7'000));
    CHECK_EQ(jobs.settings.visibility_timeout, Milliseconds(60'000));
    CHECK_EQ(jobs.settings.redrive_policy->receive_count_max, 9);
    CHECK_EQ(jobs.tags.size(), 2);
    CHECK_EQ(topic("orders").settings.history_publications, 10);
    CHECK_EQ(topic("orders").tags, std::vector<engine::QueueTag>{{"team", "post"}});
    CHECK_EQ(topic("orders").settings.history_age, Milliseconds(3'600'000));
    REQUIRE_EQ(subscriptions("orders").size(), 1);
    CHECK_FALSE(subscriptions("orders")[0].raw);
    CHECK_NE(subscriptions("orders")[0].filter_policy.find("placed"), std::string::npos);
    CHECK(queue("audit.fifo").settings.fifo);
}

TEST_CASE_FIXTURE(StartFixture, "what the broker refuses is told with its line") {
    CHECK_EQ(
        fault_of("[[queues]]\nname = \"a\"\ndead_letter_queue = \"missing\"\nreceive_count_max = 1\n").substr(0, 18),
        "line 1: queue \"a\":");
    CHECK_EQ(fault_of("[[topics]]\nname = \"t\"\n[[topics.subscriptions]]\nqueue = \"missing\"\n").substr(0, 36),
             "line 3: subscription \"t -> missing\":");
    apply("[[topics]]\nname = \"u\"\nhistory = false\n");
    CHECK_EQ(fault_of("[[topics]]\nname = \"u\"\n\nhistory = true\n").substr(0, 18), "line 4: topic \"u\":");
}

TEST_CASE("a start file that is wrong is refused with line and field, before anything is done") {
    CHECK_EQ(start_fault_of("queues = 1\n"), "line 1: start file: queues must be tables: [[queues]]");
    CHECK_EQ(start_fault_of("[[queue]]\nname = \"a\"\n"),
             "line 1: start file: queue is not known here; allowed: [[queues]] and [[topics]]");
    CHECK_EQ(start_fault_of("[[queues]]\n"), "line 1: queue: it needs a name");
    CHECK_EQ(start_fault_of("[[queues]]\nname = 7\n"), "line 2: queue: name must be a string");
    CHECK_EQ(start_fault_of("[[queues]]\nname = \"a\"\n\nvisibility_timeout = 3\n"),
             "line 4: queue \"a\": visibility_timeout is not a field here; see docs/start-file.md");
    CHECK_EQ(start_fault_of("[[queues]]\nname = \"a\"\ndelay_seconds = \"3\"\n"),
             "line 3: queue \"a\": delay_seconds must be a whole number");
    CHECK(start_fault_of("[[queues]]\nname = \"a\"\ndelay_seconds = 901\n")
              .starts_with("line 3: queue \"a\": delay_seconds: "));
    CHECK(start_fault_of("[[queues]]\nname = \"a\"\ncontent_based_deduplication = true\n")
              .starts_with("line 3: queue \"a\": content_based_deduplication: "));
    CHECK_EQ(start_fault_of("[[queues]]\nname = \"a.fifo\"\ndeduplication_scope = \"group\"\n"),
             "line 3: queue \"a.fifo\": deduplication_scope must be queue or message_group");
    CHECK_EQ(start_fault_of("[[queues]]\nname = \"a\"\n[[queues]]\nname = \"a\"\n"),
             "line 3: queue \"a\": it stands here twice");
    CHECK(start_fault_of("[[queues]]\nname = \"a b\"\n").starts_with("line 1: queue \"a b\": "));
    CHECK_EQ(start_fault_of("[[queues]]\nname = \"a\"\ndead_letter_queue = \"b\"\n"),
             "line 1: queue \"a\": dead_letter_queue and receive_count_max belong together");
    CHECK_EQ(start_fault_of("[[queues]]\nname = \"a\"\ntags = { a = 1 }\n"),
             "line 3: queue \"a\": tags must be a string");
    CHECK_EQ(start_fault_of("[[topics]]\nname = \"t\"\n[[topics.subscriptions]]\nraw = true\n"),
             "line 3: subscription of topic \"t\": it needs a queue");
    CHECK(start_fault_of("[[topics]]\nname = \"t\"\n[[topics.subscriptions]]\nqueue = \"q\"\nfilter_policy = \"{\"\n")
              .starts_with("line 5: subscription of topic \"t\": filter_policy: "));
    CHECK(start_fault_of("[[queues]\n").starts_with("line 1: this is not TOML: "));
    const auto missing = read_start_file("/no/such/file", start_home);
    CHECK_EQ(std::get<StartFileFault>(missing).sentence, "/no/such/file: the start file cannot be read");
}

}  // namespace tern::runtime
