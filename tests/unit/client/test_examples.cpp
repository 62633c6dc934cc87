#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/unit/client/ternd_process.hpp"

namespace {

struct Ended {
    int status = -1;
    std::string output;
};

/// Runs a program with the broker's address and gathers what it prints.
Ended run(const std::string& program, const std::string& address) {
    Ended ended;
    FILE* const pipe = ::popen(("'" + program + "' " + address).c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::array<char, 512> line{};
    while (std::fgets(line.data(), line.size(), pipe)) ended.output += line.data();
    ended.status = ::pclose(pipe);
    return ended;
}

}  // namespace

TEST_CASE("the examples run against the real broker") {
    tern::TerndProcess ternd;
    const auto blocking = run(TERN_EXAMPLE_SEND_AND_RECEIVE, ternd.address().text());
    const auto working = run(TERN_EXAMPLE_WORK, ternd.address().text());
    const auto appending = run(TERN_EXAMPLE_APPEND_AND_READ, ternd.address().text());
    const auto topics = run(TERN_EXAMPLE_TOPICS, ternd.address().text());
    const auto making_jobs = run(TERN_EXAMPLE_STREAM_TO_JOBS, ternd.address().text());

    CHECK_EQ(blocking.status, 0);
    for (const char* name : {"Ada", "Grace", "Edsger"}) {
        CHECK_NE(blocking.output.find(std::string("received \"hello, ") + name), std::string::npos);
    }
    CHECK_EQ(working.status, 0);
    CHECK(working.output.ends_with("10 succeeded, 1 failed and came back\n"));
    CHECK_EQ(appending.status, 0);
    for (const char* name : {"Ada", "Grace", "Edsger"}) {
        CHECK_NE(appending.output.find(name + std::string(" signed up\n")), std::string::npos);
    }
    CHECK_EQ(making_jobs.status, 0);
    CHECK_EQ(making_jobs.output, "3 jobs\n");
    CHECK_EQ(topics.status, 0);
    CHECK_EQ(topics.output, "news.weather.north: rain\nnews.sports: 2:1\nmail: rain\n");
}

TEST_CASE("the client's page shows the examples as they are") {
    const auto read = [](const std::string& name) {
        std::ifstream file(std::string(TERN_SOURCE_FOLDER "/") + name);
        return std::string(std::istreambuf_iterator<char>(file), {});
    };
    const auto page = read("docs/cpp-client.md");

    for (const char* name : {"send_and_receive", "work", "append_and_read", "stream_to_jobs", "topics"}) {
        CAPTURE(name);
        CHECK_NE(page.find(read("clients/examples/" + std::string(name) + ".cpp")), std::string::npos);
    }
}
