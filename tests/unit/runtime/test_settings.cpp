#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "broker/runtime/settings.hpp"

namespace tern::runtime {
namespace {

using Variables = std::map<std::string, std::string>;
using Arguments = std::vector<std::string>;

/// A configuration file that is gone with this object.
class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& contents) {
        auto name = (std::filesystem::temp_directory_path() / "tern-settings-XXXXXX").string();
        const int descriptor = ::mkstemp(name.data());
        REQUIRE_GE(descriptor, 0);
        ::close(descriptor);
        path = name;
        std::ofstream(path) << contents;
    }
    ~TemporaryFile() { std::filesystem::remove(path); }

    std::string path;
};

ConfigurationOutcome configure_with(const Arguments& arguments, Variables variables = {}) {
    variables.emplace("HOME", "/home/somebody");
    return runtime::configure(
        arguments,
        [&](const std::string& name) {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional(found->second);
        },
        "1.2.3");
}

Configuration accepted(const Arguments& arguments, const Variables& variables = {}) {
    const auto outcome = configure_with(arguments, variables);
    REQUIRE_MESSAGE(outcome.configuration.has_value(), outcome.text);
    return *outcome.configuration;
}

std::string refused(const Arguments& arguments, const Variables& variables = {}) {
    const auto outcome = configure_with(arguments, variables);
    REQUIRE_FALSE(outcome.configuration.has_value());
    CHECK_EQ(outcome.exit_code, 2);
    CHECK_EQ(outcome.text.find('\n'), outcome.text.size() - 1);
    return outcome.text;
}

std::string_view origin_of(const Configuration& configuration, std::string_view name) {
    const auto rows = setting_rows();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].name == name) return configuration.origins[i];
    }
    return "no such setting";
}

/// Some value that a setting takes and that is not its default.
std::string other_value(const SettingRow& row) {
    if (row.name == "listen" || row.name == "http") return "127.0.0.1:9";
    if (row.name == "log-level") return "debug";
    if (row.name == "log-format") return "json";
    if (row.name == "data" || row.name == "start-file") return "/somewhere";
    if (row.is_switch()) return "true";
    if (row.name == "receive-answer-bytes-max") return "2MiB";
    if (row.name == "batch-bytes-max" || row.name == "websocket-message-bytes-max") return "2MiB";
    if (row.name == "topics-made-by-use") return "no";
    if (row.name == "aws-listen") return "127.0.0.1:9,[::1]:9";
    if (row.name == "http-allowed-hosts") return "sqs.example.org,*.example.net";
    if (row.name == "sqs-message-bytes-max" || row.name == "sqs-batch-bytes-max") return "2MiB";
    if (row.argument == "ACCOUNT") return "123456789012";
    if (row.argument == "REGION") return "eu-west-1";
    if (row.argument == "LIST") return "https://example.org";
    if (row.argument == "HOSTS") return "10.1.0.0/16,::1,hooks,*.internal";
    if (row.argument == "FILE") return "/somewhere/authorities.pem";
    if (row.argument == "URL") return "https://sns.us-east-1.amazonaws.com";
    if (row.argument == "SECONDS") return "61";
    return row.argument == "BYTES" ? "65MiB" : "17";
}

}  // namespace

TEST_CASE("without anything said, the defaults hold: this machine only, data in the user's data folder") {
    const auto settings = accepted({}).settings;

    CHECK_EQ(settings.data, "/home/somebody/.local/share/tern");
    CHECK_EQ(to_string(settings.listen), "127.0.0.1:4565");
    CHECK_EQ(to_string(settings.http), "127.0.0.1:4566");
    CHECK_FALSE(settings.allow_insecure);
    CHECK_EQ(accepted({}, {{"XDG_DATA_HOME", "/data"}}).settings.data, "/data/tern");
    CHECK_EQ(accepted({}, {{"XDG_DATA_HOME", "relative"}}).settings.data, "/home/somebody/.local/share/tern");
}

TEST_CASE("every setting can be given as an option, in the environment and in the file, in that order of precedence") {
    for (const auto& row : setting_rows()) {
        CAPTURE(row.name);
        const auto value = other_value(row);
        const bool quoted = std::set<std::string_view>{"DIR",     "HOST:PORT", "NAME",  "BYTES", "LIST",
                                                       "ACCOUNT", "REGION",    "HOSTS", "FILE",  "URL"}
                                .contains(row.argument);
        const TemporaryFile file(row.key() + " = " + (quoted ? "\"" + value + "\"" : value) + "\n");
        const auto shown_of = [&](const Configuration& configuration) { return row.show(configuration.settings); };
        const auto standard = shown_of(accepted({}));

        const auto from_file = accepted({"--config", file.path});
        const auto from_environment = accepted({}, {{row.environment_variable(), value}});
        const auto from_option = row.is_switch() ? accepted({"--" + std::string(row.name)})
                                                 : accepted({"--" + std::string(row.name), value});
        CHECK_NE(shown_of(from_file), standard);
        CHECK_EQ(shown_of(from_environment), shown_of(from_file));
        CHECK_EQ(shown_of(from_option), shown_of(from_file));
        CHECK_EQ(origin_of(from_file, row.name), "file");
        CHECK_EQ(origin_of(from_environment, row.name), "environment");
        CHECK_EQ(origin_of(from_option, row.name), "option");
        CHECK_EQ(origin_of(accepted({}), row.name), "default");
    }
}

TEST_CASE("an option goes before the environment, which goes before the file") {
    const TemporaryFile file("io_threads = 3\nqueues_max = 30\nbatch_commands_max = 300\n");
    const Variables variables = {{"TERN_IO_THREADS", "2"}, {"TERN_QUEUES_MAX", "20"}};

    const auto settings = accepted({"--config", file.path, "--io-threads", "1"}, variables).settings;

    CHECK_EQ(settings.io_threads, 1);
    CHECK_EQ(settings.engine.queues_max, 20);
    CHECK_EQ(settings.mailbox.batch_commands_max, 300);
}

TEST_CASE("the file can be named in the environment") {
    const TemporaryFile file("io_threads = 3\n");

    CHECK_EQ(accepted({}, {{"TERN_CONFIG", file.path}}).settings.io_threads, 3);
}

TEST_CASE("a switch can be turned off where it is on elsewhere") {
    const TemporaryFile file("delay_after_purge = true\n");

    CHECK(accepted({"--config", file.path}).settings.engine.delay_after_purge);
    CHECK_FALSE(accepted({"--config", file.path, "--delay-after-purge=false"}).settings.engine.delay_after_purge);
}

TEST_CASE("a wrong value gives one line that names the setting, where it is from, and what is allowed") {
    CHECK_EQ(refused({"--io-threads", "0"}),
             "ternd: io-threads (option --io-threads): \"0\" is not allowed; allowed: a whole number from 1 to 64\n");
    CHECK_EQ(
        refused({}, {{"TERN_IO_THREADS", "many"}}),
        "ternd: io-threads (environment variable TERN_IO_THREADS): \"many\" is not allowed; allowed: a whole number "
        "from 1 to 64\n");
    const TemporaryFile file("log_level = \"loud\"\n");
    CHECK_EQ(refused({"--config", file.path}),
             "ternd: log-level (" + file.path +
                 "): \"loud\" is not allowed; allowed: debug, info, warning, error, critical or off\n");
    CHECK_EQ(
        refused({"--mailbox-bytes-max", "7"}),
        "ternd: mailbox-bytes-max (option --mailbox-bytes-max): \"7\" is not allowed; allowed: a number of bytes from "
        "1048576 to 68719476736, plain or with KiB, MiB or GiB\n");
}

TEST_CASE("every setting refuses nonsense, a number that is too long and an empty text") {
    for (const auto& row : setting_rows()) {
        CAPTURE(row.name);
        Settings settings;
        // These are names, and any text is one.
        if (row.name != "data" && row.argument != "FILE" && row.argument != "HOSTS" && row.argument != "URL") {
            CHECK_FALSE(row.set(settings, "nonsense"));
            CHECK_FALSE(row.set(settings, "99999999999999999999"));
            CHECK_FALSE(row.set(settings, "-1"));
        }
        // A list may be empty, and a file none.
        CHECK_EQ(row.set(settings, ""),
                 std::set<std::string_view>{"LIST", "HOSTS", "FILE", "URL"}.contains(row.argument));
        CHECK(row.set(settings, other_value(row)));
        CHECK_FALSE(row.allowed.empty());
    }
}

TEST_CASE("machines to deliver to are addresses, networks and names, and nothing else") {
    const auto hosts =
        accepted({"--delivery-hosts", "10.1.0.0/16,fd00::/8,hooks,*.example.org,*"}).settings.delivery_hosts;

    CHECK_EQ(hosts.size(), 5);
    for (const auto* const wrong : {"10.0.0.0/33", "http://x", "a b", "*.", "a,,b", "x*"})
        CHECK_MESSAGE(refused({"--delivery-hosts", wrong}).find("delivery-hosts") != std::string::npos,
                      std::string(wrong));
}

TEST_CASE("addresses are this machine's by number, not names that have to be looked up") {
    CHECK_EQ(to_string(*parse_listen_address("localhost:1")), "127.0.0.1:1");
    CHECK_EQ(to_string(*parse_listen_address("[::1]:4565")), "[::1]:4565");
    CHECK_EQ(to_string(*parse_listen_address("0.0.0.0:0")), "0.0.0.0:0");
    CHECK_FALSE(parse_listen_address("example.org:1").has_value());
    CHECK_FALSE(parse_listen_address("127.0.0.1").has_value());
    CHECK_FALSE(parse_listen_address("127.0.0.1:").has_value());
    CHECK_FALSE(parse_listen_address("127.0.0.1:65536").has_value());
    CHECK_FALSE(parse_listen_address("::1:4565").has_value());
    CHECK_FALSE(parse_listen_address("[127.0.0.1]:1").has_value());
}

TEST_CASE("an address that others can reach is refused without --allow-insecure, with the reason") {
    for (const auto* const option : {"--listen", "--http"}) {
        const auto sentence = refused({option, "0.0.0.0:1"});
        CHECK_NE(sentence.find("no credentials"), std::string::npos);
        CHECK_NE(sentence.find("--allow-insecure"), std::string::npos);
        CHECK(accepted({option, "0.0.0.0:1", "--allow-insecure"}).settings.allow_insecure);
    }
    CHECK_EQ(to_string(accepted({"--listen", "127.7.7.7:1"}).settings.listen), "127.7.7.7:1");
    CHECK_EQ(to_string(accepted({"--listen", "[::1]:1"}).settings.listen), "[::1]:1");
}

TEST_CASE("a list can be given by repeating its option, and in the file as a list") {
    CHECK_EQ(accepted({"--aws-listen", "127.0.0.1:1", "--aws-listen", "127.0.0.1:2"}).settings.aws_listen.size(), 2);
    const TemporaryFile file("aws_listen = [\"127.0.0.1:1\", \"localhost:2\"]\n");
    CHECK_EQ(to_string(accepted({"--config", file.path}).settings.aws_listen.at(1)), "127.0.0.1:2");
    const TemporaryFile numbers("aws_listen = [1, 2]\n");
    CHECK_NE(refused({"--config", numbers.path}).find("aws_listen"), std::string::npos);
    CHECK_NE(refused({"--aws-listen", "127.0.0.1:1,nonsense"}).find("HOST:PORT"), std::string::npos);
}

TEST_CASE("other machines may reach a port for AWS requests alone when there are access keys") {
    const TemporaryFile keys("[[aws_access_keys]]\nid = \"AKID\"\nsecret = \"hush\"\n");
    CHECK_NE(refused({"--aws-listen", "0.0.0.0:1"}).find("without access keys"), std::string::npos);
    CHECK_EQ(accepted({"--aws-listen", "0.0.0.0:1", "--allow-insecure"}).settings.aws_listen.size(), 1);
    CHECK_EQ(accepted({"--aws-listen", "0.0.0.0:1", "--config", keys.path}).settings.aws_listen.size(), 1);
    CHECK_NE(refused({"--http", "0.0.0.0:1", "--config", keys.path}).find("no credentials"), std::string::npos);
}

TEST_CASE("a file that is missing, is not TOML, or has an unknown key is refused with the line") {
    CHECK_EQ(refused({"--config", "/nowhere/tern.toml"}),
             "ternd: config: the file /nowhere/tern.toml cannot be read\n");
    const TemporaryFile broken("io_threads = 1\nlisten = \n");
    CHECK_NE(refused({"--config", broken.path}).find("line 2 is not TOML"), std::string::npos);
    const TemporaryFile unknown("io_threads = 1\nio_treads = 2\n");
    CHECK_EQ(refused({"--config", unknown.path}),
             "ternd: io_treads (" + unknown.path + " line 2) is not a setting; see docs/configuration.md\n");
    const TemporaryFile nested("[io_threads]\nn = 2\n");
    CHECK_NE(refused({"--config", nested.path}).find("must be a string"), std::string::npos);
}

TEST_CASE("an unknown option is refused in one line") {
    CHECK_NE(refused({"--io-treads", "2"}).find("--io-treads"), std::string::npos);
    CHECK_NE(refused({"surplus"}).find("surplus"), std::string::npos);
}

TEST_CASE("without a home folder the data folder must be said") {
    const auto outcome = configure(
        Arguments{}, [](const std::string&) { return std::optional<std::string>(); }, "1.2.3");

    CHECK_EQ(outcome.exit_code, 2);
    CHECK_EQ(outcome.text, "ternd: data: there is no home folder; allowed: --data DIR\n");
}

TEST_CASE("--help and --version leave with success") {
    const auto version = configure_with({"--version"});
    CHECK_EQ(version.text, "tern 1.2.3\n");
    CHECK_EQ(version.exit_code, 0);
    const auto help = configure_with({"--help"});
    CHECK_EQ(help.exit_code, 0);
    for (const auto& row : setting_rows()) CHECK_NE(help.text.find("--" + std::string(row.name)), std::string::npos);
    CHECK_EQ(help.text.find("unsafe"), std::string::npos);
}

TEST_CASE("what --print-config shows can be used as a configuration file, and gives the same") {
    const auto first =
        accepted({"--io-threads", "2", "--data", "/a \"folder\"", "--batch-bytes-max", "1MiB", "--delay-after-delete"});
    const TemporaryFile file(print_config(first));
    const auto second = accepted({"--config", file.path});

    for (const auto& row : setting_rows()) {
        CHECK_EQ(row.show(first.settings), row.show(second.settings));
        CHECK_EQ(origin_of(second, row.name), "file");
    }
    CHECK_NE(print_config(first).find("io_threads = 2"), std::string::npos);
    CHECK_NE(print_config(first).find("# option"), std::string::npos);
    CHECK_NE(print_config(first).find("# default"), std::string::npos);
}

TEST_CASE("one commit must fit in the reserve that is kept for it") {
    CHECK_NE(refused({"--batch-bytes-max", "17MiB"}).find("half of storage-reserve-bytes"), std::string::npos);
    CHECK_EQ(
        accepted({"--batch-bytes-max", "17MiB", "--storage-reserve-bytes", "34MiB"}).settings.mailbox.batch_bytes_max,
        17u << 20);
}

TEST_CASE("the documentation lists every setting in its three forms") {
    std::ifstream file(TERN_DOCS_FOLDER "/configuration.md");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (const auto& row : setting_rows()) {
        std::string begin("| `--");
        begin.append(row.name);
        if (!row.is_switch()) begin.append(" ").append(row.argument);
        begin.append("` | `").append(row.environment_variable()).append("` | `").append(row.key()).append("` | ");
        CAPTURE(begin);
        CHECK_NE(text.find(begin), std::string::npos);
        CHECK_NE(text.find(row.help), std::string::npos);
    }
}

TEST_CASE("the unsafe switches of the crash test work only where the test asks for them") {
    CHECK_NE(refused({"--unsafe-early-acknowledgement"}).find("loses acknowledged messages"), std::string::npos);
    CHECK(accepted({"--unsafe-early-acknowledgement"}, {{"TERN_TEST_UNSAFE", "1"}}).unsafe_early_acknowledgement);
    CHECK_FALSE(accepted({}).unsafe_early_acknowledgement);

    CHECK_NE(refused({"--unsafe-early-reading"}).find("a power cut may undo"), std::string::npos);
    CHECK(accepted({"--unsafe-early-reading"}, {{"TERN_TEST_UNSAFE", "1"}}).unsafe_early_reading);
    CHECK_FALSE(accepted({}).unsafe_early_reading);
}

TEST_CASE("the place of a certificate is an address without a slash at its end") {
    const auto& rows = setting_rows();
    const auto row =
        std::find_if(rows.begin(), rows.end(), [](const auto& one) { return one.name == "sns-certificate-url"; });
    REQUIRE(row != rows.end());
    Settings settings;
    for (const auto* const right : {"", "https://sns.us-east-1.amazonaws.com", "http://127.0.0.1:4566/below"}) {
        CAPTURE(right);
        CHECK(row->set(settings, right));
        CHECK_EQ(settings.sns_certificate_url, right);
    }
    for (const auto* const wrong : {"https:", "https://", "https:///x", "sns.us-east-1.amazonaws.com", "ftp://host",
                                    "https://host/", "https://host?a", "https://a b", "https://a\"b"}) {
        CAPTURE(wrong);
        CHECK_FALSE(row->set(settings, wrong));
    }
}

}  // namespace tern::runtime
