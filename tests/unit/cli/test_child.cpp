#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "tools/tern/work/child.hpp"
#include "tools/tern/work/message_worker.hpp"
#include "tools/tern/work/running_children.hpp"

using namespace tern::cli;

namespace {

struct Ran {
    int code = 0;
    std::string output;
};

Ran run(const std::string& command, const std::string& input = {}, const std::vector<std::string>& environment = {}) {
    const MemoryFile body(input);
    const MemoryFile output;
    Child child({command, environment, body.descriptor(), output.descriptor(), output.descriptor()});
    const int code = child.wait();
    return {code, output.content()};
}

}  // namespace

TEST_CASE("a command reads the message as its input and its output is kept whole") {
    const std::string body(3'000'000, 'x');

    const auto ran = run("cat", body);

    CHECK_EQ(ran.code, 0);
    CHECK_EQ(ran.output, body);
}

TEST_CASE("a command that reads nothing does no harm") {
    CHECK_EQ(run("exit 0", std::string(3'000'000, 'x')).code, 0);
}

TEST_CASE("a command's end is told as a shell tells it") {
    CHECK_EQ(run("exit 7").code, 7);
    CHECK_EQ(run("kill -TERM $$").code, 128 + SIGTERM);
    CHECK_EQ(run("no-such-command-anywhere").code, 127);
}

TEST_CASE("a command finds the message's data in its environment, in place of what we have inherited") {
    setenv("TERN_GROUP_ID", "inherited", 1);
    setenv("TERN_TEST_KEPT", "kept", 1);

    const auto ran = run("echo $TERN_GROUP_ID $TERN_TEST_KEPT", "", {"TERN_GROUP_ID=ours"});

    CHECK_EQ(ran.output, "ours kept\n");
}

TEST_CASE("the environment tells id, queue, counts and attributes; bytes are told in base64") {
    tern::ReceivedMessage message;
    message.receive_count = 3;
    message.group_id = "group-1";
    message.attributes = {{"content-type", "String", "text/plain"}, {"raw", "Binary", "\xff\xfe"}};

    const auto variables = environment_of("orders", message);

    const auto has = [&](const std::string& variable) {
        return std::find(variables.begin(), variables.end(), variable) != variables.end();
    };
    CHECK(has("TERN_QUEUE=orders"));
    CHECK(has("TERN_MESSAGE_ID=00000000-0000-0000-0000-000000000000"));
    CHECK(has("TERN_RECEIVE_COUNT=3"));
    CHECK(has("TERN_GROUP_ID=group-1"));
    CHECK(has("TERN_ATTRIBUTE_content_type=text/plain"));
    CHECK(has("TERN_ATTRIBUTE_raw=//4="));
}

TEST_CASE("killing a command ends all that it has started") {
    const MemoryFile input;
    const MemoryFile output;
    RunningChildren children;
    std::optional<Child> child;

    children.start([&] {
        return child.emplace(ChildCommand{"sleep 60 & wait", {}, input.descriptor(), output.descriptor(), -1})
            .process();
    });
    children.kill_all();

    CHECK_EQ(child->wait(), 128 + SIGKILL);
    CHECK_FALSE(children.start([] { return pid_t{-1}; }));
}
