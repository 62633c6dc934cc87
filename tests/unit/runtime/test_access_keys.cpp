#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "broker/runtime/access_keys.hpp"
#include "broker/runtime/settings.hpp"

namespace tern::runtime {
namespace {

class KeysFile {
public:
    explicit KeysFile(const std::string& contents) {
        auto name = (std::filesystem::temp_directory_path() / "tern-keys-XXXXXX").string();
        const int descriptor = ::mkstemp(name.data());
        REQUIRE_GE(descriptor, 0);
        ::close(descriptor);
        path = name;
        std::ofstream(path) << contents;
    }
    ~KeysFile() { std::filesystem::remove(path); }

    std::string path;
};

ConfigurationOutcome configure_with_keys(const std::string& contents) {
    const KeysFile file(contents);
    const std::map<std::string, std::string> variables = {{"HOME", "/home/somebody"}, {"WORKER_SECRET", "from afar"}};
    return configure(
        {"--config", file.path},
        [&](const std::string& name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        },
        "1.2.3");
}

std::string fault_of(const std::string& contents) {
    const auto outcome = configure_with_keys(contents);
    REQUIRE_FALSE(outcome.configuration.has_value());
    CHECK_EQ(outcome.exit_code, 2);
    const auto section = outcome.text.find("aws_access_keys");
    REQUIRE_NE(section, std::string::npos);
    return outcome.text.substr(section, outcome.text.size() - section - 1);
}

}  // namespace

TEST_CASE("access keys are read with their secrets, from wherever these are") {
    const KeysFile secret("in a file\n");
    const auto outcome =
        configure_with_keys("[[aws_access_keys]]\nid = \"ONE\"\nsecret = \"plain\"\n" +
                            std::string("[[aws_access_keys]]\nid = \"TWO\"\nsecret_file = \"") + secret.path +
                            "\"\naccount = \"123456789012\"\nactions = [\"sqs:*\"]\nnames = "
                            "[\"a*\", \"b\"]\n[[aws_access_keys]]\nid = \"THREE\"\n"
                            "secret_environment = \"WORKER_SECRET\"\n");
    REQUIRE_MESSAGE(outcome.configuration.has_value(), outcome.text);
    const auto& keys = outcome.configuration->settings.access_keys;

    REQUIRE_EQ(keys.size(), 3);
    CHECK_EQ(keys.at("ONE").secret, "plain");
    CHECK_EQ(keys.at("ONE").account, "");
    CHECK(keys.at("ONE").allows("sns:Publish", "anything"));
    CHECK_EQ(keys.at("TWO").secret, "in a file");
    CHECK_EQ(keys.at("TWO").account, "123456789012");
    CHECK(keys.at("TWO").allows("SQS:SendMessage", "about"));
    CHECK_FALSE(keys.at("TWO").allows("sqs:SendMessage", "c"));
    CHECK_FALSE(keys.at("TWO").allows("sns:Publish", "b"));
    CHECK_EQ(keys.at("THREE").secret, "from afar");

    const auto printed = print_config(*outcome.configuration);
    CHECK_NE(printed.find("aws_access_keys: 3"), std::string::npos);
    for (const auto* const hidden : {"plain", "in a file", "from afar"}) {
        CHECK_EQ(printed.find(hidden), std::string::npos);
    }
}

TEST_CASE("what is wrong with an access key is told with its line, and never with a secret") {
    const std::string head = "[[aws_access_keys]]\n";
    CHECK_EQ(fault_of("aws_access_keys = 1\n"), "aws_access_keys (line 1) must be tables: [[aws_access_keys]]");
    CHECK_EQ(fault_of(head + "secret = \"hush\"\n"), "aws_access_keys (line 1): an access key needs an id");
    CHECK_EQ(fault_of(head + "id = \"A\"\n"),
             "aws_access_keys (line 1): an access key needs one of secret, secret_file and secret_environment");
    CHECK_EQ(fault_of(head + "id = \"A\"\nsecret = \"hush\"\nsecret_file = \"/x\"\n"),
             "aws_access_keys (line 1): an access key needs one of secret, secret_file and secret_environment");
    CHECK_EQ(fault_of(head + "id = \"A\"\nsecret = 7\n"),
             "aws_access_keys (line 3): secret must be a string that is not empty");
    CHECK_EQ(fault_of(head + "id = \"A\"\nsecret_file = \"/no/such/file\"\n"),
             "aws_access_keys (line 3): secret_file: /no/such/file cannot be read, or is empty");
    CHECK_EQ(fault_of(head + "id = \"A\"\nsecret_environment = \"NONE\"\n"),
             "aws_access_keys (line 3): the environment variable NONE is not set");
    CHECK_EQ(fault_of(head + "id = \"A\"\nsecret = \"hush\"\naccount = \"12\"\n"),
             "aws_access_keys (line 4): account: allowed: 12 digits");
    CHECK_EQ(fault_of(head + "id = \"A\"\nsecret = \"hush\"\nactions = [\"SendMessage\"]\n"),
             "aws_access_keys (line 4): actions: allowed: SERVICE:OPERATION with * for any characters, such as sqs:* "
             "or sns:Publish");
    CHECK_EQ(fault_of(head + "id = \"A\"\nsecret = \"hush\"\nnames = []\n"),
             "aws_access_keys (line 4): names must be a list of patterns");
    CHECK_EQ(fault_of(head + "id = \"A\"\nsecret = \"hush\"\npassword = \"hush\"\n"),
             "aws_access_keys (line 4): password is not a field of an access key");
    CHECK_EQ(fault_of(head + "id = \"A/B\"\nsecret = \"hush\"\n"),
             "aws_access_keys (line 2): id: allowed: up to 128 characters of ASCII without spaces, commas and slashes");
    CHECK_EQ(fault_of(head + "id = \"A\"\nsecret = \"hush\"\n" + head + "id = \"A\"\nsecret = \"hush\"\n"),
             "aws_access_keys (line 4): there is another key with the id A");
}

TEST_CASE("patterns with stars") {
    CHECK(matches_pattern("*", ""));
    CHECK(matches_pattern("", ""));
    CHECK(matches_pattern("a*c*e", "abcde"));
    CHECK(matches_pattern("*.fifo", "orders.fifo.fifo"));
    CHECK(matches_pattern("a**b", "ab"));
    CHECK_FALSE(matches_pattern("", "a"));
    CHECK_FALSE(matches_pattern("a*", "ba"));
    CHECK_FALSE(matches_pattern("a*c", "abcd"));
    CHECK_FALSE(matches_pattern("A", "a"));
    CHECK(matches_pattern("SQS:send*", "sqs:SendMessage", true));
    // What would take a backtracking matcher for ever.
    CHECK_FALSE(matches_pattern("*a*a*a*a*a*a*a*a*a*a*a*a*b", std::string(5'000, 'a')));
}

}  // namespace tern::runtime
