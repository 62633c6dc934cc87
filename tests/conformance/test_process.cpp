#include <doctest/doctest.h>
#include <sys/stat.h>

#include <csignal>
#include <string>
#include <vector>

#include "tests/conformance/broker_process.hpp"

namespace tern::conformance {

TEST_CASE("on SIGTERM and SIGINT the broker leaves with 0 within two seconds, whoever is connected") {
    for (const int signal : {SIGTERM, SIGINT}) {
        BrokerProcess broker;
        RawConnection idle(broker.http_port);
        RawConnection native(broker.native_port);
        RawConnection asking(broker.http_port);
        REQUIRE(asking.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        REQUIRE_FALSE(asking.read_until("}\n").empty());
        REQUIRE(asking.send("GET /hea"));

        const auto ended = broker.end(signal);

        CHECK_EQ(ended.exit_code, 0);
        CHECK_LT(ended.seconds, 2.0);
        asking.read_to_end();
        CHECK(asking.closed);
    }
}

TEST_CASE("one data folder is one broker's") {
    BrokerProcess broker;
    const auto second =
        run_ternd({"--data", broker.folder.path + "/data", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0"});

    CHECK_EQ(second.exit_code, 1);
    CHECK(second.errors.starts_with("ternd: "));
    CHECK_NE(second.errors.find(broker.folder.path), std::string::npos);
}

TEST_CASE("an address that is taken is told in one sentence") {
    BrokerProcess broker;
    const TemporaryFolder folder;
    const auto taken = "127.0.0.1:" + std::to_string(broker.native_port);
    const auto second = run_ternd({"--data", folder.path, "--listen", taken, "--http", "127.0.0.1:0"});

    CHECK_EQ(second.exit_code, 1);
    CHECK_EQ(second.errors, "ternd: listen: cannot listen on " + taken + ": Address already in use\n");
}

TEST_CASE("a wrong setting ends the start with 2 and one line") {
    const auto ended = run_ternd({"--io-threads", "lots"});

    CHECK_EQ(ended.exit_code, 2);
    CHECK_EQ(ended.errors.find('\n'), ended.errors.size() - 1);
    CHECK(ended.output.empty());
    CHECK_EQ(run_ternd({"--listen", "0.0.0.0:0"}).exit_code, 2);
}

TEST_CASE("help, version and the configuration go to standard output") {
    for (const auto* const option : {"--help", "--version", "--print-config"}) {
        const auto ended = run_ternd({option});
        CHECK_EQ(ended.exit_code, 0);
        CHECK_FALSE(ended.output.empty());
        CHECK(ended.errors.empty());
    }
}

TEST_CASE("the data folder is made, for its owner only") {
    BrokerProcess broker;
    struct stat status {};
    REQUIRE_EQ(::stat((broker.folder.path + "/data").c_str(), &status), 0);
    CHECK_EQ(status.st_mode & 0777, 0700);
}

}  // namespace tern::conformance
