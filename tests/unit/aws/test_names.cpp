#include <doctest/doctest.h>

#include "broker/frontends/aws/names.hpp"

namespace tern::aws {
namespace {

const Scope names_home{"000000000000", "us-east-1"};
const Scope names_abroad{"000000000000", "eu-west-1"};

}  // namespace

TEST_CASE("the home scope is the namespace without a name, others are named after account and region") {
    CHECK_EQ(namespace_of(names_home, names_home), "");
    CHECK_EQ(namespace_of(names_abroad, names_home), "000000000000/eu-west-1");
    CHECK_EQ(namespace_of({"111111111111", "us-east-1"}, names_home), "111111111111/us-east-1");
    CHECK_EQ(scope_of("", names_home), names_home);
    CHECK_EQ(scope_of("000000000000/eu-west-1", names_home), names_abroad);
    CHECK_EQ(scope_of("something", names_home), names_home);
}

TEST_CASE("an ARN has a partition by its region, and is read as it was written") {
    CHECK_EQ(arn_of("sqs", names_home, "q"), "arn:aws:sqs:us-east-1:000000000000:q");
    CHECK_EQ(arn_of("sns", {"111111111111", "cn-north-1"}, "t"), "arn:aws-cn:sns:cn-north-1:111111111111:t");
    CHECK_EQ(partition_of("us-gov-east-1"), "aws-us-gov");

    const auto arn = parse_arn("arn:aws:sns:eu-west-1:000000000000:topic:more:parts");
    REQUIRE(arn);
    CHECK_EQ(arn->service, "sns");
    CHECK_EQ(arn->scope, names_abroad);
    CHECK_EQ(arn->resource, "topic:more:parts");
}

TEST_CASE("what is no ARN, or names no account, is refused") {
    for (const auto* const text : {"", "q", "arn:aws:sqs:us-east-1:000000000000", "arn:aws:sqs:us-east-1:000000000000:",
                                   "arn:aws:sqs::1:q", "arn:aws:sqs:us-east-1:00000000000:q",
                                   "arn:aws:sqs:us_east:000000000000:q", "arm:aws:sqs:r:000000000000:q"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_arn(text));
    }
}

TEST_CASE("queue URLs name the region only when it is not the home region") {
    CHECK_EQ(queue_url("h:1", names_home, "q", names_home), "http://h:1/000000000000/q");
    CHECK_EQ(queue_url("h:1", names_abroad, "q", names_home), "http://h:1/queue/eu-west-1/000000000000/q");
}

TEST_CASE("queue URLs of every form are read") {
    const auto read = [](std::string_view url) {
        const auto address = parse_queue_url(url);
        if (!address) return std::string("none");
        return address->region.value_or("-") + " " + address->account.value_or("-") + " " + address->name;
    };
    CHECK_EQ(read("http://h:1/queue/eu-west-1/000000000000/q"), "eu-west-1 000000000000 q");
    CHECK_EQ(read("http://h:1/queue/q"), read("q"));
    CHECK_EQ(read("http://h:1/000000000000/q"), "- 000000000000 q");
    CHECK_EQ(read("http://sqs.eu-west-1.localhost.localstack.cloud:4566/000000000000/q"), "eu-west-1 000000000000 q");
    CHECK_EQ(read("https://eu-west-1.queue.localhost.localstack.cloud/000000000000/q"), "eu-west-1 000000000000 q");
    CHECK_EQ(read("http://queue.localhost.localstack.cloud:4566/000000000000/q"), "- 000000000000 q");
    CHECK_EQ(read("/000000000000/q.fifo"), "- 000000000000 q.fifo");
    CHECK_EQ(read("q"), "- - q");
    for (const auto* const url : {"", "http://h", "http://h/", "http://h/1/q", "http://h/000000000000/",
                                  "http://h/000000000000/q/more", "http://h/queue//000000000000/q"}) {
        CAPTURE(url);
        CHECK_EQ(read(url), "none");
    }
}

TEST_CASE("what a queue's URL does not say is the caller's") {
    const QueueAddress bare{std::nullopt, std::nullopt, "q"};
    CHECK_EQ(bare.scope_for(names_abroad), names_abroad);
    CHECK_EQ(parse_queue_url("http://h/111111111111/q")->scope_for(names_abroad), Scope{"111111111111", "eu-west-1"});
}

TEST_CASE("the authority is found in a Host that holds a whole URL") {
    CHECK_EQ(authority_of("h:1"), "h:1");
    CHECK_EQ(authority_of("http://h:1/path"), "h:1");
    CHECK_EQ(authority_of("HTTPS://h"), "h");
    CHECK_EQ(authority_of(""), "");
}

}  // namespace tern::aws
